import {forecast} from '../worker/forecast.js';
import {pace} from '../worker/pace.js';
import {probe} from '../worker/probe.js';
import {rates} from '../worker/rates.js';
import {serve} from '../worker/serve.js';
import {jobEntries} from './entries.js';

/** What an executor of type `command` starts: frames over its pipes are its channel. */
serve(jobEntries(process.env), {probe, forecast, pace, rates});
