/** Generated from the files in schema/ by `npm run generate`; not to be edited. */
import type {LightStage} from '../light-stage.js';
import {lightCommand} from './command.js';
import {lightDataset} from './dataset.js';
import {lightJoin} from './join.js';
import {lightScan} from './scan.js';

/** The work of every light stage type, by its name. */
export const lightStages: ReadonlyMap<string, LightStage> = new Map([
  ['scan', lightScan],
  ['dataset', lightDataset],
  ['join', lightJoin],
  ['command', lightCommand],
]);
