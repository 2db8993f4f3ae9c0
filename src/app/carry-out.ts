import {randomBytes} from 'node:crypto';
import {availableParallelism} from 'node:os';
import {asJson} from '../base/json.js';
import type {SourcePosition} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';
import type {RunEvent} from '../event/event.js';
import {writeEnvironment} from '../record/environment.js';
import {writeExperiment} from '../record/experiments.js';
import {newRunId, openRunRecord} from '../record/run-record.js';
import {isUpToDate} from '../render/plan-text.js';
import {openControlDoor} from '../run/control/door.js';
import {defaultRunOptions, type RunOptions} from '../run/effects.js';
import type {Forecasts} from '../run/forecast/forecast.js';
import type {LightStages} from '../run/light-stage.js';
import {experimentDir, ignoreItself, runsDir} from '../run/project.js';
import {type RunOutcome, runPlan} from '../run/run-plan.js';
import type {StopSwitch} from '../run/stop.js';
import {warn} from './answer.js';
import {looksOf, runExitCode} from './frozen.js';
import {memoryLimit} from './memory.js';
import {type FinishedRun, runOnFinish} from './on-finish.js';
import type {PlannedPipeline} from './plan-pipeline.js';
import {runEnvironment} from './run-environment.js';
import {openScreen} from './screen.js';
import type {Terminal} from './terminal.js';

export interface CarryOutOptions {
  readonly stop: StopSwitch;
  /** Gets every event, as screen and record do. */
  readonly listener?: (event: RunEvent) => void;
  /** What the screen shows of an event, where that is not the event as it is recorded; undefined: nothing. */
  readonly shown?: (event: RunEvent) => RunEvent | undefined;
  readonly jobs?: number;
  readonly keepGoing?: boolean;
  readonly overwrite?: readonly string[];
  readonly frozen?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
  /** What stages will take, for the header. */
  readonly forecasts?: Forecasts;
}

/** Runs a plan: a record is kept, the screen watches, cache and lock file change. */
export async function carryOut(
  terminal: Terminal,
  planned: PlannedPipeline,
  options: CarryOutOptions,
): Promise<RunOutcome> {
  const {plan, pipeline, observation, runContext} = planned;
  const run = newRunId(new Date(terminal.now()), randomBytes(2).toString('hex'));
  await ignoreItself(runContext.project);
  const record = openRunRecord(runsDir(runContext.project), run, terminal.now);
  const door = await openControlDoor(record.dir, options.stop);
  record.writePipeline(asJson(pipeline)); // plain data by construction
  await rememberExperiment(planned);
  const expects = isUpToDate(plan) ? 'nothing' : 'work';
  const environment = expects === 'nothing' ? undefined : recordEnvironment(record.dir, planned);
  const settings = planned.settings.values;
  const places = new Map<string, SourcePosition>(pipeline.stages.map(({id, position}) => [id, position]));
  const screen = await openScreen(terminal, {...options, expects, again: 'Ctrl-C', settings, places});
  const emit = (event: RunEvent): void => {
    const shown = options.shown === undefined ? event : options.shown(event);
    if (shown !== undefined) screen.show(shown);
    options.listener?.(event);
  };
  const started = terminal.now();
  let outcome: RunOutcome | undefined;
  try {
    outcome = await runPlan({
      pipeline,
      plan,
      observation,
      runContext,
      light: lightStages,
      ...(options.forecasts === undefined ? {} : {forecasts: options.forecasts}),
      options: runOptions(run, planned, options),
      record,
      stop: options.stop,
      env: terminal.env,
      emit,
      now: terminal.now,
    });
    return outcome;
  } finally {
    await screen.close();
    await environment;
    record.close();
    await door.close();
    if (outcome !== undefined && expects === 'work')
      await callCommand(terminal, options, settings.on_finish ?? [], {
        run,
        pipeline: pipeline.name,
        dir: record.dir,
        outcome: outcome.outcome,
        exit_code: runExitCode(outcome.outcome, outcome.results, looksOf(plan)),
        duration_ms: terminal.now() - started,
      });
  }
}

async function callCommand(
  terminal: Terminal,
  options: CarryOutOptions,
  command: readonly string[],
  finished: FinishedRun,
): Promise<void> {
  const problem = await runOnFinish(terminal, command, finished);
  if (problem !== undefined) warn(terminal, options, [problem]);
}

/** So that it can be run again by its name alone. */
async function rememberExperiment({pipeline, runContext}: PlannedPipeline): Promise<void> {
  const {experiment, file} = pipeline;
  if (experiment === undefined) return;
  await writeExperiment(experimentDir(runContext.project, file, experiment.name), {file, ...experiment});
}

/** Beside the run, which does not wait for it. A record that cannot be written fails the run by its events already. */
async function recordEnvironment(dir: string, planned: PlannedPipeline): Promise<void> {
  const environment = await runEnvironment(planned);
  await writeEnvironment(dir, environment).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
  });
}

/** A run from cache begins no stage, and must not wait for audio decoders to load. */
const lightStages: LightStages = {
  get: async (type) => (await import('../run/light/table.generated.js')).lightStages.get(type),
};

function runOptions(
  run: string,
  {settings, observation}: PlannedPipeline,
  options: CarryOutOptions,
): RunOptions {
  return {
    ...defaultRunOptions,
    run,
    jobs: options.jobs ?? settings.values.jobs ?? Math.max(defaultRunOptions.jobs, availableParallelism()),
    after_failure: options.keepGoing === true ? 'keep_going' : 'stop',
    overwrite: options.overwrite ?? [],
    frozen: options.frozen === true ? observation.lock : undefined,
    memory_limit_bytes: memoryLimit(settings),
  };
}
