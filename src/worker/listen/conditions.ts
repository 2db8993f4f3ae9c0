import {makePrompt} from '../../dataset/prompt.js';
import {loadTokenizer} from '../../dataset/tokenizer.js';
import type {Addon} from '../../native/addon.js';
import {
  type Condition,
  type EngineOptions,
  type MaskedStates,
  openConditionEncoder,
  openTextEncoder,
} from '../../native/engine.js';
import type {WorkerJob} from '../../protocol/message.js';
import type {Piece} from '../../stage/clip.js';
import {lyricsText, tokenLimits} from '../../stage/conditioning.js';
import {componentDir} from '../model-input.js';
import {silentReference} from '../silence.js';

/** A piece as the model is told of it, to the last character. */
export interface ConditionTexts {
  readonly prompt: string;
  readonly lyrics: string;
}

export type PieceWords = Omit<Piece, 'name'>;

/** As inference writes them: whole seconds, the lyrics with their language. */
export function conditionTexts(piece: PieceWords): ConditionTexts {
  const parts = {
    ...piece,
    genre: '',
    custom_tag: '',
    tag_position: '',
    duration: String(Math.trunc(piece.duration)),
  };
  return {prompt: makePrompt(parts, 'caption').text, lyrics: lyricsText(piece, 'inference')};
}

export interface Encoding {
  readonly addon: Addon;
  readonly job: Pick<WorkerJob, 'inputs'> & EngineOptions;
  readonly signal: AbortSignal;
}

/**
 * Conditions of texts, in their order: the text encoder is open only while it works, then the condition encoder, so that the
 * transformer finds the memory free.
 */
export async function encodeTexts(
  texts: readonly ConditionTexts[],
  encoding: Encoding,
): Promise<Condition[]> {
  const {addon, job, signal} = encoding;
  const states = await statesOf(texts, encoding);
  await using encoder = await openConditionEncoder(
    addon,
    componentDir(job.inputs.model, 'dit'),
    engineOf(job),
  );
  const reference = await silentReference({job});
  const conditions: Condition[] = [];
  for (const {text, lyrics} of states)
    conditions.push(await encoder.encode({text, lyrics, reference}, {signal}));
  return conditions;
}

interface States {
  readonly text: MaskedStates;
  readonly lyrics: MaskedStates;
}

async function statesOf(texts: readonly ConditionTexts[], {addon, job, signal}: Encoding): Promise<States[]> {
  const tokenizer = await loadTokenizer(componentDir(job.inputs.model, 'tokenizer'));
  await using encoder = await openTextEncoder(
    addon,
    componentDir(job.inputs.model, 'text_encoder'),
    engineOf(job),
  );
  const width = encoder.hidden_size;
  const masked = (states: Float32Array): MaskedStates => ({
    states,
    width,
    mask: new Uint8Array(states.length / width).fill(1),
  });
  const limits = tokenLimits.inference;
  const states: States[] = [];
  for (const {prompt, lyrics} of texts) {
    const text = tokenizer.encode(prompt, limits.text, 'none');
    const words = tokenizer.encode(lyrics, limits.lyrics, 'none');
    states.push({
      text: masked(await encoder.encode(Array.from(text.ids), {signal})),
      lyrics: masked(await encoder.embed(Array.from(words.ids), {signal})),
    });
  }
  return states;
}

function engineOf({device, threads}: EngineOptions): EngineOptions {
  return {device, threads};
}
