import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {loadAddon} from '../../src/native/addon.js';
import {
  type ClipInputs,
  openAudioDecoder,
  openGenerator,
  planAudioDecoder,
  planGeneration,
  type SamplerOptions,
} from '../../src/native/generate.js';
import {addonPath} from '../addon-path.js';

const addon = loadAddon(addonPath);
const checkpoint = join(import.meta.dirname, '../golden/tiny_checkpoint');
const setup = {
  model_path: join(checkpoint, 'acestep-v15-base'),
  adapter: null,
  precision: 'f32',
  device: 'cpu',
  threads: 1,
};
const sampler: SamplerOptions = {turbo: false, steps: 3, shift: 1, guidance_scale: 4};

/** Numbers with no meaning, the same each time. */
function wave(length: number, pace: number): Float32Array {
  return Float32Array.from({length}, (_, i) => Math.sin(i * pace));
}

function inputs(frames: number, sizes: {condition_size: number; context_channels: number}): ClipInputs {
  return {
    condition: {states: wave(6 * sizes.condition_size, 0.7), width: sizes.condition_size},
    context: {data: wave(frames * sizes.context_channels, 0.3), channels: sizes.context_channels},
  };
}

/** Without the minutes that a matcher takes to look at every element. */
function sameBytes(a: Float32Array, b: Float32Array): boolean {
  return Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof SidestepError) return error.problem.code;
    throw error;
  }
}

describe('generation in the engine', () => {
  test('a clip is as long as its context, the same for any number of threads, another for another item', async () => {
    await using one = await openGenerator(addon, setup);
    await using two = await openGenerator(addon, {...setup, threads: 2});
    const steps: object[] = [];
    const clip = {seed: 5, item: 2, strength: 1, sampler};
    const first = await one.generate(inputs(13, one), clip, {onEvent: (event) => steps.push(event)});
    expect([first.frames, first.channels, first.data.length]).toEqual([13, 8, 13 * 8]);
    await expect.poll(() => steps).toEqual([1, 2, 3].map((step) => ({step, steps: 3}))); // events may come late
    expect((await two.generate(inputs(13, two), clip)).data).toEqual(first.data);
    expect((await one.generate(inputs(13, one), {...clip, item: 3})).data).not.toEqual(first.data);
    expect((await one.generate(inputs(13, one), {...clip, seed: 6})).data).not.toEqual(first.data);
  });

  test('options, inputs and adapters that cannot be are typed errors', async () => {
    await using generator = await openGenerator(addon, setup);
    const clip = {seed: 5, item: 2, strength: 1};
    const refused = (options: object) =>
      codeOf(generator.generate(inputs(4, generator), {...clip, sampler: {...sampler, ...options}}));
    expect(await refused({steps: 0})).toBe('generate/option-invalid');
    expect(await refused({steps: undefined})).toBe('native/json-missing-key');
    expect(await refused({cfg_scale: 7})).toBe('generate/option-unknown');
    const narrow = inputs(4, {condition_size: 5, context_channels: generator.context_channels});
    expect(await codeOf(generator.generate(narrow, {...clip, sampler}))).toBe('native/shape-mismatch');
    const other = join(import.meta.dirname, '../golden/peft_files/lora');
    expect(await codeOf(openGenerator(addon, {...setup, adapter: {path: other}}))).toMatch(/^adapter\//);
    const controller = new AbortController();
    controller.abort();
    const cancelled = generator.generate(
      inputs(4, generator),
      {...clip, sampler},
      {signal: controller.signal},
    );
    expect(await codeOf(cancelled)).toBe('native/cancelled');
  });

  test('a plan grows with the clip and is made without loading the model', async () => {
    const at = (frames: number) => planGeneration(addon, {...setup, frames, tokens: 20, guided: true});
    const [short, long] = [await at(25), await at(250)];
    expect(short.weights_bytes).toBe(long.weights_bytes);
    expect(short.arena_bytes).toBeLessThan(long.arena_bytes);
    expect(long.total_bytes).toBe(long.weights_bytes + long.adapter_bytes + long.arena_bytes);
  });

  test('audio of any length: the same samples whatever the tiles, planned memory that does not grow', async () => {
    const path = join(checkpoint, 'vae');
    await using decoder = await openAudioDecoder(addon, path, {device: 'cpu', threads: 1});
    const latents = {data: wave(40 * decoder.latent_channels, 0.9), channels: decoder.latent_channels};
    const shares: number[] = [];
    const whole = await decoder.decode(latents, {piece_frames: 40});
    const tiled = await decoder.decode(
      latents,
      {piece_frames: 7},
      {onEvent: ({progress}) => shares.push(progress)},
    );
    expect([whole.channels, whole.samples]).toEqual([2, 40 * decoder.hop]);
    expect(sameBytes(tiled.data, whole.data)).toBe(true);
    await expect.poll(() => shares).toHaveLength(6);
    expect(shares.at(-1)).toBe(1);
    const plan = (frames: number) => planAudioDecoder(addon, {path, frames, device: 'cpu'});
    expect(await plan(1000)).toEqual(await plan(15_000));
  });
});
