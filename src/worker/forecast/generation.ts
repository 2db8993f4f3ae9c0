import type {Json} from '../../base/json.js';
import type {ClipsForecast, StageMemory} from '../../event/memory-forecast.js';
import type {Addon} from '../../native/addon.js';
import {type GenerationPlan, planAudioDecoder, planGeneration} from '../../native/generate.js';
import type {MemoryPlan} from '../../native/plan.js';
import {planConditionEncoder, planTextEncoder} from '../../native/plan.js';
import type {MemoryQuestion} from '../../protocol/message.js';
import {framesOf, type Piece, piecesOf, promptsOrSong, samplerOptions} from '../../stage/clip.js';
import {SILENT_REFERENCE_FRAMES, tokenLimits} from '../../stage/conditioning.js';
import {isParamObject, isStageReference, type ParamObject, type ParamValue} from '../../stage/param.js';
import {conditionTexts} from '../listen/conditions.js';
import {componentDir} from '../model-input.js';

/**
 * Making music: the encoders, one after the other, or the transformer beside the VAE's decoder, whichever takes more. Adapters,
 * which are small beside the model, are not counted: most are not there yet when a plan is made.
 */
export async function forecastGeneration(addon: Addon, question: MemoryQuestion): Promise<StageMemory> {
  const {params, inputs, device, limit_bytes} = question;
  const pieces = piecesIn(params.prompts, {reference: params.dataset, dataset: inputs.dataset?.json});
  if (pieces === undefined) return {kind: 'later', reason: 'known once the songs are read'};
  const size = sizeOf(pieces);
  const {generation, decoder} = await planClip(addon, question, {size, params});
  const text = await planTextEncoder(addon, {
    path: componentDir(inputs.model, 'text_encoder'),
    tokens: size.tokens,
    device,
  });
  const condition = await planConditionEncoder(addon, {
    path: componentDir(inputs.model, 'dit'),
    text_tokens: tokenLimits.inference.text,
    lyric_tokens: size.tokens,
    reference_frames: SILENT_REFERENCE_FRAMES,
    device,
  });
  const together = {
    weights_bytes: generation.weights_bytes + decoder.weights_bytes,
    activation_bytes: Math.max(generation.arena_bytes, decoder.activation_bytes),
  };
  const largest = [together, text, condition].sort((a, b) => bytesOf(b) - bytesOf(a))[0]!;
  // One process does all of it, one after the other: what a card's driver and libraries take is there once.
  const overhead_bytes = text.total_bytes - bytesOf(text);
  const total_bytes = bytesOf(largest) + overhead_bytes;
  return {
    kind: 'known',
    device,
    weights_bytes: largest.weights_bytes,
    activation_bytes: largest.activation_bytes,
    adapter_bytes: 0,
    optimizer_bytes: 0,
    overhead_bytes,
    total_bytes,
    limit_bytes,
    lengths: 'known',
    latent_frames: size.frames,
    condition_tokens: null,
    fits: total_bytes <= limit_bytes ? 'yes' : 'no',
    suggestions: [],
  };
}

interface Bytes {
  readonly weights_bytes: number;
  readonly activation_bytes: number;
}

function bytesOf({weights_bytes, activation_bytes}: Bytes): number {
  return weights_bytes + activation_bytes;
}

/** Undefined while the songs that are named are not read. */
function piecesIn(
  prompts: ParamValue | undefined,
  {
    reference,
    dataset,
    duration,
  }: {reference: ParamValue | undefined; dataset: Json | undefined; duration?: ParamValue | undefined},
): readonly Piece[] | undefined {
  if (isStageReference(reference) && dataset === undefined) return undefined;
  const pieces = piecesOf(promptsOrSong(prompts, dataset), {dataset, duration});
  return pieces.length === 0 ? undefined : pieces;
}

interface Size {
  readonly frames: number;
  /** A token stands for at least one byte. */
  readonly tokens: number;
}

function sizeOf(pieces: readonly Piece[]): Size {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const tokens = pieces.map((piece) => {
    const {prompt, lyrics} = conditionTexts(piece);
    const {text: most, lyrics: mostLyrics} = tokenLimits.inference;
    return Math.min(bytes(prompt), most) + Math.min(bytes(lyrics), mostLyrics) + 1;
  });
  return {frames: Math.max(...pieces.map(framesOf)), tokens: Math.max(...tokens)};
}

async function planClip(
  addon: Addon,
  {inputs, device, precision}: MemoryQuestion,
  {size, params}: {readonly size: Size; readonly params: ParamObject},
): Promise<{readonly generation: GenerationPlan; readonly decoder: Bytes; readonly evaluations: number}> {
  const sampler = samplerOptions(params, inputs.model!.json!);
  const generation = await planGeneration(addon, {
    model_path: componentDir(inputs.model, 'dit'),
    adapter: null,
    device,
    precision,
    guided: !sampler.turbo && sampler.guidance_scale > 1,
    ...size,
  });
  const path = componentDir(inputs.model, 'vae');
  const decoder = await planAudioDecoder(addon, {path, frames: size.frames, device});
  const evaluations = (sampler.timesteps?.length ?? sampler.steps) * (sampler.solver === 'heun' ? 2 : 1);
  return {generation, decoder, evaluations};
}

/** What the clips of a training add to it; undefined where it makes none, or the songs are not read yet. */
export async function forecastClips(
  addon: Addon,
  question: MemoryQuestion,
  memory: Pick<MemoryPlan, 'arena_bytes' | 'flops_per_micro_step'>,
): Promise<ClipsForecast | undefined> {
  const {samples} = question.params;
  if (!isParamObject(samples)) return undefined;
  const dataset = question.inputs['samples.dataset']?.json;
  const {duration} = samples;
  const pieces = piecesIn(samples.prompts, {reference: samples.dataset, dataset, duration});
  if (pieces === undefined) return undefined;
  const {generation, decoder, evaluations} = await planClip(addon, question, {
    size: sizeOf(pieces),
    params: samples,
  });
  const takes = pieces.length * lengthOf(samples.seeds) * lengthOf(samples.strengths);
  const flops = takes * evaluations * generation.flops_per_evaluation;
  const beyondArena = generation.arena_bytes > memory.arena_bytes ? generation.arena_bytes : 0;
  return {
    clips: takes,
    extra_bytes: Math.max(beyondArena, bytesOf(decoder)),
    micro_steps: Math.ceil(flops / memory.flops_per_micro_step),
  };
}

function lengthOf(list: ParamValue | undefined): number {
  return Array.isArray(list) ? list.length : 1;
}
