import type {WorkerEntries} from './serve.js';

/** The work of every heavy stage type, loaded with its first job. Adding one: see docs/adding-a-stage.md. */
export const workerEntries: WorkerEntries = {
  analyze: async () => (await import('./analyze.js')).analyze,
  caption: async () => (await import('./caption.js')).caption,
  estimate: async () => (await import('./estimate.js')).estimate,
  export: async () => (await import('./export.js')).exportStage,
  fixture: async () => (await import('./fixture.js')).fixture,
  generate: async () => (await import('./generate.js')).generate,
  pack: async () => (await import('./pack.js')).pack,
  'preprocess.pass1': async () => (await import('./preprocess-pass1.js')).preprocessPass1,
  'preprocess.pass2': async () => (await import('./preprocess-pass2.js')).preprocessPass2,
  train: async () => (await import('./train.js')).train,
};
