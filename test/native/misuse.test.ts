import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {type Addon, loadAddon} from '../../src/native/addon.js';
import {callEngine} from '../../src/native/call.js';
import {openAudioEncoder, openConditionEncoder, openTextEncoder} from '../../src/native/engine.js';
import {type MergeRequest, mergeAdapter} from '../../src/native/merge.js';
import type {NativeTensor} from '../../src/native/tensor.js';
import {addonPath} from '../addon-path.js';
import {temporaryFolder} from '../temporary-folder.js';

const addon = loadAddon(addonPath);
const engine = {device: 'cpu', threads: 1};
const checkpoint = join(import.meta.dirname, '../golden/tiny_checkpoint');
const folders = {
  vae: join(checkpoint, 'vae'),
  text: join(checkpoint, 'Qwen3-Embedding-0.6B'),
  model: join(checkpoint, 'acestep-v15-turbo'),
};

/** Code of the typed error a call ends with; anything untyped is rethrown and fails the test. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (error instanceof SidestepError) return error.problem.code;
    throw error;
  }
}

describe('misuse is a typed error', () => {
  test('closing twice, and using what is closed', async () => {
    const encoder = await openTextEncoder(addon, folders.text, engine);
    await encoder.close();
    expect(await codeOf(encoder.close())).toBe('native/handle-closed');
    expect(await codeOf(encoder.encode([1, 2, 3]))).toBe('native/handle-closed');
  });

  test('a model that is not there', async () => {
    expect(await codeOf(openTextEncoder(addon, join(folders.text, 'nowhere'), engine))).toBe('run/file-gone');
  });

  test('what the system refuses is said in words, with the path', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'a file');
    await writeFile(file, '');
    const adapter = join(folder, 'adapter');
    await mkdir(adapter);
    const part = (name: string, shape: number[]) => ({
      name: `base_model.model.layers.0.self_attn.q_proj.lora_${name}.weight`,
      ...floatTensor(new Float32Array(4 * 48), shape, 'F32'),
    });
    await writeSafetensors(join(adapter, 'adapter_model.safetensors'), {
      tensors: [part('A', [4, 48]), part('B', [48, 4])],
    });
    await writeFile(
      join(adapter, 'adapter_config.json'),
      JSON.stringify({peft_type: 'LORA', r: 4, lora_alpha: 4, target_modules: ['q_proj']}),
    );
    const merging = (output_dir: string) =>
      mergeAdapter(addon, {
        adapter,
        base: folders.model,
        output_dir,
        device: 'cpu',
        threads: 1,
      } as MergeRequest);
    await expect(merging(join(folder, 'none'))).rejects.toMatchObject({
      problem: {code: 'run/file-gone', message: expect.stringContaining(join(folder, 'none'))},
    });
    await expect(merging(file)).rejects.toMatchObject({
      problem: {code: 'run/not-a-folder', message: expect.stringContaining('(ENOTDIR)')},
    });
    await expect(merging(join(folder, 'n'.repeat(300)))).rejects.toMatchObject({
      problem: {code: 'run/name-too-long', hint: expect.stringContaining('Shorten')},
    });
  });

  test('config.json as Windows and Python write it is read', async () => {
    const model = join(await temporaryFolder(), 'model');
    await cp(folders.text, model, {recursive: true});
    const config = (await readFile(join(folders.text, 'config.json'), 'utf8')).replace(
      '{',
      '{"x": NaN, "x": -Infinity,',
    );
    for (const bytes of [`\uFEFF${config}`, Buffer.from(`\uFEFF${config}`, 'utf16le')]) {
      await writeFile(join(model, 'config.json'), bytes);
      await (await openTextEncoder(addon, model, engine)).close();
    }
    await writeFile(join(model, 'config.json'), config.replace(/\}\s*$/, ',}'));
    expect(await codeOf(openTextEncoder(addon, model, engine))).toBe('native/json-invalid');
  });

  test('another model in its place', async () => {
    expect(await codeOf(openTextEncoder(addon, folders.model, engine))).toMatch(/^native\//);
    expect(await codeOf(openConditionEncoder(addon, folders.vae, engine))).toMatch(/^native\//);
  });

  test('a device that does not exist', async () => {
    expect(await codeOf(openTextEncoder(addon, folders.text, {...engine, device: 'cuda:7'}))).toBe(
      'native/device-unavailable',
    );
    expect(await codeOf(openTextEncoder(addon, folders.text, {...engine, device: 'abacus'}))).toBe(
      'native/device-unknown',
    );
  });

  test('tokens outside the vocabulary', async () => {
    await using encoder = await openTextEncoder(addon, folders.text, engine);
    expect(await codeOf(encoder.encode([1, 2, 1e9]))).toBe('native/token-out-of-range');
    expect(await codeOf(encoder.encode([-1]))).toBe('native/token-out-of-range');
  });

  test('sound that is not numbers, or none', async () => {
    await using encoder = await openAudioEncoder(addon, folders.vae, engine);
    const options = {
      sample_rate: 48_000,
      resampler: 'soxr_hq',
      max_duration: 0,
      normalize: 'none',
      peak_target: -1,
      loudness_target: -14,
      latents: 'mean',
      seed: 0,
      sample: 0,
      tile_duration: 0,
      tile_overlap: 0,
    } as const;
    const encode = (data: Float32Array, more = {}) =>
      encoder.encode({data, channels: 2}, {...options, ...more});
    expect(await codeOf(encode(new Float32Array(9600).fill(Number.NaN)))).toBe('native/audio-invalid');
    expect(await codeOf(encode(new Float32Array(0)))).toBe('native/audio-invalid');
    expect(await codeOf(encode(new Float32Array(9600), {sample_rate: -1}))).toMatch(/^native\//);
    expect(await codeOf(encode(new Float32Array(9600)))).toBe('none');
  });

  test('a call that is cancelled ends as such', async () => {
    await using encoder = await openTextEncoder(addon, folders.text, engine);
    const ids = Array.from({length: 1024}, () => 1);
    expect(await codeOf(encoder.encode(ids, {signal: AbortSignal.abort()}))).toBe('native/cancelled');
  });
});

test('the event loop turns while the engine works', async () => {
  await using encoder = await openTextEncoder(addon, folders.text, engine);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for (let i = 0; i < 5; i++) await encoder.encode(Array.from({length: 1024}, () => 1));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
});

const arrays: Readonly<Record<string, (length: number) => NativeTensor['data']>> = {
  F32: (n) => new Float32Array(n),
  F64: (n) => new Float64Array(n),
  I64: (n) => new BigInt64Array(n),
  I32: (n) => new Int32Array(n),
  U8: (n) => new Uint8Array(n),
  BF16: (n) => new Uint16Array(n),
};

const anything = fc.anything({maxDepth: 2, withBigInt: false});
const size = fc.oneof(
  fc.integer({min: -2, max: 40}),
  fc.constantFrom(2 ** 31, 2 ** 53, 1e300, Number.NaN, 0.5),
);

/** A tensor that may claim another dtype, shape or length than its data has. */
const tensor = fc
  .record({
    dtype: fc.constantFrom(...Object.keys(arrays), 'F8', ''),
    carried: fc.constantFrom(...Object.keys(arrays)),
    shape: fc.oneof(fc.array(size, {maxLength: 8}), anything),
    length: fc.integer({min: 0, max: 600}),
  })
  .map(({dtype, carried, shape, length}) => ({dtype, shape, data: arrays[carried]!(length)}));

