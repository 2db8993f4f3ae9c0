/** Generated from the files in schema/ by `npm run generate`; not to be edited. */
import type {LightStage} from '../light-stage.js';
import {runCommand} from './command.js';
import {runDataset} from './dataset.js';
import {runJoin} from './join.js';
import {runScan} from './scan.js';

/** The work of every light stage type, by its name. */
export const lightStages: ReadonlyMap<string, LightStage> = new Map([
  ['scan', runScan],
  ['dataset', runDataset],
  ['join', runJoin],
  ['command', runCommand],
]);
