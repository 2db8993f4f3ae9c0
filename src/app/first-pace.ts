import {asWritten, canonicalJson, isJsonObject, type Json} from '../base/json.js';
import type {StageId} from '../base/stage-id.js';
import type {TrainingWork} from '../event/effort.js';
import type {PlannedStage} from '../plan/plan.js';
import {passesInTurn, usefulRanks} from '../plan/ranks.js';
import type {Efforts} from '../run/forecast/effort.js';
import {
  type MeasuredPace,
  measuredPace,
  SELECTION,
  songBounds,
  type UnmadeTraining,
} from '../run/forecast/training.js';
import {trainingSeconds} from '../run/forecast/training-time.js';
import {resolveNumerics} from '../run/numerics.js';
import {datasetSamples, songSources} from '../stage/dataset.js';
import {type ParamObject, paramsToJson} from '../stage/param.js';
import {memoryLimit} from './memory.js';
import type {PlannedPipeline} from './plan-pipeline.js';

/**
 * The efforts of a plan, with the time of trainings of which no one has run any here: model and songs are known, so a short-lived
 * worker measures what this machine does in a second. What runs elsewhere is not measured here.
 */
export async function withFirstPaces(planned: PlannedPipeline, efforts: Efforts): Promise<Efforts> {
  const timed = new Map(efforts);
  const paces = new Map<string, MeasuredPace | undefined>();
  for (const stage of planned.plan.stages) {
    const effort = efforts.get(stage.id);
    if (effort?.training === undefined || effort.duration_ms !== undefined) continue;
    const cost = costOf(stage);
    const measured = paces.has(cost) ? paces.get(cost) : await firstPace(stage, planned);
    paces.set(cost, measured);
    if (measured === undefined) continue;
    const work = sharedWork(stage, effort.training, planned);
    timed.set(stage.id, {...effort, duration_ms: 1000 * trainingSeconds(work, measured)});
  }
  return timed;
}

/** What one card has to do of it, where ranks have one each; on a CPU they share its cores, and all of it is done there. */
function sharedWork(
  {configured}: PlannedStage,
  work: TrainingWork,
  {observation: {engine}}: PlannedPipeline,
): TrainingWork {
  const numerics = engine && resolveNumerics(engine, configured.resources);
  if (numerics?.kind !== 'known' || numerics.identity?.backend !== 'cuda') return work;
  const micro_batches = Math.max(1, Number(configured.params.gradient_accumulation_steps ?? 1));
  return {...work, micro_steps: passesInTurn(work.micro_steps, usefulRanks(configured), micro_batches)};
}

async function firstPace(
  stage: PlannedStage,
  {plan, observation, runContext, settings}: PlannedPipeline,
): Promise<MeasuredPace | undefined> {
  const {engine, world} = observation;
  const {addon, launcher} = runContext;
  if (engine === undefined || engine.kind === 'unavailable' || addon === undefined) return undefined;
  if (stage.configured.resources.executor !== undefined) return undefined;
  const upstream = new Map(plan.stages.map((each) => [each.id, each]));
  const known = (id: StageId | undefined): Json | undefined => {
    const [output] = Object.values(upstream.get(id!)?.outputs ?? {}).filter(({kind}) => kind === 'json');
    return output === undefined ? undefined : world.cache.json(output.hash);
  };
  const model = known(stage.references.model?.$stage as StageId | undefined);
  const typical = typicalSong(plan.stages, known);
  if (!isJsonObject(model) || !isJsonObject(model.components) || typical === undefined) return undefined;
  const estimate = stage.references[SELECTION]?.$stage as StageId | undefined;
  const selection = estimate === undefined ? undefined : known(estimate);
  if (estimate !== undefined && selection === undefined) return undefined; // which modules is not known yet
  const training = {stage: stage.configured, components: model.components, selection, typical};
  return measuredPace(training, {engine, addon, launcher, limit_bytes: memoryLimit(settings)});
}

/** As long as the songs are on average. */
function typicalSong(
  stages: readonly PlannedStage[],
  known: (id: StageId) => Json | undefined,
): UnmadeTraining['typical'] | undefined {
  const first = stages.find(({type}) => type.name === 'preprocess.pass1');
  const lengths = stages
    .filter(({type}) => songSources.includes(type.name))
    .flatMap(({id}) => known(id) ?? [])
    .flatMap((dataset) => datasetSamples(asWritten<Json>(dataset)).map((song) => Number(song.audio_seconds)));
  if (first === undefined || lengths.length === 0) return undefined;
  const seconds = lengths.reduce((sum, each) => sum + each, 0) / lengths.length;
  return songBounds(first.configured.params, {samples: lengths.length, seconds});
}

/** What makes a step dear: combinations of a matrix that differ in the rest are measured once. */
function costOf({configured}: PlannedStage): string {
  const {
    seed: _seed,
    epochs: _epochs,
    max_steps: _most,
    schedule: _schedule,
    optimizer,
    ...rest
  } = configured.params;
  const {type} = optimizer as ParamObject;
  return canonicalJson(paramsToJson({...rest, optimizer: type ?? null}));
}
