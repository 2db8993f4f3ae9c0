import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';
import type {ClipLatents} from './generate.js';
import {f32} from './tensor.js';

/** Where two pieces are most alike; see native/sampling/likeness.h. */
export interface PassageLikeness {
  readonly similarity: number;
  readonly clip_frame: number;
  readonly song_frame: number;
}

/** Latents of a piece, [frames, channels]. */
export type ComparedLatents = Pick<ClipLatents, 'data' | 'channels'>;

/** The windows of a clip and a song that are most alike. On the CPU, so that it says the same wherever the clip was made. */
export async function closestPassage(
  addon: Addon,
  {
    clip,
    song,
    window,
  }: {readonly clip: ComparedLatents; readonly song: ComparedLatents; readonly window: number},
  {threads, ...call}: CallOptions<never> & {readonly threads: number | undefined},
): Promise<PassageLikeness> {
  const tensor = ({data, channels}: ComparedLatents) => f32(data, data.length / channels, channels);
  const inputs = {clip: tensor(clip), song: tensor(song)};
  const params = {window, device: 'cpu', threads};
  return (await callEngine(addon, 'closest_passage', params, inputs, call)).result as PassageLikeness;
}
