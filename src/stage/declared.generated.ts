/** Generated from the files in schema/ by `npm run generate`; not to be edited. */
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
import {train} from './train.js';

/** Every stage type there is, in the order in which a pipeline usually has them. */
export const declared = [
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
