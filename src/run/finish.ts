import {cpus} from 'node:os';
import {writeDurably} from '../base/durable.js';
import {followLinks} from '../base/follow-links.js';
import {isJsonObject, type Json, own} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {Cache} from '../cache/cache.js';
import {clearLeftovers, ownedTemporaryName} from '../cache/leftovers.js';
import {partialName} from '../cache/partial.js';
import {recordRoot, rootOf} from '../cache/roots.js';
import type {Pipeline} from '../config/pipeline.js';
import {portableFingerprint} from '../plan/fingerprint-parts.js';
import {CPU_ARITHMETIC_HINT, numericsText} from '../plan/numerics-text.js';
import type {PlannedStage} from '../plan/plan.js';
import {fileKey, type World} from '../plan/world.js';
import {type LastRun, type Listing, type RememberedStage, writeMemory} from '../record/last-run.js';
import {compareRecords, type RecordChange} from '../record/lock-compare.js';
import type {LockFile, StageRecord} from '../record/lock-file.js';
import {printLock} from '../record/lock-text.js';
import type {StageType} from '../stage/stage-type.js';
import type {Execution} from './execution.js';
import {lockPath, memoryPath, type Project} from './project.js';
import {finishedTemporaries} from './temporary.js';

/** What the lock file says of a stage that has its outputs; undefined of one that has not. */
export function stageRecord({type, parts, outputs}: PlannedStage): StageRecord | undefined {
  if (parts === undefined || outputs === undefined) return undefined;
  const {uses, version, params, inputs, files, numerics} = parts;
  const identities = Object.entries(outputs).map(([name, output]) => [name, output.identity]);
  return {
    uses,
    version,
    fingerprint: portableFingerprint(parts),
    params: params as Record<string, Json>,
    inputs,
    files,
    numerics: type.numerics === 'none' ? null : numerics,
    outputs: Object.fromEntries(identities),
  };
}

/** Under `--frozen`: why this stage must not run, if what decides it differs from the lock file. */
export function frozenProblem(stage: PlannedStage, frozen: LockFile | undefined): Problem | undefined {
  if (frozen === undefined || stage.parts === undefined) return undefined;
  const locked = own(frozen.stages, stage.id);
  const {position} = stage.configured;
  const hint = 'Run without --frozen to bring the lock file up to date, and commit it.';
  if (locked === undefined) {
    return {code: 'run/frozen-differs', message: `${stage.id} is not in the lock file`, position, hint};
  }
  const now = stageRecord(stage) ?? {...stage.parts, params: stage.parts.params as Record<string, Json>};
  const [change] = compareRecords(locked, now);
  if (change === undefined) return undefined;
  return {
    code: 'run/frozen-differs',
    message: `${stage.id} differs from the lock file: ${differenceText(change)}`,
    position: stage.configured.positions[change.key] ?? position,
    hint: ofOtherCpus(change) ? `${CPU_ARITHMETIC_HINT} ${hint}` : hint,
  };
}

function differenceText(change: RecordChange): string {
  if (change.what === 'numerics')
    return `this machine (${cpus()[0]?.model.trim() ?? 'CPU'}) computes in ${numericsText(change.new)}; the lock file was made with ${numericsText(change.old)}`;
  const what = `${change.what} ${change.key}`.trim();
  return `${what} is ${JSON.stringify(change.new)}, not ${JSON.stringify(change.old)}`;
}

/** Whether the difference is, or may be, that one of both CPUs computes bits of its own. */
function ofOtherCpus(change: RecordChange): boolean {
  return [change.old, change.new].some((each) => isJsonObject(each) && each.cpu_arithmetic !== undefined);
}

/** What was there before a run. */
export interface Before {
  readonly lock: LockFile;
  /** Set when the lock file is empty or cut. */
  readonly lock_warning: Problem | undefined;
  readonly memory: LastRun;
}

