/** Generated from the files in schema/ by `npm run generate`; not to be edited. */
import type {WorkerEntries} from './serve.js';

/** The work of every heavy stage type, loaded with its first job. */
export const workerEntries: WorkerEntries = {
  caption: async () => (await import('./caption.js')).caption,
  analyze: async () => (await import('./analyze.js')).analyze,
  'preprocess.pass1': async () => (await import('./preprocess-pass1.js')).preprocessPass1,
  'preprocess.pass2': async () => (await import('./preprocess-pass2.js')).preprocessPass2,
  pack: async () => (await import('./pack.js')).pack,
  estimate: async () => (await import('./estimate.js')).estimate,
  train: async () => (await import('./train.js')).train,
  generate: async () => (await import('./generate.js')).generate,
  export: async () => (await import('./export.js')).exportStage,
  fixture: async () => (await import('./fixture.js')).fixture,
};
