import {workerEntries} from './entries.generated.js';
import {forecast} from './forecast.js';
import {pace} from './pace.js';
import {probe} from './probe.js';
import {rates} from './rates.js';
import {serve} from './serve.js';

/** The child process: one per heavy stage instance, and one now and then that only says what the machine can do or a stage would take. */
serve(workerEntries, {probe, forecast, pace, rates});
