import {join, resolve} from 'node:path';
import type {Problem} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import {asExperiment, canDiffer} from '../config/experiment.js';
import {userFolder} from '../config/folders.js';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import {loadRemembered} from '../config/remembered.js';
import {loadSettings, noSettings, type Settings} from '../config/user/settings.js';
import {makePlan} from '../plan/make-plan.js';
import type {Plan} from '../plan/plan.js';
import type {ForeseenPlan} from '../run/foresee.js';
import {placesFor, refusedPlaces} from '../run/hindrances.js';
import {precisionWarning, productsWarning} from '../run/numerics.js';
import {type Observation, observe, type RunContext} from '../run/observe.js';
import type {Project} from '../run/project.js';
import {protectedPlaces} from '../run/protected-places.js';
import {tightPlaces} from '../run/space.js';
import {outdatedTensors} from '../run/tensor-ages.js';
import {stageTypes} from '../stage/registry.js';
import {experimentOf} from './experiment.js';
import {projectOf, runContextOf} from './run-context.js';
import {type ChosenStages, chooseStages} from './stage-choice.js';
import type {Terminal} from './terminal.js';

export interface PlanRequest {
  readonly file: string;
  readonly overrides: readonly string[];
  /** Of an experiment. */
  readonly name?: string | undefined;
  readonly wishes: ChosenStages;
  /** `ahead`: stages that only look at files are run to plan what follows from them; see foresee. */
  readonly looks_ahead?: boolean;
  /** Stages whose protected places may be written over. */
  readonly overwrite?: readonly string[];
}

/** A plan with all it was made from: what views show and a run carries out. */
export interface PlannedPipeline {
  readonly plan: Plan;
  /** All of it, whatever was chosen. */
  readonly pipeline: Pipeline;
  readonly settings: Settings;
  readonly runContext: RunContext;
  readonly observation: Observation;
  /** What is allowed but surely not meant, in the pipeline and beside it. */
  readonly warnings: readonly Problem[];
}

/** YAML text → pipeline → chosen stages → observed world → plan. Changes nothing. */
export async function planPipeline(
  terminal: Terminal,
  request: PlanRequest,
): Promise<Result<PlannedPipeline>> {
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const project = projectOf(terminal, request.file, settings.value);
  const pipeline = await loadExperiment(terminal, request, project);
  if (!pipeline.ok) return pipeline;
  const choice = chooseStages(pipeline.value, request.wishes);
  if (!choice.ok) return choice;
  const runContext = await runContextOf(terminal, {
    project,
    settings: settings.value,
    forced: choice.value.forced,
  });
  const observation = await observe(choice.value.pipeline, runContext);
  if (!observation.ok) return observation;
  const planned = await planAsking(choice.value.pipeline, observation.value, {
    runContext,
    looks_ahead: request.looks_ahead === true,
  });
  if (!planned.ok) return planned;
  return ok({
    plan: planned.value.plan,
    pipeline: pipeline.value,
    settings: settings.value,
    runContext,
    observation: planned.value.observation,
    warnings: [
      ...warningsOf(pipeline.value, observation.value, planned.value.plan),
      ...placeProblems(toRun(planned.value.plan), project),
      ...protectedPlaces(toRun(planned.value.plan), stageTypes, request.overwrite ?? []),
      ...(await outdatedTensors(toRun(planned.value.plan), stageTypes)),
    ],
  });
}

/** The same of a pipeline that is not in a file as it is; of the user's settings nothing counts. */
export async function planResolved(
  terminal: Terminal,
  pipeline: Pipeline,
  project: Project,
): Promise<Result<PlannedPipeline>> {
  const settings = noSettings();
  const runContext = await runContextOf(terminal, {project, settings, forced: new Set()});
  const observed = await observe(pipeline, runContext);
  if (!observed.ok) return observed;
  const planned = await planIn(pipeline, observed.value, {runContext, looks_ahead: false});
  if (!planned.ok) return planned;
  const {plan, observation} = planned.value;
  return ok({plan, pipeline, settings, runContext, observation, warnings: []});
}

interface Look {
  readonly runContext: RunContext;
  readonly looks_ahead: boolean;
}

/** Servers are asked for what is not here, stage after stage: what one of them has decides what is looked up next. */
async function planAsking(
  pipeline: Pipeline,
  observation: Observation,
  look: Look,
): Promise<Result<ForeseenPlan>> {
  for (;;) {
    const planned = await planIn(pipeline, observation, look);
    if (!planned.ok || observation.cache.misses.size === 0) return planned;
    const {askSources} = await import('../run/fetch.js');
    if ((await askSources(observation.cache)) === 0) return planned;
  }
}

async function planIn(
  pipeline: Pipeline,
  observation: Observation,
  {runContext, looks_ahead}: Look,
): Promise<Result<ForeseenPlan>> {
  if (looks_ahead) {
    const {foresee} = await import('../run/foresee.js');
    const {lightStages} = await import('../run/light/table.generated.js');
    return foresee({pipeline, observation, runContext, light: lightStages});
  }
  const plan = makePlan(pipeline, observation.world, runContext.types);
  return plan.ok ? ok({plan: plan.value, observation}) : plan;
}

/** The pipeline with the values of this run; as an experiment where they are not those of the file. */
async function loadExperiment(
  terminal: Terminal,
  request: PlanRequest,
  project: Project,
): Promise<Result<Pipeline>> {
  const experiment = experimentOf(terminal, request, project);
  if (!experiment.ok) return experiment;
  const pipeline = await loadRemembered(resolve(terminal.cwd, request.file), {
    overrides: experiment.value?.set ?? [],
    env: terminal.env,
    memory_dir: join(project.state_dir, 'pipelines'),
  });
  if (!pipeline.ok || experiment.value === undefined) return pipeline;
  const {set} = experiment.value;
  const neutral = (uses: string) => stageTypes.get(uses)?.neutral ?? [];
  if (request.name === undefined && !canDiffer(pipeline.value, set, neutral)) return pipeline;
  return ok(asExperiment(pipeline.value, experiment.value, (uses) => stageTypes.get(uses)?.places ?? []));
}

/** Of cache and folders for results, where there is something to be put into them. */
function placeProblems(stages: readonly ConfiguredStage[], {cache_dir}: Project): Problem[] {
  if (stages.length === 0) return [];
  return [
    ...refusedPlaces(stages, stageTypes),
    ...tightPlaces([cache_dir, ...placesFor(stages, stageTypes)]),
  ];
}

/** What will have results to put somewhere. */
function toRun({stages}: Plan): ConfiguredStage[] {
  return stages.filter(({verdict}) => verdict.kind === 'stale').map(({configured}) => configured);
}

function warningsOf(
  {warnings}: Pipeline,
  {lock_warning, own_lock_warning, engine, cache}: Observation,
  {stages}: Plan,
): Problem[] {
  const computing = stages
    .filter(({verdict}) => verdict.kind === 'stale')
    .map(({configured, type}) => ({resources: configured.resources, engine: type.numerics === 'engine'}));
  const ofMachine = [productsWarning(engine, computing), precisionWarning(engine, computing)];
  const elsewhere = cache.sources.flatMap((source) => source.troubles());
  const others = [lock_warning, own_lock_warning, ...ofMachine, ...elsewhere].filter(
    (warning) => warning !== undefined,
  );
  return [...warnings, ...new Set(others)];
}
