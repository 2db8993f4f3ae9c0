import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {FaultHook} from '../../src/base/durable.js';
import {stageId} from '../../src/base/stage-id.js';
import {readEntry} from '../../src/cache/entries.js';
import {objectPath} from '../../src/cache/layout.js';
import type {ConfiguredStage, Pipeline} from '../../src/config/pipeline.js';
import type {RunEvent} from '../../src/event/event.js';
import type {StageResult} from '../../src/event/stage-result.js';
import {makePlan} from '../../src/plan/make-plan.js';
import type {Plan} from '../../src/plan/plan.js';
import {newRunId, openRunRecord} from '../../src/record/run-record.js';
import {cardsOfMachine} from '../../src/run/cards.js';
import {defaultRunOptions, type RunOptions} from '../../src/run/effects.js';
import {executorsOf} from '../../src/run/executor/executors.js';
import {lightStages} from '../../src/run/light/table.generated.js';
import type {LightStages} from '../../src/run/light-stage.js';
import {localWorkers} from '../../src/run/local-worker.js';
import {type Observation, observe, type RunContext} from '../../src/run/observe.js';
import {type RunOutcome, runPlan} from '../../src/run/run-plan.js';
import {type StopSwitch, stopSwitch} from '../../src/run/stop.js';
import type {WorkerLauncher} from '../../src/run/worker-launcher.js';
import type {ParamObject} from '../../src/stage/param.js';
import {stageTypes} from '../../src/stage/registry.js';
import type {StageType} from '../../src/stage/stage-type.js';
import {testTypes} from './stage-types.js';

/** A stage in few words: what a test does not care about is filled in. */
export interface StageSketch extends Partial<Omit<ConfiguredStage, 'id' | 'params' | 'needs'>> {
  readonly uses: string;
  readonly params?: ParamObject;
  readonly needs?: readonly string[];
}

export function pipelineOf(dir: string, sketches: Readonly<Record<string, StageSketch>>): Pipeline {
  const file = join(dir, 'pipeline.yaml');
  let line = 0;
  const stages = Object.entries(sketches).map(([id, sketch]): ConfiguredStage => {
    const position = {file, line: ++line, column: 3};
    const {needs = [], params = {}, ...rest} = sketch;
    return {
      id: stageId(id),
      declared_as: id,
      matrix: undefined,
      params,
      ineffective: [],
      positions: Object.fromEntries(
        Object.keys(params).map((key, index) => [key, {file, line, column: 20 + index}]),
      ),
      position,
      needs: needs.map((stage) => ({stage: stageId(stage), position})),
      when: {kind: 'run'},
      resources: {device: 'auto', precision: 'auto', threads: undefined},
      retries: 0,
      timeout_s: undefined,
      cache: 'use',
      on_error: 'fail',
      description: undefined,
      ...rest,
    };
  });
  return {name: 'test', file, dir, description: undefined, stages, env: {}, warnings: [], sources: [file]};
}

/** A reference to a stage, as configuration resolves `${stages.ID.OUTPUT}`. */
export function ref(id: string, output?: string) {
  return {$stage: stageId(id), ...(output === undefined ? {} : {output})};
}

export const allTypes: ReadonlyMap<string, StageType> = new Map([...stageTypes, ...testTypes]);

export interface RunSetting {
  readonly options?: Partial<RunOptions>;
  readonly light?: LightStages;
  readonly launcher?: WorkerLauncher;
  readonly addon?: string;
  /** Whose cards they are; default: this test file's own. */
  readonly cards_of?: string;
  readonly types?: ReadonlyMap<string, StageType>;
  readonly forced?: readonly string[];
  readonly stop?: StopSwitch;
  readonly fault?: FaultHook;
  readonly cache_dir?: string;
  readonly onEvent?: (event: RunEvent) => void;
  /** Gets the folder of the run's record before anything is written there. */
  readonly prepareRecord?: (dir: string) => void;
}

export interface RunReport extends RunOutcome {
  readonly plan: Plan;
  readonly observation: Observation;
  readonly events: readonly RunEvent[];
  /** Results by stage id. */
  readonly by: Readonly<Record<string, StageResult>>;
  /** Ids of the stages that really ran, in order of their end. */
  readonly ran: readonly string[];
  readonly dir: string;
}

