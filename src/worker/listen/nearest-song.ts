import {SidestepError} from '../../base/problem.js';
import {openSafetensors} from '../../format/safetensors-read.js';
import {toFloat32} from '../../format/tensor.js';
import type {Addon} from '../../native/addon.js';
import {type ComparedLatents, closestPassage, type PassageLikeness} from '../../native/likeness.js';
import {LATENT_HZ} from '../../stage/latent-rate.js';
import {type Nearest, WINDOW_FRAMES} from '../../stage/likeness.js';

/** A song as training has it. */
export interface TrainedSong {
  readonly name: string;
  /** Equal for the same sound. */
  readonly identity: string;
  readonly files: readonly string[];
}

/** Songs that are compared with the others, to know what different songs have in common. More would take long and change little. */
const MOST_COMPARED = 8;

/** What a clip is like, best first. */
export interface NearestSongs {
  readonly nearest: Nearest;
  readonly songs: readonly Omit<Nearest, 'typical'>[];
}

/** Tells what clips have in common with the songs of a training. `held_out`: songs that it does not see, if there are any. */
export class SongSearch {
  readonly #addon: Addon;
  readonly #threads: number | undefined;
  readonly #songs: readonly TrainedSong[];
  readonly #compared: readonly TrainedSong[];
  readonly #typical = new Map<number, number | null>();

  constructor(
    addon: Addon,
    {
      threads,
      songs,
      held_out = [],
    }: {
      readonly threads: number | undefined;
      readonly songs: readonly TrainedSong[];
      readonly held_out?: readonly TrainedSong[];
    },
  ) {
    this.#addon = addon;
    this.#threads = threads;
    this.#songs = songs;
    this.#compared = spread(held_out.length > 0 ? held_out : songs, MOST_COMPARED);
  }

  async find(clip: ComparedLatents, signal: AbortSignal): Promise<NearestSongs> {
    const found: Omit<Nearest, 'typical'>[] = [];
    for (const song of this.#songs) {
      const {similarity, clip_frame, song_frame} = await this.#compare(clip, song, signal);
      found.push({
        song: song.name,
        similarity: rounded(similarity),
        clip_seconds: clip_frame / LATENT_HZ,
        song_seconds: song_frame / LATENT_HZ,
      });
    }
    const songs = found.toSorted((a, b) => b.similarity - a.similarity);
    const typical = await this.#typicalOf(clip.data.length / clip.channels, signal);
    return {nearest: {...songs[0]!, typical}, songs};
  }

  /** Of excerpts as long as the clip, from the middle of their songs: a longer clip has more chances to be like something. */
  async #typicalOf(frames: number, signal: AbortSignal): Promise<number | null> {
    const known = this.#typical.get(frames);
    if (known !== undefined) return known;
    const highest: number[] = [];
    for (const {identity, files} of this.#compared) {
      const others = this.#songs.filter((song) => song.identity !== identity);
      const excerpt = middleOf(await latentsOf(files), frames);
      const similar: number[] = [];
      for (const other of others) similar.push((await this.#compare(excerpt, other, signal)).similarity);
      if (similar.length > 0) highest.push(Math.max(...similar));
    }
    const typical = highest.length === 0 ? null : rounded(medianOf(highest));
    this.#typical.set(frames, typical);
    return typical;
  }

  async #compare(clip: ComparedLatents, {files}: TrainedSong, signal: AbortSignal): Promise<PassageLikeness> {
    const song = await latentsOf(files);
    return closestPassage(this.#addon, {clip, song, window: WINDOW_FRAMES}, {threads: this.#threads, signal});
  }
}

/** At most so many, in even distances. */
function spread<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({length: most}, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

function middleOf({data, channels}: ComparedLatents, frames: number): ComparedLatents {
  const all = data.length / channels;
  const first = Math.max(0, Math.floor((all - frames) / 2));
  return {data: data.slice(first * channels, (first + Math.min(frames, all)) * channels), channels};
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Four digits: more say nothing, and these are the same on every processor. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

async function latentsOf(files: readonly string[]): Promise<ComparedLatents> {
  for (const path of files) {
    await using file = await openSafetensors(path);
    if (!file.tensors.has('target_latents')) continue;
    const tensor = await file.read('target_latents');
    return {data: toFloat32(tensor), channels: tensor.shape.at(-1)!};
  }
  throw new SidestepError({
    code: 'train/sample-incomplete',
    message: `${files.join(', ')} holds no target_latents`,
    hint: 'Preprocess the song again.',
  });
}
