import {analyze} from './analyze.js';
import {caption} from './caption.js';
import {command} from './command.js';
import {dataset} from './dataset.js';
import {estimate} from './estimate.js';
import {exportStage} from './export.js';
import {fixture} from './fixture.js';
import {generate} from './generate.js';
import {join} from './join.js';
import {pack} from './pack.js';
import {preprocessPass1} from './preprocess-pass1.js';
import {preprocessPass2} from './preprocess-pass2.js';
import {scan} from './scan.js';
import type {StageType} from './stage-type.js';
import {train} from './train.js';

const declared = [
  scan,
  dataset,
  join,
  caption,
  analyze,
  preprocessPass1,
  preprocessPass2,
  pack,
  estimate,
  train,
  generate,
  exportStage,
  fixture,
  command,
];

/** Every stage type there is, by the name `uses:` gives it. Adding one: see docs/adding-a-stage.md. */
export const stageTypes: ReadonlyMap<string, StageType> = new Map(declared.map((type) => [type.name, type]));
