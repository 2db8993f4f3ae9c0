import {accidentOf} from '../base/accident.js';
import {type Problem, SidestepError} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {pause} from '../base/timer.js';
import {hashOfFile, saveFileHashes} from '../cache/file-hashes.js';
import {saveChecked} from '../cache/soundness.js';
import type {Pipeline} from '../config/pipeline.js';
import type {RunEvent} from '../event/event.js';
import {exitCode, type StageResult} from '../event/stage-result.js';
import {noteOf, type Plan, type PlannedStage} from '../plan/plan.js';
import type {RunRecord} from '../record/run-record.js';
import {writeMissingBoards} from './boards.js';
import type {RunOptions} from './effects.js';
import {execute} from './execute.js';
import type {Execution} from './execution.js';
import {settleSources} from './fetch.js';
import {recordExecution} from './finish.js';
import type {Forecasts} from './forecast/forecast.js';
import {holdingTheCache} from './hold-cache.js';
import type {LightStages} from './light-stage.js';
import type {Observation, RunContext} from './observe.js';
import {observeFiles} from './observe-files.js';
import {copiedOut} from './out-of-place.js';
import {problemOf} from './problem-of.js';
import {lockPath, publishedPath, requireWritable} from './project.js';
import {outdatedStages, publishOutputs} from './publish.js';
import {evictSeen} from './soundness.js';
import type {StopSwitch} from './stop.js';
import {hasLeftovers} from './sweep.js';
import {clearTemporaries} from './temporary.js';
import {writeSidecars} from './write-sidecars.js';

