import type {JsonObject} from '../base/json.js';
import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';
import type {SoundPiece} from './engine.js';
import {f32} from './tensor.js';

/** Measures a song in pieces: what native/binding/song_analysis_methods.cpp says of it. Runs on the CPU. */
export async function analyzeSong(
  addon: Addon,
  sound: AsyncIterable<SoundPiece>,
  {threads, ...call}: CallOptions<never> & {readonly threads: number | undefined},
): Promise<JsonObject> {
  const opened = await callEngine(addon, 'open_analysis', {device: 'cpu', threads}, {}, call);
  const {handle} = opened.result as {handle: number};
  try {
    for await (const {data, channels, sample_rate} of sound) {
      const inputs = {audio: f32(data, channels, data.length / channels)};
      await callEngine(addon, 'push_analysis', {handle, sample_rate}, inputs, call);
    }
    return (await callEngine(addon, 'end_analysis', {handle}, {}, call)).result as JsonObject;
  } finally {
    await callEngine(addon, 'close', {handle}, {});
  }
}
