import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import type {Terminal} from '../app/terminal.js';
import {asWritten, canonicalJson, type Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {readEntry} from '../cache/entries.js';
import {loadPipeline} from '../config/load.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {filesOnDisk, type PipelineFiles} from '../config/pipeline-files.js';
import {matchesAny} from '../plan/fingerprint-parts.js';
import type {PipelineState} from '../plan/pipeline-difference.js';
import type {CurrentRecord} from '../record/lock-compare.js';
import {lockFilePath} from '../record/lock-file.js';
import {parseLock} from '../record/parse-lock.js';
import {listRuns} from '../record/run-record.js';
import {paramLeaves} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {openRevision, type Revision} from './git-revision.js';
import {loadRun, openRun, type RecordedRun, readRecordedPipeline, runsDirOf} from './recorded-run.js';
import {type TrainingFacts, trainingFacts} from './training-facts.js';

/** One side of a diff: a state of a pipeline, where it comes from, and what its trainings came to. */
export interface DiffSide extends PipelineState {
  readonly what: 'run' | 'revision' | 'working_tree';
  readonly name: string;
  /** Of a revision. */
  readonly commit: string | null;
  /** The run whose losses are shown: itself, or the newest with these very settings. */
  readonly run: string | null;
  readonly training: readonly TrainingFacts[];
}

/** A run by any of its names, else a revision of the repository that the pipeline is in. */
export async function openSide(
  terminal: Terminal,
  name: string,
  pipeline: string,
): Promise<Result<DiffSide>> {
  const run = await openRun(terminal, name, /\.ya?ml$/.test(name) ? undefined : pipeline);
  if (run.ok) return ok(await sideOfRun(run.value));
  const file = resolve(terminal.cwd, pipeline);
  const revision = await openRevision(name, dirname(file));
  if (revision.ok) return sideOfFiles(terminal, file, revision.value);
  return failure({
    code: 'usage/neither-run-nor-revision',
    message: `${name} is neither a run of ${pipeline} nor a revision that git knows here`,
    hint: run.problems[0]?.hint ?? revision.problems[0]!.hint!,
  });
}

/** The files as they are there now. */
export function openWorkingTree(terminal: Terminal, pipeline: string): Promise<Result<DiffSide>> {
  return sideOfFiles(terminal, resolve(terminal.cwd, pipeline), undefined);
}

async function sideOfRun(run: RecordedRun): Promise<DiffSide> {
  const records = run.recorded.flatMap(({configured, fingerprint, cache}) => {
    const entry = fingerprint === undefined ? undefined : readEntry(cache, fingerprint);
    return entry === undefined ? [] : [[configured.id, recordIn(entry)] as const];
  });
  return {
    what: 'run',
    name: run.experiment?.name ?? run.run,
    commit: null,
    run: run.run,
    stages: run.recorded.map(({configured}) => configured),
    records: Object.fromEntries(records),
    training: await trainingFacts(run),
  };
}

function recordIn({parts, outputs}: NonNullable<ReturnType<typeof readEntry>>): CurrentRecord {
  const identities = Object.entries(outputs).map(([name, {identity}]) => [name, identity]);
  return {...asWritten<CurrentRecord>(parts), outputs: Object.fromEntries(identities)};
}

async function sideOfFiles(
  terminal: Terminal,
  file: string,
  revision: Revision | undefined,
): Promise<Result<DiffSide>> {
  const files = revision?.files ?? filesOnDisk;
  const stages = await stagesIn(terminal, file, {files, revision});
  if (!stages.ok) return stages;
  const records = await lockedIn(file, files);
  if (!records.ok) return records;
  const run = await newestLike(terminal, file, stages.value);
  return ok({
    what: revision === undefined ? 'working_tree' : 'revision',
    name: revision?.name ?? 'working tree',
    commit: revision?.commit ?? null,
    run: run?.run ?? null,
    stages: stages.value,
    records: records.value,
    training: run === undefined ? [] : await trainingFacts(run),
  });
}

interface Reading {
  readonly files: PipelineFiles;
  readonly revision: Revision | undefined;
}

/** A pipeline that a revision has not is one without stages: everything is new, or gone. */
async function stagesIn(
  {env}: Terminal,
  file: string,
  {files, revision}: Reading,
): Promise<Result<readonly ConfiguredStage[]>> {
  const loaded = await loadPipeline(file, {env, files});
  if (loaded.ok) return ok(loaded.value.stages);
  if (revision === undefined) return loaded;
  const [first] = loaded.problems;
  if (first?.code === 'file/missing' && first.position?.file === file && existsSync(file)) return ok([]);
  return failure(
    ...loaded.problems.map((problem) => ({...problem, message: `In ${revision.name}: ${problem.message}`})),
  );
}

async function lockedIn(file: string, files: PipelineFiles): Promise<Result<PipelineState['records']>> {
  const path = lockFilePath(file);
  let text: string;
  try {
    text = await files.read(path);
  } catch (error) {
    if (error instanceof SidestepError && error.problem.code === 'file/missing') return ok({});
    throw error;
  }
  const lock = parseLock(text, path);
  return lock.ok ? ok(lock.value.lock.stages) : lock;
}

/** The newest run that was set up as these stages are, in all that decides a result. */
async function newestLike(
  terminal: Terminal,
  file: string,
  stages: readonly ConfiguredStage[],
): Promise<RecordedRun | undefined> {
  const dir = runsDirOf(terminal, file);
  const wanted = decisionsOf(stages);
  for (const id of (await listRuns(dir)).toReversed()) {
    const recorded = readRecordedPipeline(join(dir, id));
    if (recorded?.file !== file || decisionsOf(recorded.stages) !== wanted) continue;
    const run = await loadRun(terminal, dir, id);
    if (run.ok && run.value.outcome === 'done') return run.value;
  }
  return undefined;
}

function decisionsOf(stages: readonly ConfiguredStage[]): string {
  const deciding = stages.map(({id, uses, params}) => {
    const neutral = stageTypes.get(uses)?.neutral ?? [];
    const leaves = paramLeaves(params).filter(({path}) => !matchesAny(path, neutral));
    return [id, uses, leaves.map(({path, value}) => [path, value as Json] as const)] as const;
  });
  return canonicalJson(deciding);
}
