import type {LightStages} from '../light-stage.js';
import {runCommand} from './command.js';
import {runDataset} from './dataset.js';
import {runJoin} from './join.js';
import {runScan} from './scan.js';

/** The work of every light stage type, by its name. Adding one: see docs/adding-a-stage.md. */
export const lightStages: LightStages = new Map([
  ['command', runCommand],
  ['dataset', runDataset],
  ['join', runJoin],
  ['scan', runScan],
]);