const methods = [
  'open_text_encoder',
  'encode_text',
  'embed_tokens',
  'open_condition_encoder',
  'encode_condition',
  'open_audio_encoder',
  'encode_audio',
  'open_song',
  'push_audio',
  'end_audio',
  'open_trainer',
  'train_step',
  'validate',
  'save_adapter',
  'load_checkpoint',
  'inspect_checkpoint',
  'plan_training',
  'plan_estimate',
  'measure_products',
  'estimate',
  'merge_adapter',
  'inspect_adapter',
  'close',
  'describe_engine',
  '',
  'constructor',
] as const;

/** Parameters by their real names with values from anywhere. */
const params = fc.dictionary(
  fc.constantFrom(
    'handle',
    'path',
    'device',
    'threads',
    'folder',
    'options',
    'samples',
    'adapter',
    'base',
    'resume',
  ),
  fc.oneof(
    anything,
    fc.integer({min: -1, max: 12}),
    fc.constantFrom(...Object.values(folders), 'cpu', '/dev/null'),
  ),
  {maxKeys: 5},
);
const inputs = fc.dictionary(
  fc.constantFrom('ids', 'audio', 'text', 'lyrics', 'text_mask', 'lyric_mask'),
  fc.oneof(tensor, anything),
  {maxKeys: 4},
);

test('a thousand mutated calls never crash the process', async () => {
  await using text = await openTextEncoder(addon, folders.text, engine);
  await using audio = await openAudioEncoder(addon, folders.vae, engine);
  expect([text, audio]).toHaveLength(2);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), params, inputs, async (method, given, tensors) => {
      // Opened handles 1..N are hit by small numbers; whatever is thrown is an Error, and the process goes on.
      const call = callEngine(addon, method, {...given, output_dir: '/dev/null/x'}, tensors as never, {});
      const outcome = await call.catch((error: unknown) => error);
      expect(outcome instanceof Error || typeof outcome === 'object').toBe(true);
    }),
    {numRuns: 1000, seed: 20_260_101},
  );
});

test.each([
  ['nothing at all', (raw: Addon['call']) => (raw as () => unknown)()],
  ['a token of another kind', (raw: Addon['call']) => raw('close', '{}', {}, () => {}, {})],
  ['params that are no JSON', (raw: Addon['call']) => raw('close', '{', {}, () => {}, addon.cancel_token())],
  ['no callback', (raw: Addon['call']) => raw('close', '{}', {}, null as never, addon.cancel_token())],
])('the raw call refuses %s', (_, call) => {
  expect(() => call(addon.call)).toThrow();
});
