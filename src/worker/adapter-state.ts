import {stat} from 'node:fs/promises';
import {join} from 'node:path';
import {SidestepError} from '../base/problem.js';

/** Which state of a training run, and which weights of it. */
export interface StateChoice {
  /** `last`, `best`, or a checkpoint's name. */
  readonly checkpoint: string;
  readonly weights: 'ema' | 'raw';
}

/**
 * Where the state of a training run is: the final one, the best one or a checkpoint; in it the moving average, or the raw
 * weights kept beside it. `last` of a single file is the file. Throws `export/checkpoint-missing`.
 */
export async function adapterState(root: string, {checkpoint, weights}: StateChoice): Promise<string> {
  const state =
    checkpoint === 'last' ? root : join(root, checkpoint === 'best' ? 'best' : `checkpoints/${checkpoint}`);
  if (!(await exists(state))) {
    throw new SidestepError({
      code: 'export/checkpoint-missing',
      message: `The adapter has no state ${checkpoint}: ${state} does not exist`,
      hint: 'Checkpoints are named epoch_N or step_N; `best` is kept when training has keep_best.',
    });
  }
  const raw = join(state, 'raw');
  return weights === 'raw' && (await exists(raw)) ? raw : state;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