export async function look(
  pipeline: Pipeline,
  setting: RunSetting = {},
): Promise<{plan: Plan; observation: Observation}> {
  const observed = await observe(pipeline, surroundingsFor(pipeline, setting));
  if (!observed.ok) throw new Error(JSON.stringify(observed.problems));
  const plan = makePlan(pipeline, observed.value.world, setting.types ?? allTypes);
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return {plan: plan.value, observation: observed.value};
}

/** Observe, plan, run: as `sidestep run` does it. */
export async function run(pipeline: Pipeline, setting: RunSetting = {}): Promise<RunReport> {
  const {plan, observation} = await look(pipeline, setting);
  const events: RunEvent[] = [];
  const runContext = surroundingsFor(pipeline, setting);
  const id = newRunId(new Date(), Math.random().toString(36).slice(2, 6));
  const record = openRunRecord(join(runContext.project.state_dir, 'runs'), id, Date.now);
  setting.prepareRecord?.(record.dir);
  const outcome = await runPlan({
    pipeline,
    plan,
    observation,
    runContext,
    light: setting.light ?? lightStages,
    options: {...defaultRunOptions, run: id, retry_delay_ms: 1, ...setting.options},
    record,
    stop: setting.stop ?? stopSwitch(),
    env: process.env,
    emit: (event) => {
      events.push(event);
      setting.onEvent?.(event);
    },
    now: Date.now,
  });
  record.close();
  const by = Object.fromEntries(outcome.results.map((result) => [result.stage, result]));
  const ran = events.flatMap((event) =>
    event.kind === 'stage_finished' && event.result.kind === 'succeeded' ? [event.stage as string] : [],
  );
  return {...outcome, plan, observation, events, by, ran, dir: record.dir};
}

/** The worker of the test stage types. */
export const workerMain = fileURLToPath(new URL('./worker-main.mjs', import.meta.url));

export const testWorkers = localWorkers({main: workerMain, env: process.env});

function surroundingsFor(pipeline: Pipeline, setting: RunSetting): RunContext {
  const state_dir = join(pipeline.dir, '.sidestep');
  return {
    project: {state_dir, cache_dir: setting.cache_dir ?? join(state_dir, 'cache')},
    types: setting.types ?? allTypes,
    launcher: setting.launcher ?? testWorkers,
    cards: cardsOfMachine({visible_devices: undefined, job: setting.cards_of ?? `test ${process.pid}`}),
    executors: executorsOf({
      worker: [process.execPath, workerMain],
      job: [process.execPath, workerMain, 'job'],
      env: process.env,
    }),
    addon: setting.addon,
    engine_help: 'Get one.',
    cuda: {visible_devices: undefined, plugin: undefined, products: undefined},
    env: process.env,
    forced: new Set((setting.forced ?? []).map(stageId)),
    ...(setting.fault === undefined ? {} : {fault: setting.fault}),
  };
}

/** The text of a stage's output as it is in the cache. */
export function outputText(report: RunReport, stage: string, output?: string): string {
  const result = report.by[stage];
  if (result?.kind !== 'succeeded' && result?.kind !== 'cached')
    throw new Error(`${stage} has no output: ${JSON.stringify(result)}`);
  const {cache} = report.observation;
  const entry = readEntry(cache, result.fingerprint);
  const name = output ?? Object.keys(entry?.outputs ?? {})[0] ?? '';
  const object = entry?.outputs[name];
  if (object === undefined || object.kind === 'tree') throw new Error(`${stage} has no file output ${name}`);
  const path = objectPath(cache.root, object.hash);
  if (!existsSync(path)) throw new Error(`the object of ${stage} is not in the cache`);
  return readFileSync(path, 'utf8');
}

/** A `command` stage that runs a line of shell; inputs and outputs by name. */
export function shell(
  script: string,
  sketch: {inputs?: ParamObject; outputs?: ParamObject; version?: string} & Partial<StageSketch> = {},
): StageSketch {
  const {inputs = {}, outputs = {out: 'out.txt'}, version = '', ...rest} = sketch;
  const names = [
    ...Object.keys(inputs).map((name) => `\${inputs.${name}}`),
    ...Object.keys(outputs).map((name) => `\${outputs.${name}}`),
  ];
  return {
    uses: 'command',
    params: {
      argv: ['sh', '-c', script, 'sh', ...names],
      inputs,
      outputs,
      environment: {},
      working_dir: '/',
      version,
    },
    ...rest,
  };
}
