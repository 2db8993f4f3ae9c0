import {folderChannel} from '../worker/channel/folder-channel.js';
import {forecast} from '../worker/forecast.js';
import {pace} from '../worker/pace.js';
import {probe} from '../worker/probe.js';
import {rates} from '../worker/rates.js';
import {serve} from '../worker/serve.js';
import {jobEntries} from './entries.js';

const {SLURMD_NODENAME: node} = process.env; // Slurm's own name of the machine

/** A job of a cluster; the folder it runs in is its channel. */
serve(jobEntries(process.env), {probe, forecast, pace, rates}, folderChannel(process.cwd()), node);
