import type {Json, JsonObject} from '../../base/json.js';
import type {StageId} from '../../base/stage-id.js';
import {type StageMemory, UNKNOWN_LIMIT_BYTES} from '../../event/memory-forecast.js';
import type {PlannedStage} from '../../plan/plan.js';
import {usefulRanks} from '../../plan/ranks.js';
import {shardsHere} from '../../plan/shards.js';
import {tensorCoreProblem} from '../../plan/tensor-cores.js';
import type {World} from '../../plan/world.js';
import type {InputObject, MemoryQuestion, SampleBounds} from '../../protocol/message.js';
import {
  lyricsText,
  SILENT_REFERENCE_FRAMES,
  type TokenLimits,
  textOptions,
} from '../../stage/conditioning.js';
import {datasetSamples} from '../../stage/dataset.js';
import {joinedLists} from '../../stage/joined.js';
import {LATENT_HZ} from '../../stage/latent-rate.js';
import {pathMatches} from '../../stage/param.js';
import {type CollectedSample, isSampleCollection} from '../../stage/sample-parts.js';
import {type CardName, capabilities, memoryOfCard} from './cards.js';
import type {memoryLimits} from './limit.js';

/** What is known when a plan has been made. */
export interface ForecastWorld {
  readonly upstream: ReadonlyMap<StageId, PlannedStage>;
  readonly world: World;
  readonly objects_dir: string;
  /** Model JSON, folders only, of `scan` stages that have not run. */
  readonly located: ReadonlyMap<StageId, Json>;
  readonly limitOf: ReturnType<typeof memoryLimits>;
  /** As if this card were here, and every stage that takes a card took it. */
  readonly card: CardName | undefined;
}

type Later = Extract<StageMemory, {kind: 'later'}>;
export type Asked = {readonly kind: 'question'; readonly question: MemoryQuestion} | Later;

/** Upstream's latent frames a second. */
/** Pure: what to ask about one stage, or why it is too early to ask. */
export function memoryQuestion(stage: PlannedStage, facts: ForecastWorld): Asked {
  const {configured, type} = stage;
  const place = placeOf(stage, facts);
  if ('kind' in place) return place;
  const gone = folderToCome(stage, facts.upstream);
  if (gone !== undefined) return afterRun(gone);
  const inputs = knownInputs(stage, facts);
  const bounds = boundsOf(stage, inputs, facts);
  if (bounds !== undefined && 'kind' in bounds) return bounds;
  for (const [param, {$stage}] of Object.entries(stage.references)) {
    const bounded =
      bounds !== undefined && ['tensors', 'dataset', 'latents'].some((each) => pathMatches(param, each));
    if (inputs[param] === undefined && !bounded && !SMALL_MATTERS.has(param)) return afterRun($stage);
  }
  const question: MemoryQuestion = {
    uses: type.name,
    params: configured.params,
    inputs,
    objects_dir: facts.objects_dir,
    ...place,
    ...ranksOf(configured),
    bounds,
  };
  return {kind: 'question', question};
}

type Place = Pick<MemoryQuestion, 'device' | 'precision' | 'limit_bytes' | 'spare_bytes'>;

/** Where a stage will compute, and what is there. Another machine is looked at when the stage begins on it. */
function placeOf(stage: PlannedStage, {world, card, limitOf}: ForecastWorld): Place | Later {
  const {configured} = stage;
  const {device, precision, executor} = configured.resources;
  if (card !== undefined && device !== 'cpu') {
    const wanted = precision === 'auto' ? 'bf16' : precision;
    const unfit = tensorCoreProblem(configured, card, capabilities[card]);
    if (unfit !== undefined) return later(unfit.message);
    return {device: 'cuda:0', precision: wanted, limit_bytes: memoryOfCard(card)};
  }
  const numerics = world.numerics(configured.resources);
  if (numerics.kind === 'problem') return later(numerics.problem.message);
  return {
    device: numerics.device,
    precision: numerics.identity.precision,
    limit_bytes: shareOf(
      limitOf(numerics.device, executor),
      numerics.device,
      usefulRanks(configured) * shardsHere(stage),
    ),
    ...(executor !== undefined && {spare_bytes: 0}),
  };
}

/** Of a training that several share. Pure. */
export function ranksOf(configured: PlannedStage['configured']): Pick<MemoryQuestion, 'ranks'> {
  const ranks = usefulRanks(configured);
  return ranks > 1 ? {ranks} : {};
}

/** Ranks and shards on a CPU share its memory; each card is the only one's. */
function shareOf(limit_bytes: number, device: string, processes: number): number {
  return device === 'cpu' && limit_bytes < UNKNOWN_LIMIT_BYTES
    ? Math.floor(limit_bytes / processes)
    : limit_bytes;
}

/** What hardly changes the need, or whose forecaster knows what to do without. */
const SMALL_MATTERS: ReadonlySet<string> = new Set(['resume_from', 'adapter', 'samples.dataset']);

/** A stage further up whose folders were removed as temporary and will be made again: paths that lead into them lead nowhere yet. */
function folderToCome(
  {reads}: PlannedStage,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  seen = new Set<StageId>(),
): StageId | undefined {
  for (const id of reads.filter((each) => !seen.has(each))) {
    seen.add(id);
    const source = upstream.get(id)!;
    const {verdict, outputs = {}} = source;
    const removed =
      verdict.kind === 'stale'
        ? verdict.reasons.flatMap((reason) => (reason.kind === 'outputs_removed' ? reason.outputs : []))
        : [];
    if (removed.some((name) => outputs[name]?.kind === 'tree')) return id;
    const above = folderToCome(source, upstream, seen);
    if (above !== undefined) return above;
  }
  return undefined;
}

