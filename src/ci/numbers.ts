import {createHash} from 'node:crypto';
import {open} from 'node:fs/promises';
import type {ContentHash} from '../base/hash.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import type {OutputObject} from '../cache/entry.js';
import {objectPath} from '../cache/layout.js';
import type {RunEvent} from '../event/event.js';
import {openSafetensors} from '../format/safetensors-read.js';
import {type Tensor, toFloat32} from '../format/tensor.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {viewCache} from '../run/cache-view.js';
import {isSampleCollection} from '../stage/sample-parts.js';
import type {FileNumbers, StageNumbers} from './baseline.js';

/** What the stages of a run computed, by stage: only what came out, not what it is called or where it is. */
export async function numbersOf(
  plan: Plan,
  cache: Cache,
  events: readonly RunEvent[],
): Promise<Record<string, StageNumbers>> {
  const found: Record<string, StageNumbers> = {};
  for (const stage of plan.stages) {
    const files = stage.type.numerics === 'engine' ? await filesOf(stage, cache) : {};
    const losses = lossesOf(stage, events);
    if (Object.keys(files).length === 0 && losses.length === 0) continue;
    found[stage.id] = {
      ...(losses.length === 0 ? {} : {losses}),
      ...(Object.keys(files).length === 0 ? {} : {files}),
    };
  }
  return found;
}

function lossesOf({id}: PlannedStage, events: readonly RunEvent[]): (number | null)[] {
  return events.flatMap((event) =>
    event.kind === 'step_finished' && event.stage === id
      ? [Number.isFinite(event.loss) ? event.loss : null]
      : [],
  );
}

async function filesOf(stage: PlannedStage, cache: Cache): Promise<Record<string, FileNumbers>> {
  const state = stage.fingerprint === undefined ? undefined : lookUp(cache, stage.fingerprint);
  if (state?.kind !== 'present') return {};
  const found: Record<string, FileNumbers> = {};
  for (const [name, hash] of Object.values(state.entry.outputs).flatMap((output) =>
    tensorFiles(output, cache),
  )) {
    const numbers = await numbersIn(objectPath(cache.root, hash), hash);
    if (numbers !== undefined) found[name] = numbers;
  }
  return found;
}

/** Files with tensors in what a stage left, by name. */
function tensorFiles(output: OutputObject, cache: Cache): (readonly [string, ContentHash])[] {
  if (output.kind === 'tree')
    return output.files
      .filter(({path}) => path.endsWith('.safetensors') && !path.startsWith('checkpoints/'))
      .map(({path, hash}) => [path, hash] as const);
  if (output.kind === 'file') return output.name.endsWith('.safetensors') ? [[output.name, output.hash]] : [];
  const value = viewCache(cache).json(output.hash);
  if (!isSampleCollection(value)) return [];
  return value.samples.flatMap(({sample, parts}) =>
    Object.entries(parts).map(([part, {hash}]) => [`${sample}: ${part}`, hash] as const),
  );
}

const FLOATING: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16']);

/** Tensors by their numbers, sound by its bytes; undefined for pictures and the like. */
async function numbersIn(path: string, hash: ContentHash): Promise<FileNumbers | undefined> {
  const head = await headOf(path);
  if (head.toString('latin1', 0, 4) === 'RIFF') return {hash};
  return head[HEADER_AT] === '{'.charCodeAt(0) ? tensorNumbers(path) : undefined;
}

/** Eight bytes of length come before the JSON that begins a safetensors file. */
const HEADER_AT = 8;

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const {buffer, bytesRead} = await file.read(Buffer.alloc(HEADER_AT + 1), 0, HEADER_AT + 1, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Undefined for a file without numbers. Metadata names fingerprints, which may change where no number does. */
async function tensorNumbers(path: string): Promise<FileNumbers | undefined> {
  await using file = await openSafetensors(path);
  const hash = createHash('sha256');
  let squares = 0;
  let count = 0;
  for (const name of [...file.tensors.keys()].sort()) {
    const tensor: Tensor = await file.read(name);
    hash.update(`${name} ${tensor.dtype} ${tensor.shape.join(' ')}\n`).update(tensor.data);
    if (!FLOATING.has(tensor.dtype)) continue;
    for (const value of toFloat32(tensor)) squares += value * value;
    count += tensor.shape.reduce((product, side) => product * side, 1);
  }
  return file.tensors.size === 0
    ? undefined
    : {hash: hash.digest('hex'), rms: Math.sqrt(squares / Math.max(1, count))};
}
