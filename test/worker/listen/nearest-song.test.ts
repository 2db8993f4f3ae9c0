import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {floatTensor} from '../../../src/format/float-bits.js';
import {writeSafetensors} from '../../../src/format/safetensors-write.js';
import {type Addon, loadAddon} from '../../../src/native/addon.js';
import {isMemorised} from '../../../src/stage/likeness.js';
import {SongSearch, type TrainedSong} from '../../../src/worker/listen/nearest-song.js';
import {addonPath} from '../../addon-path.js';

const CHANNELS = 8;
const FRAMES = 400;

/** Drifting noise: what follows is like what was, as in music. */
function latents(seed: number, frames: number): Float32Array {
  let state = seed * 2654435761;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const data = new Float32Array(frames * CHANNELS);
  for (let i = 0; i < data.length; i += 1)
    data[i] = 0.8 * (data[i - CHANNELS] ?? 0) + uniform() + uniform() + uniform();
  return data;
}

const folder = mkdtempSync(join(tmpdir(), 'sidestep-nearest-'));
afterAll(() => rmSync(folder, {recursive: true}));

let addon: Addon;
let songs: TrainedSong[];
beforeAll(async () => {
  addon = loadAddon(addonPath);
  songs = await Promise.all(
    [1, 2, 3].map(async (seed) => {
      const path = join(folder, `${seed}.safetensors`);
      const tensor = floatTensor(latents(seed, FRAMES), [FRAMES, CHANNELS], 'F32');
      await writeSafetensors(path, {tensors: [{name: 'target_latents', ...tensor}]});
      return {name: `song-${seed}`, identity: String(seed), files: [path]};
    }),
  );
});

const signal = new AbortController().signal;
const search = (more: {songs?: TrainedSong[]; held_out?: TrainedSong[]} = {}) =>
  new SongSearch(addon, {threads: 1, songs, ...more});
const clipOf = (data: Float32Array) => ({data, channels: CHANNELS});

describe('a clip of ten seconds', () => {
  test('that repeats part of a song, with noise on it, is found there and flagged', async () => {
    const clip = latents(9, 250);
    const noise = latents(10, 250);
    const song = latents(2, FRAMES);
    for (let i = 0; i < 150 * CHANNELS; i += 1)
      clip[60 * CHANNELS + i] = song[200 * CHANNELS + i]! + 0.3 * noise[i]!;
    const {nearest, songs: all} = await search().find(clipOf(clip), signal);
    expect(nearest.song).toBe('song-2');
    expect(nearest.song_seconds - nearest.clip_seconds).toBeCloseTo(140 / 25, 6);
    expect(nearest.similarity).toBeGreaterThan(0.9);
    expect(isMemorised(nearest)).toBe(true);
    expect(all.map(({song: name}) => name)).toHaveLength(3);
    expect(all[1]!.similarity).toBeLessThan(0.5);
  });

  test('of its own is not', async () => {
    const {nearest} = await search().find(clipOf(latents(9, 250)), signal);
    expect(nearest.similarity).toBeLessThan(0.4);
    expect(nearest.typical).toBeGreaterThan(0);
    expect(isMemorised(nearest)).toBe(false);
  });

  test('of silence is like nothing', async () => {
    const {nearest} = await search().find(clipOf(new Float32Array(250 * CHANNELS)), signal);
    expect(nearest.similarity).toBe(0);
    expect(isMemorised(nearest)).toBe(false);
  });
});

describe('what different songs have in common', () => {
  const clip = clipOf(latents(9, 250));

  test('is unknown of a single song, however often it is there', async () => {
    const {nearest} = await search({songs: [songs[0]!, {...songs[0]!, name: 'again'}]}).find(clip, signal);
    expect(nearest.typical).toBeNull();
  });

  test('is much where two of them are one', async () => {
    const twins = [songs[0]!, {...songs[0]!, name: 'remaster', identity: 'other bytes'}];
    const {nearest} = await search({songs: twins}).find(clip, signal);
    expect(nearest.typical).toBeCloseTo(1, 3);
  });

  test('is measured on held-out songs where there are any', async () => {
    const own = await search().find(clip, signal);
    const held = await search({songs: songs.slice(0, 2), held_out: songs.slice(2)}).find(clip, signal);
    expect(held.nearest.typical).not.toBeNull();
    expect(held.nearest.typical).not.toBe(own.nearest.typical);
  });
});
