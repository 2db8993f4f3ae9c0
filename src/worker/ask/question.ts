import type {JsonObject} from '../../base/json.js';
import {decodeStereo} from '../../dataset/audio/stereo.js';
import {wavFile} from '../../format/wav-write.js';

/** One question about one song. */
export interface ChatQuestion {
  readonly prompt: string;
  /** A line for each thing that is known; null: none is told. */
  readonly metadata: string | null;
  /** How much of the song is sent, in seconds; null: nothing. */
  readonly audio_seconds: number | null;
  readonly audio_path: string;
}

/**
 * The `messages` of a chat completion: the text, then the sound as OpenAI's `input_audio` (base64 of a mono wav at the
 * song's own rate). Throws `audio/*`.
 */
export async function messagesOf(question: ChatQuestion): Promise<JsonObject[]> {
  const {prompt, metadata, audio_seconds, audio_path} = question;
  const text = metadata === null ? prompt : `${prompt}\n\nWhat is known of it:\n${metadata}`;
  if (audio_seconds === null) return [{role: 'user', content: text}];
  const data = Buffer.from(await beginningOf(audio_path, audio_seconds)).toString('base64');
  const sound = {type: 'input_audio', input_audio: {data, format: 'wav'}};
  return [{role: 'user', content: [{type: 'text', text}, sound]}];
}

async function beginningOf(path: string, max_seconds: number): Promise<Uint8Array> {
  const {samples, frames, sample_rate} = await decodeStereo(path, {max_seconds});
  const mono = new Float32Array(frames);
  for (let i = 0; i < frames; i += 1) mono[i] = (samples[i]! + samples[frames + i]!) / 2;
  return wavFile({channels: [mono], sample_rate}, '16');
}
