import {join} from 'node:path';
import type {Adapter} from '../../adapter/adapter.js';
import {readAdapter} from '../../adapter/read.js';
import {ownFiles} from '../../adapter/write.js';
import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {floatTensor} from '../../format/float-bits.js';
import {openSafetensors} from '../../format/safetensors-read.js';
import {writeSafetensors} from '../../format/safetensors-write.js';
import {type Tensor, toFloat32} from '../../format/tensor.js';
import type {Trainer} from '../../native/trainer.js';
import {adapterFacts} from '../../stage/adapter-kinds.js';
import type {KeptFolders} from './checkpoints.js';

export const STATE_FILE = 'training_state.safetensors';

/** A state of a run that has not begun, as the engine writes it: parameters, optimizer, counters, by the engine's names. */
export interface StateTensors {
  readonly tensors: Map<string, Tensor>;
  /** The adapter of that state. */
  readonly adapter: Adapter;
}

/**
 * Lets the engine write its state at step 0, has it filled in with what other files hold, and puts the trainer there. What
 * the engine then reads is a state like any other, checked as such.
 */
export async function withState(
  {trainer, kept}: {readonly trainer: Trainer; readonly kept: KeptFolders},
  fill: (own: StateTensors) => Promise<void>,
): Promise<{readonly global_step: number}> {
  await kept.replace(kept.scratch, async (folder) => {
    await trainer.save(folder, {});
    const path = join(folder, STATE_FILE);
    const {tensors, metadata} = await readAll(path);
    await fill({tensors, adapter: await readAdapter(folder)});
    await writeSafetensors(path, {
      tensors: [...tensors].map(([name, tensor]) => ({name, ...tensor})),
      metadata,
    });
  });
  const loaded = await trainer.load(kept.scratch, 'exact');
  await kept.dropScratch();
  return loaded;
}

async function readAll(path: string) {
  await using file = await openSafetensors(path);
  const tensors = new Map<string, Tensor>();
  for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
  return {tensors, metadata: file.metadata};
}

/**
 * The weights of an adapter in any layout that is read, and a moving average that begins at them.
 * Throws `train/adapter-differs` for an adapter of other modules, ranks or scales, and `adapter/*`.
 */
export async function putWeights({tensors, adapter}: StateTensors, path: string): Promise<void> {
  const given = await readAdapter(path);
  const wrong = differencesOf(adapter, given);
  if (wrong.length > 0) throw differs(path, wrong);
  const saved = savedTensors(given);
  for (const [name, like] of tensors) {
    const parameter = /^(?:param|ema)\/(.+)$/.exec(name)?.[1];
    if (parameter !== undefined) tensors.set(name, weight(parameter, like, {saved, path}));
  }
}

/** Under the names of the adapter's own library, which are the engine's. */
function savedTensors(adapter: Adapter): ReadonlyMap<string, Tensor> {
  const files = ownFiles(adapter).flatMap((file) =>
    file.kind === 'json' ? [] : Object.entries(file.tensors),
  );
  return new Map(files);
}

function weight(
  parameter: string,
  like: Tensor,
  {saved, path}: {readonly saved: ReadonlyMap<string, Tensor>; readonly path: string},
): Tensor {
  if (parameter.endsWith('.scalar')) return floatTensor(new Float32Array([1]), like.shape, 'F32'); // saved folded into the weights
  const found =
    saved.get(parameter) ?? saved.get(parameter.replace(/(lora_magnitude_vector)\.weight$/, '$1'));
  if (found === undefined) throw differs(path, [`it has no tensor ${parameter}`]);
  const sides = ({shape}: Tensor) => shape.filter((side) => side !== 1).join();
  if (sides(found) !== sides(like))
    throw differs(path, [`${parameter} is [${found.shape}], this run's [${like.shape}]`]);
  return floatTensor(toFloat32(found), like.shape, 'F32');
}

/** Pure: what an adapter has that this run's has not, the other way round, and what is of another size. */
export function differencesOf(own: Adapter, given: Adapter): string[] {
  if (own.kind !== given.kind) return [`it is a ${given.kind} adapter, this run trains ${own.kind}`];
  const theirs = new Map(given.modules.map((module) => [module.name, module]));
  const ours = new Set(own.modules.map(({name}) => name));
  const pairs = own.modules.map((module) => ({module, other: theirs.get(module.name)}));
  const ranked = adapterFacts[own.kind].factors !== 'unranked';
  return [
    ...pairs.flatMap(({module, other}) => (other === undefined ? [`it does not adapt ${module.name}`] : [])),
    ...given.modules.flatMap(({name}) => (ours.has(name) ? [] : [`it adapts ${name}, this run does not`])),
    ...pairs.flatMap(({module, other}) => {
      if (other === undefined || !ranked) return [];
      if (other.rank !== module.rank)
        return [`${module.name} has rank ${other.rank}, this run's ${module.rank}`];
      const close = Math.abs(other.scale - module.scale) <= 1e-6 * Math.abs(module.scale);
      return close
        ? []
        : [`${module.name} is scaled by ${other.scale}, this run's by ${module.scale} (alpha / rank)`];
    }),
  ];
}

function differs(path: string, wrong: readonly string[]): SidestepError {
  const more = wrong.length > 5 ? [`and ${wrong.length - 5} more`] : [];
  return new SidestepError({
    code: 'train/adapter-differs',
    message: `The adapter at ${shownPath(path)} does not fit this run:\n${[...wrong.slice(0, 5), ...more].map((text) => `  ${text}`).join('\n')}`,
    hint: 'Set type, rank, alpha and modules of `adapter` as the file has them: `sidestep inspect` says which.',
  });
}
