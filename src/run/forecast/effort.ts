import type {Fingerprint} from '../../base/hash.js';
import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import type {StageId} from '../../base/stage-id.js';
import type {Effort} from '../../event/effort.js';
import type {Plan, PlannedStage} from '../../plan/plan.js';
import type {MadeEntry, World} from '../../plan/world.js';
import type {RatesQuestion} from '../../protocol/message.js';
import {datasetSamples, songSources} from '../../stage/dataset.js';
import {joinedLists} from '../../stage/joined.js';
import {isSampleCollection} from '../../stage/sample-parts.js';
import {keepsPace} from './same-pace.js';
import {ratesQuestion, trainingWork} from './training-work.js';

export type Efforts = ReadonlyMap<StageId, Effort>;

/** What was made of a stage elsewhere than in runs of this very pipeline; see `madeInExperiments`. */
type Elsewhere = (stage: StageId) => Fingerprint | undefined;

/** Pure, over what the cache holds: the stages that would run, as far as something can be said of them. */
export function effortsOf(plan: Plan, world: World, elsewhere: Elsewhere = () => undefined): Efforts {
  const upstream = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const known = {upstream, world, elsewhere};
  const efforts = new Map<StageId, Effort>();
  for (const stage of plan.stages) {
    if (stage.verdict.kind !== 'stale') continue;
    efforts.set(stage.id, effortOf(stage, known));
  }
  return efforts;
}

/** Pure, over what the cache holds: what to ask the engine about the learning rates of trainings that would run. */
export function ratesQuestions(plan: Plan, world: World): ReadonlyMap<StageId, RatesQuestion> {
  const upstream = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const questions = new Map<StageId, RatesQuestion>();
  for (const stage of plan.stages) {
    if (stage.verdict.kind !== 'stale' || stage.type.name !== 'train') continue;
    const songs = songsOf(stage, upstream, world);
    if (songs !== undefined && songs > 0)
      questions.set(stage.id, ratesQuestion(stage.configured.params, songs));
  }
  return questions;
}

type Upstream = ReadonlyMap<StageId, PlannedStage>;

interface Known {
  readonly upstream: Upstream;
  readonly world: World;
  readonly elsewhere: Elsewhere;
}

function effortOf(stage: PlannedStage, known: Known): Effort {
  if (stage.type.name === 'train') return trainingEffort(stage, known);
  const {verdict, type, last_duration_ms} = stage;
  if (type.samples !== undefined)
    return timed(verdict.kind === 'stale' ? verdict.samples?.expected_ms : undefined);
  const before = madeBefore(known.world.previous(stage.id)?.fingerprint, known.world);
  if (before !== undefined && !keepsPace(before, stage, known.world)) return {};
  return timed(last_duration_ms);
}

function timed(duration_ms: number | undefined): Pick<Effort, 'duration_ms'> {
  return duration_ms === undefined ? {} : {duration_ms};
}

/** Steps left to do at what a micro-step of its last run took. */
function trainingEffort(stage: PlannedStage, {upstream, world, elsewhere}: Known): Effort {
  const songs = songsOf(stage, upstream, world);
  const training =
    songs === undefined || songs === 0 ? undefined : trainingWork(stage.configured.params, songs);
  if (training === undefined) return {};
  const known = {training};
  const pace =
    paceOf(stage, world.previous(stage.id)?.fingerprint, world) ?? paceOf(stage, elsewhere(stage.id), world);
  if (pace === undefined) return known;
  const done = Math.min(1, stepsSaved(stage) / training.steps);
  return {...known, duration_ms: training.micro_steps * (1 - done) * pace};
}

/** Of what it will continue from. */
function stepsSaved({verdict}: PlannedStage): number {
  if (verdict.kind !== 'stale') return 0;
  const {start} = verdict;
  return start.kind === 'own_state' || start.kind === 'other_state' ? (start.progress ?? 0) : 0;
}

/** Milliseconds a micro-step, from the summary that this training left; undefined where it ran in another way than it would now. */
function paceOf(stage: PlannedStage, made: Fingerprint | undefined, world: World): number | undefined {
  const entry = madeBefore(made, world);
  if (entry === undefined || !keepsPace(entry, stage, world)) return undefined;
  const summary = entry.outputs.summary;
  const value = summary === undefined ? undefined : world.cache.json(summary.hash);
  const shape = isJsonObject(value) ? value.shape : undefined;
  if (!isJsonObject(value) || !isJsonObject(shape)) return undefined;
  const steps = Number(value.global_step);
  const each = Number(shape.micro_steps_per_epoch) / Number(shape.steps_per_epoch);
  const pace = entry.duration_ms / (steps * each);
  return Number.isFinite(pace) && pace > 0 ? pace : undefined;
}

function madeBefore(made: Fingerprint | undefined, world: World): MadeEntry | undefined {
  const entry = made === undefined ? undefined : world.cache.entry(made);
  return entry?.kind === 'present' ? entry : undefined;
}

/** How many songs will be trained on, held-out ones included; undefined where no one can know yet. */
function songsOf(stage: PlannedStage, upstream: Upstream, world: World): number | undefined {
  const {params} = stage.configured;
  const referring = Object.keys(stage.references); // `latents` of the first pass is no list, but how they are drawn
  const [key] = ['tensors', 'latents', 'dataset', 'datasets'].filter((each) =>
    referring.some((path) => path === each || path.startsWith(`${each}.`)),
  );
  const lists = key === undefined ? [] : joinedLists(params, key);
  // By shares it depends on the songs of all lists together; a folder of the user's is counted when it is read.
  if (lists.length === 0 || lists.some(({share}) => share !== undefined)) return undefined;
  let songs = 0;
  for (const {param, repeats} of lists) {
    const source = upstream.get(stage.references[param]?.$stage as StageId);
    if (source === undefined) return undefined;
    const counted = countIn(source, world) ?? songsOf(source, upstream, world);
    if (counted === undefined) return undefined;
    songs += counted * repeats;
  }
  return songs;
}

function countIn({outputs, type}: PlannedStage, world: World): number | undefined {
  const [output] = Object.values(outputs ?? {}).filter(({kind}) => kind === 'json');
  const value: Json | undefined = output === undefined ? undefined : world.cache.json(output.hash);
  if (isSampleCollection(value)) return showingsIn(value.samples.map(({about}) => about));
  return songSources.includes(type.name) && value !== undefined
    ? showingsIn(datasetSamples(value))
    : undefined;
}

function showingsIn(songs: readonly JsonObject[]): number {
  return songs.reduce((sum, {repeats}) => sum + (typeof repeats === 'number' ? repeats : 1), 0);
}
