import {folderChannel} from './channel/folder-channel.js';
import {workerEntries} from './entries.generated.js';
import {forecast} from './forecast.js';
import {pace} from './pace.js';
import {probe} from './probe.js';
import {serve} from './serve.js';

/** A job of a cluster; the folder it runs in is its channel. */
serve(workerEntries, {probe, forecast, pace}, folderChannel(process.cwd()));
