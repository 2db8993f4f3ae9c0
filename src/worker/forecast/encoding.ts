import type {StageMemory} from '../../event/memory-forecast.js';
import type {Addon} from '../../native/addon.js';
import {
  type EncoderPlan,
  planAudioEncoder,
  planConditionEncoder,
  planTextEncoder,
} from '../../native/plan.js';
import type {MemoryQuestion} from '../../protocol/message.js';
import {componentDir} from '../model-input.js';

/** The VAE or the text encoder, whichever takes more: only one of them is open at a time. */
export async function forecastPass1(addon: Addon, question: MemoryQuestion): Promise<StageMemory> {
  const {params, inputs, device, bounds} = question;
  const {tile_duration, tile_overlap} = params as Readonly<Record<string, number>>;
  const audio = await planAudioEncoder(addon, {
    path: componentDir(inputs.model, 'vae'),
    seconds: bounds!.seconds,
    tile_duration: tile_duration!,
    tile_overlap: tile_overlap!,
    device,
  });
  const path = componentDir(inputs.model, 'text_encoder');
  const text = await planTextEncoder(addon, {path, tokens: bounds!.text_tokens, device});
  return encoderForecast(audio.total_bytes > text.total_bytes ? audio : text, question);
}

export async function forecastConditions(addon: Addon, question: MemoryQuestion): Promise<StageMemory> {
  const {device, bounds} = question;
  const {text_tokens, lyric_tokens, reference_frames} = bounds!;
  const path = componentDir(question.inputs.model, 'dit');
  return encoderForecast(
    await planConditionEncoder(addon, {path, text_tokens, lyric_tokens, reference_frames, device}),
    question,
  );
}

/** Lengths hardly matter to encoders, which work in pieces: a bound that does not fit is a refusal. */
function encoderForecast(plan: EncoderPlan, {device, limit_bytes}: MemoryQuestion): StageMemory {
  return {
    kind: 'known',
    device,
    ...plan,
    overhead_bytes: plan.total_bytes - plan.weights_bytes - plan.activation_bytes,
    adapter_bytes: 0,
    optimizer_bytes: 0,
    limit_bytes,
    lengths: 'at_most',
    latent_frames: null,
    condition_tokens: null,
    fits: plan.total_bytes <= limit_bytes ? 'yes' : plan.weights_bytes > limit_bytes ? 'no' : 'perhaps',
    suggestions: [],
  };
}
