import type {ContentHash} from '../base/hash.js';
import {SidestepError} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import {bulkOf, type CacheEntry, type ObjectRef} from '../cache/entry.js';
import {materialiseTree} from '../cache/tree.js';
import type {RunEvent} from '../event/event.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import type {InputObject} from '../protocol/message.js';
import {outputPath} from './cache-view.js';
import {checkObjects, objectsInTrees, objectsRead} from './soundness.js';

export type UpstreamStages = ReadonlyMap<StageId, PlannedStage>;

export interface InputSource {
  readonly upstream: UpstreamStages;
  readonly cache: Cache;
  readonly view: CacheView;
  readonly emit: (event: RunEvent) => void;
}

/** What a stage reads of stages before it. */
export interface StageInputs {
  /** By dotted parameter path. */
  readonly objects: Readonly<Record<string, InputObject>>;
  /** Of every object, to the last file of a folder. */
  readonly hashes: readonly ContentHash[];
  /** Hashes of the outputs, for entries made from them. */
  readonly made_from: readonly ContentHash[];
  /**
   * Of the outputs that are read by a path written down further up (a scanned model in the tree of another stage), which every
   * part of a per-sample stage may have read.
   */
  readonly trees: readonly ContentHash[];
  /** To be called again when the work is done: what was read must still be what it was. */
  readonly requireSound: () => Promise<void>;
}

/**
 * What a stage's references lead to, checked and ready to be read.
 * Throws `run/input-missing` when an object vanished since planning and `run/input-damaged` when one is damaged.
 */
export async function stageInputs(stage: PlannedStage, source: InputSource): Promise<StageInputs> {
  const read = entriesRead(stage, source);
  const requireSound = () => requireSoundObjects(read, source);
  await requireSound();
  const made_from = new Set<ContentHash>();
  const trees = new Set<ContentHash>();
  for (const {entry, how, gone} of read.values()) {
    for (const output of Object.values(entry.outputs)) {
      const there = output.kind === 'tree' && !output.files.some(({hash}) => gone.has(hash));
      if (there) await materialiseTree(source.cache, output);
      if (output.kind === 'tree') trees.add(output.hash);
      if (output.kind === 'tree' || how === 'all') made_from.add(output.hash);
    }
  }
  return {
    objects: referencedObjects(stage, read, source),
    hashes: [...read.values()].flatMap((each) => objectsIn(each).map(({hash}) => hash)),
    made_from: [...made_from],
    trees: [...trees],
    requireSound,
  };
}

interface Read {
  readonly entry: CacheEntry;
  /** Stages further up are read in their trees only, by paths that others wrote down. */
  readonly how: 'all' | 'trees';
  /** What was removed of its temporary outputs, and is not read by this stage. */
  readonly gone: ReadonlySet<ContentHash>;
}

function entriesRead(stage: PlannedStage, {upstream, cache}: InputSource): Map<StageId, Read> {
  const read = new Map<StageId, Read>();
  const visit = (id: StageId, how: Read['how']): void => {
    if (read.has(id)) return;
    const source = upstream.get(id)!;
    read.set(id, {...entryOf(source, cache), how});
    for (const further of source.reads) visit(further, 'trees');
  };
  const direct = new Set(stage.reads);
  for (const id of direct) {
    const source = upstream.get(id)!;
    const found = entryOf(source, cache);
    requireNotRemoved(stage, source, found);
    read.set(id, {...found, how: 'all'});
  }
  for (const id of direct) for (const further of upstream.get(id)!.reads) visit(further, 'trees');
  return read;
}

async function requireSoundObjects(
  read: ReadonlyMap<StageId, Read>,
  {cache, emit}: InputSource,
): Promise<void> {
  for (const [stage, each] of read) {
    const [first] = await checkObjects(cache, objectsIn(each), emit);
    if (first !== undefined)
      throw new SidestepError({
        code: 'run/input-damaged',
        message: `An output of ${stage} was found ${first.reason === 'missing' ? 'missing' : 'damaged'} in the cache during the run (object ${first.hash.slice(0, 12)})`,
        hint: `Nothing was made from it. Run again: ${stage} will be computed again. If it happens again, check the disk.`,
      });
  }
}

function objectsIn({entry, how, gone}: Read): ObjectRef[] {
  const objects = how === 'all' ? objectsRead(entry) : objectsInTrees(entry);
  return objects.filter(({hash}) => !gone.has(hash));
}

/** The plan makes again what is read: here it can lack only where that turned out later, since something else was damaged. */
function requireNotRemoved(stage: PlannedStage, source: PlannedStage, {entry, gone}: Found): void {
  const names = Object.values(stage.references)
    .filter(({$stage}) => $stage === source.id)
    .map(({output}) => output ?? source.type.outputs(source.configured.params)[0]!.name);
  if (!bulkOf(entry, names).some(({hash}) => gone.has(hash))) return;
  throw new SidestepError({
    code: 'run/input-missing',
    message: `The temporary outputs of ${source.id} were removed, and ${stage.id}, which has to run after all, reads them`,
    hint: `Run again: ${source.id} is made first.`,
  });
}

type Found = Pick<Read, 'entry' | 'gone'>;

function referencedObjects(
  stage: PlannedStage,
  read: ReadonlyMap<StageId, Read>,
  {upstream, cache, view}: InputSource,
): Record<string, InputObject> {
  const inputs: Record<string, InputObject> = {};
  for (const [param, reference] of Object.entries(stage.references)) {
    const source = upstream.get(reference.$stage)!;
    const name = reference.output ?? source.type.outputs(source.configured.params)[0]!.name;
    const output = read.get(reference.$stage)!.entry.outputs[name]!;
    inputs[param] = {
      stage: source.id,
      uses: source.type.name,
      output: name,
      kind: output.kind,
      hash: output.hash,
      path: outputPath(cache, output),
      json: output.kind === 'json' ? view.json(output.hash) : undefined,
    };
  }
  return inputs;
}

function entryOf(source: PlannedStage, cache: Cache): Found {
  const state = source.fingerprint === undefined ? undefined : lookUp(cache, source.fingerprint);
  if (state?.kind === 'present') return {entry: state.entry, gone: new Set()};
  if (state?.kind === 'removed') return {entry: state.entry, gone: new Set(state.lost.map(({hash}) => hash))};
  throw new SidestepError({
    code: 'run/input-missing',
    message: `The outputs of ${source.id} vanished from the cache during the run`,
    hint: 'Run again: the stage will be redone.',
  });
}