export interface RunRequest {
  readonly pipeline: Pipeline;
  readonly plan: Plan;
  readonly observation: Observation;
  readonly runContext: Pick<RunContext, 'project' | 'launcher' | 'cards' | 'executors' | 'addon' | 'types'>;
  readonly light: LightStages;
  /** For the header; see forecastMemory. */
  readonly forecasts?: Forecasts;
  readonly options: RunOptions;
  readonly record: RunRecord;
  readonly stop: StopSwitch;
  /** The environment for programs that stages start. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Renderers listen here; the run record gets everything as well. */
  readonly emit: (event: RunEvent) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface RunOutcome {
  readonly outcome: 'done' | 'failed' | 'interrupted';
  readonly results: readonly StageResult[];
}

/**
 * One whole run: executes the plan, then writes lock file, memory and published outputs, and reports it all as events.
 * Throws what the system refused, in words (`run/disk-full`, `run/read-only`), when not even that can be written; stages that fail are results, not exceptions.
 */
export async function runPlan(request: RunRequest): Promise<RunOutcome> {
  try {
    const computes = request.plan.stages.some(({verdict}) => verdict.kind === 'stale');
    if (computes) await requireWritable(request.runContext.project.state_dir);
    return await runAndTell(request);
  } catch (error) {
    const accident = accidentOf(error);
    throw accident === undefined ? error : new SidestepError(accident, {cause: error});
  }
}

async function runAndTell(request: RunRequest): Promise<RunOutcome> {
  const {plan, record, options, now} = request;
  const tellOfGaps = gapTeller(request);
  const emit = (event: RunEvent) => {
    record.record(event);
    request.emit(event);
    tellOfGaps();
  };
  const started = now();
  emit({
    kind: 'run_started',
    run: options.run,
    pipeline: plan.pipeline,
    stages: plan.stages.map((stage) => ({
      stage: stage.id,
      uses: stage.type.name,
      verdict: stage.verdict.kind,
      ...withNote(stage),
      memory: request.forecasts?.get(stage.id) ?? null,
    })),
  });
  const execution = await carryOut(request, emit);
  if (!request.stop.graceful.aborted) await clearAfter(request, execution, emit);
  const outcome = outcomeOf(execution.results, request.stop);
  const {results, outputs} = execution;
  emit({kind: 'run_finished', run: options.run, outcome, duration_ms: now() - started, results, outputs});
  return {outcome, results};
}

/** Nothing is lost where it cannot be done now: the next run tries again. */
async function clearAfter(
  {pipeline, observation, runContext, now}: RunRequest,
  execution: Execution,
  emit: (event: RunEvent) => void,
): Promise<void> {
  const {cache} = observation;
  const lock_file = lockPath(runContext.project, pipeline);
  try {
    await clearTemporaries(execution, {cache, lock_file, emit, now});
  } catch (error) {
    const cause = problemOf(error).problem;
    emit({kind: 'warning', stage: undefined, problem: notRemoved(cause)});
  }
}

function withNote(stage: Plan['stages'][number]): {readonly note?: string} {
  const note = noteOf(stage);
  return note === undefined ? {} : {note};
}

/** Says, once, that the run's record cannot be written; the run goes on. Not recorded itself, for obvious reasons. */
function gapTeller({record, emit}: RunRequest): () => void {
  let told = false;
  return () => {
    const trouble = record.trouble();
    if (told || trouble === undefined) return;
    told = true;
    emit({kind: 'warning', stage: undefined, problem: recordIncomplete(trouble)});
  };
}

/** A run that finds everything in place, nothing to copy out and nothing to clean up needs no claim. */
async function carryOut(request: RunRequest, emit: (event: RunEvent) => void) {
  const {plan, observation, runContext, stop} = request;
  const {cache, world, hashes} = observation;
  const places = await outdatedStages(plan.stages, {cache, view: world.cache, hashes});
  const work = () =>
    executeAndRecord(request, {emit, places}).catch(async (error: unknown) => {
      await settleSources(cache, {signal: AbortSignal.abort(), emit}); // what is being sent is not sent to its end
      throw error;
    });
  const computes = plan.stages.some(({verdict}) => verdict.kind === 'stale');
  if (!computes && places.outdated.size === 0 && !hasLeftovers(cache)) return work();
  const {state_dir} = runContext.project;
  return holdingTheCache({cache, state_dir, to: computes ? 'write' : 'read', signal: stop.force}, work);
}

async function executeAndRecord(
  request: RunRequest,
  {emit, places}: {readonly emit: (event: RunEvent) => void; readonly places: Places},
) {
  const {pipeline, plan, observation, options, record, now} = request;
  const {world, cache, hashes, own_lock, own_lock_warning, memory} = observation;
  const {runContext} = request;
  const {project, launcher, addon} = runContext;
  const effects = {
    cache,
    launcher,
    light: request.light,
    cards: runContext.cards,
    executors: runContext.executors,
    memoryOf: (stage: StageId) => request.forecasts?.get(stage),
    emit,
    log: record.log,
    logPath: record.logPath,
    hashFile: (path: string) => hashOfFile(hashes, path),
    filesOf: ({configured}: PlannedStage) => observeFiles([configured], runContext.types, hashes),
    now,
    sleep: pause,
    stop: request.stop,
    env: request.env,
    addon,
    partial_note: {pipeline_file: pipeline.file, lock_file: lockPath(project, pipeline)},
  };
  await evictSeen(cache, emit);
  const execution = await execute(plan, world, effects, options, places.outdated);
  const before = {lock: own_lock, lock_warning: own_lock_warning, memory};
  await recordExecution(
    pipeline,
    {execution, before, world},
    {project, cache, types: runContext.types, now: now()},
  );
  const outputs = await publish(execution, {request, emit, places});
  for (const problem of await writeSidecars(execution.stages.values(), {cache, view: world.cache}))
    emit({kind: 'warning', stage: undefined, problem});
  await saveFileHashes(hashes);
  await saveChecked(cache);
  await settleSources(cache, {signal: request.stop.graceful, emit});
  return {...execution, outputs};
}

/** An experiment has what it published to itself. */
function publisherOf({file, experiment}: Pipeline): string {
  return experiment === undefined ? file : `${file}@${experiment.name}`;
}

/** Results are safe in the cache by now: a place that cannot be written is a warning, not a failed run. */
async function publish(
  {stages}: Execution,
  {
    request,
    emit,
    places,
  }: {readonly request: RunRequest; readonly emit: (event: RunEvent) => void; readonly places: Places},
) {
  const {cache, world, hashes} = request.observation;
  const record = publishedPath(request.runContext.project);
  try {
    const published = await publishOutputs(stages.values(), {
      pipeline: publisherOf(request.pipeline),
      cache,
      view: world.cache,
      hashes,
      record,
      current: currentStill(stages, places),
      overwrite: request.options.overwrite,
      emit,
      signal: request.stop.force,
    });
    await writeMissingBoards(stillCached(stages), {cache, emit, now: request.now});
    const copied = copiedOut(stillCached(stages), places.outdated);
    if (copied !== undefined) emit({kind: 'warning', stage: undefined, problem: copied});
    return published;
  } catch (error) {
    const {problem} = problemOf(error);
    emit({kind: 'warning', stage: undefined, problem: notPublished(problem)});
    return [];
  }
}

type Places = Awaited<ReturnType<typeof outdatedStages>>;

/** What had nothing to copy before and was not computed again has nothing to copy. */
function currentStill(stages: Execution['stages'], {current}: Places): Set<StageId> {
  return new Set(
    stillCached(stages)
      .map(({id}) => id)
      .filter((id) => current.has(id)),
  );
}

function stillCached(stages: Execution['stages']) {
  return [...stages.values()].filter(({verdict}) => verdict.kind === 'cached');
}

/** What the place itself does not allow. */
const PLACES: ReadonlySet<string> = new Set([
  'run/not-permitted',
  'run/read-only',
  'run/file-gone',
  'run/not-a-folder',
  'run/name-too-long',
]);

function notRemoved({message, hint}: Problem): Problem {
  return {
    code: 'run/temporary-kept',
    message: `Temporary outputs could not be removed from the cache: ${message}`,
    hint: hint ?? 'They take room and do no harm; the next run tries again.',
  };
}

function notPublished(cause: Problem): Problem {
  return {
    code: 'run/not-published',
    message: `The results are in the cache but could not be copied out: ${cause.message}`,
    hint: `${PLACES.has(cause.code) ? 'Make that place writable, or give `output_dir` another.' : (cause.hint ?? 'Make room or choose another place.')} Nothing is computed again.`,
  };
}

function recordIncomplete(cause: NodeJS.ErrnoException): Problem {
  return {
    code: 'run/record-incomplete',
    message: `The record of this run has gaps. ${accidentOf(cause)?.message ?? cause.message}`,
    hint: 'The run goes on and its results are not touched; logs and events may end early. Make room for the next run.',
  };
}

function outcomeOf(results: readonly StageResult[], stop: StopSwitch): RunOutcome['outcome'] {
  const codes = results.map(exitCode);
  if (codes.every((code) => code === 0)) return 'done';
  return stop.graceful.aborted || codes.includes(130) ? 'interrupted' : 'failed';
}