export interface RecordPlace {
  readonly project: Project;
  readonly cache: Cache;
  readonly types: ReadonlyMap<string, StageType>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Writes what a run leaves beside the pipeline: the lock file, the memory for `why`, the note for gc. Stages that did
 * not finish keep what was there before. Nothing is written when nothing changed.
 */
export async function recordExecution(
  pipeline: Pipeline,
  {
    execution,
    before,
    world,
  }: {
    readonly execution: Execution;
    readonly before: Before;
    readonly world: World;
  },
  {project, cache, types, now}: RecordPlace,
): Promise<LockFile> {
  const lock_file = lockPath(project, pipeline);
  const root = rootOf(cache, lock_file);
  const temporary = finishedTemporaries(pipeline, execution, {types, before: root});
  const noted = JSON.stringify(temporary) === JSON.stringify(root?.temporary ?? []);
  if (noted && nothingChanged(pipeline, execution, before)) return before.lock;
  const lock = mergeLock(pipeline, execution, before.lock);
  const text = printLock(lock);
  const changed = before.lock_warning !== undefined || text !== printLock(before.lock);
  if (changed) await writeLock(cache, lock_file, text);
  const memory = mergeMemory(pipeline, execution, before.memory, world);
  const same = JSON.stringify(memory) === JSON.stringify(before.memory);
  if (same && noted) return lock;
  const partials = unfinished(execution);
  const fingerprints = Object.values(memory.stages).map(({fingerprint}) => fingerprint);
  await recordRoot(cache, {lock_file, fingerprints, partials, temporary, used_at: now});
  await writeMemory(memoryPath(project, pipeline), memory); // last: a run that finds it up to date writes nothing
  return lock;
}

/** What stages that were to run and have no outputs will continue from. */
function unfinished({stages}: Execution): string[] {
  return [...stages.values()].flatMap(({fingerprint, resume_group: group, outputs}) =>
    fingerprint === undefined || group === undefined || outputs !== undefined
      ? []
      : [partialName({group, fingerprint})],
  );
}

/** A lock file that is a symbolic link stays one: what it leads to is written. */
async function writeLock(cache: Cache, file: string, text: string): Promise<void> {
  const path = followLinks(file).real;
  await clearLeftovers(cache, [path]);
  await writeDurably(path, text, cache.fault, ownedTemporaryName(cache, path));
}

/** The quick answer for a run from cache: every stage has the fingerprint and outputs it had. */
function nothingChanged(
  pipeline: Pipeline,
  {stages}: Execution,
  {lock, lock_warning, memory}: Before,
): boolean {
  if (lock_warning !== undefined) return false; // what is cut is written whole again
  const ids = new Set<string>(pipeline.stages.map(({id}) => id));
  const known = Object.keys(lock.stages).every((id) => ids.has(id)); // a stage that was removed leaves the lock file
  const same = pipeline.stages.every(({id}) => {
    const stage = stages.get(id);
    const locked = own(lock.stages, id);
    if (stage === undefined) return true; // not chosen this time: what was there stays
    const {verdict, fingerprint, parts, outputs = {}} = stage;
    if (verdict.kind !== 'cached' || locked === undefined || parts === undefined) return false;
    if (locked.fingerprint !== portableFingerprint(parts, fingerprint)) return false;
    const names = Object.keys(outputs);
    return (
      own(memory.stages, id)?.fingerprint === fingerprint &&
      names.length === Object.keys(locked.outputs).length &&
      names.every((name) => locked.outputs[name] === outputs[name]!.identity)
    );
  });
  return known && same;
}

function mergeLock(pipeline: Pipeline, {stages}: Execution, before: LockFile): LockFile {
  const records = pipeline.stages.flatMap(({id}) => {
    const record = recordOf(stages.get(id)) ?? own(before.stages, id);
    return record === undefined ? [] : [[id, record] as const];
  });
  return {sidestep_lock: 1, stages: Object.fromEntries(records)};
}

function recordOf(stage: PlannedStage | undefined): StageRecord | undefined {
  return stage === undefined ? undefined : stageRecord(stage);
}

function mergeMemory(pipeline: Pipeline, {stages}: Execution, before: LastRun, world: World): LastRun {
  const remembered = pipeline.stages.flatMap(({id}) => {
    const now = stages.get(id);
    const stage = (now === undefined ? undefined : remember(now, world)) ?? own(before.stages, id);
    return stage === undefined ? [] : [[id, stage] as const];
  });
  return {format: 1, stages: Object.fromEntries(remembered)};
}

function remember(stage: PlannedStage, world: World): RememberedStage | undefined {
  const {fingerprint, parts, outputs, last_duration_ms} = stage;
  if (fingerprint === undefined || parts === undefined || outputs === undefined) return undefined;
  const {uses, version, params, inputs, files, places, numerics} = parts;
  const listings: Record<string, Listing> = {};
  for (const param of new Set([...Object.keys(files), ...Object.keys(places)])) {
    const seen = world.files.get(fileKey(stage.id, param));
    if (seen?.kind === 'found') listings[param] = seen.listing;
  }
  const duration_ms = last_duration_ms ?? 0;
  return {
    uses,
    version,
    fingerprint,
    params: params as Record<string, Json>,
    inputs,
    files,
    places,
    numerics,
    listings,
    duration_ms,
  };
}
