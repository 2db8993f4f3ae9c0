import type {Json} from '../../base/json.js';
import type {StageId} from '../../base/stage-id.js';
import type {StageMemory} from '../../event/memory-forecast.js';
import type {PlannedStage} from '../../plan/plan.js';
import type {World} from '../../plan/world.js';
import type {InputObject, MemoryQuestion, SampleBounds} from '../../protocol/message.js';
import {datasetSamples} from '../../stage/dataset.js';
import {type CollectedSample, isSampleCollection} from '../../stage/sample-parts.js';

/** What is known when a plan has been made. */
export interface ForecastWorld {
  readonly upstream: ReadonlyMap<StageId, PlannedStage>;
  readonly world: World;
  readonly objects_dir: string;
  /** Model JSON, folders only, of `scan` stages that have not run. */
  readonly located: ReadonlyMap<StageId, Json>;
  readonly limitOf: (device: string) => number;
}

type Later = Extract<StageMemory, {kind: 'later'}>;
export type Asked = {readonly kind: 'question'; readonly question: MemoryQuestion} | Later;

/** Upstream's latent frames a second. */
const LATENT_HZ = 25;

/** Pure: what to ask about one stage, or why it is too early to ask. */
export function memoryQuestion(stage: PlannedStage, facts: ForecastWorld): Asked {
  const {configured, type} = stage;
  const numerics = facts.world.numerics(configured.resources);
  if (numerics.kind === 'problem') return later(numerics.problem.message);
  const inputs = knownInputs(stage, facts);
  const bounds = boundsOf(stage, inputs, facts);
  if (bounds !== undefined && 'kind' in bounds) return bounds;
  for (const [param, {$stage}] of Object.entries(stage.references)) {
    const bounded = bounds !== undefined && ['tensors', 'dataset', 'latents'].includes(param);
    if (inputs[param] === undefined && !bounded && param !== 'resume_from') return afterRun($stage);
  }
  const question: MemoryQuestion = {
    uses: type.name,
    params: configured.params,
    inputs,
    objects_dir: facts.objects_dir,
    device: numerics.device,
    precision: numerics.identity.precision,
    limit_bytes: facts.limitOf(numerics.device),
    bounds,
  };
  return {kind: 'question', question};
}

function later(reason: string): Later {
  return {kind: 'later', reason};
}

function afterRun(stage: StageId): Later {
  return later(`known once ${stage} has run`);
}

/** JSON that is there already, and where models lie that are yet to be scanned. */
function knownInputs(
  stage: PlannedStage,
  {upstream, world, located}: ForecastWorld,
): Record<string, InputObject> {
  const inputs: Record<string, InputObject> = {};
  for (const [param, reference] of Object.entries(stage.references)) {
    const source = upstream.get(reference.$stage)!;
    const output = reference.output ?? source.type.outputs(source.configured.params)[0]!.name;
    const made = source.outputs?.[output];
    const place = located.get(source.id);
    if (made?.kind === 'json') {
      const path = world.cache.pathOf(made);
      inputs[param] = {
        stage: source.id,
        output,
        kind: 'json',
        hash: made.hash,
        path,
        json: world.cache.json(made.hash),
      };
    } else if (place !== undefined) {
      inputs[param] = {stage: source.id, output, kind: 'json', hash: UNHASHED, path: '', json: place};
    }
  }
  return inputs;
}

/** Stands for a model that nobody has hashed: answers about it are not remembered. */
export const UNHASHED = '' as InputObject['hash'];

/** How long samples may become that are yet to be made; undefined when they are there, or lie in a folder of the user's. */
function boundsOf(
  stage: PlannedStage,
  inputs: Readonly<Record<string, InputObject>>,
  facts: ForecastWorld,
): SampleBounds | Later | undefined {
  const {references, type} = stage;
  const {upstream} = facts;
  if (type.name === 'preprocess.pass1') return boundsOfPass1(stage, facts);
  if (type.name === 'preprocess.pass2')
    return boundsOfPass1(upstream.get(references.latents!.$stage)!, facts);
  const tensors = references.tensors;
  if (tensors === undefined || isSampleCollection(inputs.tensors?.json)) return undefined;
  const source = upstream.get(tensors.$stage)!;
  if (source.type.name !== 'preprocess.pass2') return afterRun(source.id);
  return boundsOfPass1(upstream.get(source.references.latents!.$stage)!, facts);
}

/** Of what a `preprocess.pass1` stage has made, would make of the songs it knows, or may make at most. */
function boundsOfPass1(pass1: PlannedStage, {upstream, world}: ForecastWorld): SampleBounds | Later {
  const {max_duration, max_text_tokens, max_lyric_tokens} = pass1.configured.params as Readonly<
    Record<string, number>
  >;
  const tokens = {text_tokens: max_text_tokens!, lyric_tokens: max_lyric_tokens!};
  const own = pass1.outputs?.latents;
  const collection = own === undefined ? undefined : world.cache.json(own.hash);
  if (isSampleCollection(collection)) {
    const frames = Math.max(...collection.samples.map(latentFrames));
    return {...tokens, samples: collection.samples.length, seconds: frames / LATENT_HZ};
  }
  const source = upstream.get(pass1.references.dataset!.$stage)!;
  const listed = source.outputs?.dataset;
  if (listed !== undefined) {
    const songs = datasetSamples(world.cache.json(listed.hash));
    const longest = Math.max(...songs.map((song) => Number(song.audio_seconds)));
    const seconds = max_duration! > 0 ? Math.min(max_duration!, longest) : longest;
    return {...tokens, samples: songs.length, seconds};
  }
  if (max_duration! > 0) return {...tokens, samples: MANY, seconds: max_duration!};
  return afterRun(source.id);
}

/** As many songs as the largest batch takes. */
const MANY = 4096;

function latentFrames({parts}: CollectedSample): number {
  return Number(parts.latents!.about.latent_frames);
}