function later(reason: string): Later {
  return {kind: 'later', reason};
}

function afterRun(stage: StageId): Later {
  return later(`known once ${stage} has run`);
}

/** JSON that is there already, and where models are that are yet to be scanned. */
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
        uses: source.type.name,
        output,
        kind: 'json',
        hash: made.hash,
        path,
        json: world.cache.json(made.hash),
      };
    } else if (place !== undefined) {
      const uses = source.type.name;
      inputs[param] = {stage: source.id, uses, output, kind: 'json', hash: UNHASHED, path: '', json: place};
    }
  }
  return inputs;
}

/** Stands for a model that no one has hashed: answers about it are not remembered. */
export const UNHASHED = '' as InputObject['hash'];

/** How long samples may become that are yet to be made; undefined when they are there, or are in a folder of the user's. */
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
  const lists = joinedLists(stage.configured.params, 'tensors').map(({param}) => param);
  const pending = lists.filter(
    (param) => references[param] !== undefined && !isSampleCollection(inputs[param]?.json),
  );
  if (pending.length === 0) return undefined;
  // Those that are in a folder count for nothing here: the stage looks again when it begins.
  const each = lists.flatMap((param) => {
    const source = upstream.get(references[param]?.$stage as StageId);
    if (source === undefined) return [];
    if (source.type.name !== 'preprocess.pass2') return [afterRun(source.id)];
    return [boundsOfPass1(upstream.get(source.references.latents!.$stage)!, facts)];
  });
  const unknown = each.find((bounds) => 'kind' in bounds);
  return unknown ?? widest(each as readonly SampleBounds[]);
}

/** Of several lists of samples together. */
function widest(each: readonly SampleBounds[]): SampleBounds {
  const most = (key: Exclude<keyof SampleBounds, 'samples'>) =>
    Math.max(...each.map((bounds) => bounds[key]));
  return {
    samples: Math.min(
      MANY,
      each.reduce((sum, {samples}) => sum + samples, 0),
    ),
    seconds: most('seconds'),
    text_tokens: most('text_tokens'),
    lyric_tokens: most('lyric_tokens'),
    reference_frames: most('reference_frames'),
  };
}

/** Of what a `preprocess.pass1` stage has made, would make of the songs it knows, or may make at most. */
function boundsOfPass1(pass1: PlannedStage, {upstream, world}: ForecastWorld): SampleBounds | Later {
  const {params} = pass1.configured;
  const max_duration = Number(params.max_duration);
  const {conditioning, limits} = textOptions(params);
  const reference_frames = conditioning === 'inference' ? SILENT_REFERENCE_FRAMES : 1;
  const tokens = {text_tokens: limits.text, lyric_tokens: limits.lyrics, reference_frames};
  const own = pass1.outputs?.latents;
  const collection = own === undefined ? undefined : world.cache.json(own.hash);
  if (isSampleCollection(collection)) {
    const frames = Math.max(...collection.samples.map(latentFrames));
    const counted = conditioning === 'inference' ? countedTokens(collection.samples) : {};
    return {...tokens, ...counted, samples: collection.samples.length, seconds: frames / LATENT_HZ};
  }
  const source = upstream.get(pass1.references.dataset!.$stage)!;
  const listed = source.outputs?.dataset;
  if (listed !== undefined) {
    const songs = datasetSamples(world.cache.json(listed.hash));
    const longest = Math.max(...songs.map((song) => Number(song.audio_seconds)));
    const seconds = max_duration > 0 ? Math.min(max_duration, longest) : longest;
    const bounded = conditioning === 'inference' ? boundedTokens(songs, limits) : {};
    return {...tokens, ...bounded, samples: songs.length, seconds};
  }
  if (max_duration > 0) return {...tokens, samples: MANY, seconds: max_duration};
  return afterRun(source.id);
}

type Tokens = Pick<SampleBounds, 'text_tokens' | 'lyric_tokens'>;

/** Where nothing is padded, the texts that are encoded have their own lengths. */
function countedTokens(samples: readonly CollectedSample[]): Tokens {
  const most = (part: string) => Math.max(...samples.map(({parts}) => Number(parts[part]!.about.tokens)));
  return {text_tokens: most('text'), lyric_tokens: most('lyrics')};
}

/** A token stands for at least one byte; a few more may be added at the end. */
function boundedTokens(songs: readonly JsonObject[], limits: TokenLimits): Tokens {
  const most = (text: (song: JsonObject) => string) =>
    Math.max(...songs.map((song) => new TextEncoder().encode(text(song)).length)) + ADDED_TOKENS;
  const prompt = ({prompt: own}: JsonObject) => String((own as JsonObject).text);
  const lyrics = ({lyrics: own, language}: JsonObject) =>
    lyricsText({lyrics: String(own), language: String(language ?? '')}, 'inference');
  return {
    text_tokens: Math.min(limits.text, most(prompt)),
    lyric_tokens: Math.min(limits.lyrics, most(lyrics)),
  };
}

/** More than any tokenizer appends. */
const ADDED_TOKENS = 8;

/** As many songs as the largest batch takes. */
const MANY = 4096;

function latentFrames({parts}: CollectedSample): number {
  return Number(parts.latents!.about.latent_frames);
}
