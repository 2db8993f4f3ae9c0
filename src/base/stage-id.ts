import type {Branded} from './brand.js';

/**
 * Names one stage instance of a pipeline: `train`, or with a matrix `train[rank=8]`. It is in `base/` because
 * every process and every folder names stages; what a stage is, only `stage/` and above know.
 */
export type StageId = Branded<'StageId'>;

export function stageId(text: string): StageId {
  return text as StageId;
}
