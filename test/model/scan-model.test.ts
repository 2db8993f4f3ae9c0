import {cp, mkdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeEach, describe, expect, test} from 'vitest';
import {hashFile} from '../../src/base/hash.js';
import {SidestepError} from '../../src/base/problem.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {type Tensor, toFloat32} from '../../src/format/tensor.js';
import {torchFile} from '../../src/format/torch-write.js';
import type {Model} from '../../src/model/model.js';
import {listModels, scanModel} from '../../src/model/scan-model.js';
import {readSilenceLatent} from '../../src/model/silence-latent.js';
import {temporaryFolder} from '../temporary-folder.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
let root: string;
beforeEach(async () => {
  root = join(await temporaryFolder(), 'checkpoints');
  await cp(join(golden, 'tiny_checkpoint'), root, {recursive: true, mode: 0});
});

const scan = (model = 'turbo', base_model: 'auto' | 'sft' = 'auto') =>
  scanModel({checkpoint_dir: root, model, base_model}, hashFile);

async function problemOf(attempt: Promise<unknown>): Promise<{code: string; message: string; hint?: string}> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.problem;
}

async function editConfig(model: string, edit: (config: Record<string, unknown>) => void): Promise<void> {
  const path = join(root, model, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  edit(config);
  await rm(path);
  await writeFile(path, JSON.stringify(config));
}

const hashes = (model: Model) =>
  Object.fromEntries(Object.entries(model.components).map(([name, {hash}]) => [name, hash]));

test('the tiny turbo model is found whole', async () => {
  const model = await scan();
  expect(model).toMatchObject({
    name: 'acestep-v15-turbo',
    label: 'official',
    base: 'turbo',
    base_origin: 'config',
    size: 'other',
    timestep_mu: -0.4,
    timestep_sigma: 1,
    inference: {shift: 3, steps: 8},
  });
  expect(model.parameters).toBeGreaterThan(100_000);
  expect(model.components.dit.files).toEqual(
    ['config.json', 'model.safetensors'].map((file) => join(root, 'acestep-v15-turbo', file)),
  );
  expect(model.components.tokenizer.dir).toBe(join(root, 'Qwen3-Embedding-0.6B'));
});

test('another DiT shares what it shares', async () => {
  const turbo = hashes(await scan('turbo'));
  const base = hashes(await scan('base'));
  expect(base).toMatchObject({
    vae: turbo.vae,
    text_encoder: turbo.text_encoder,
    tokenizer: turbo.tokenizer,
  });
  expect(base.dit).not.toBe(turbo.dit);
  expect((await scan('base')).inference).toEqual({shift: 1, steps: 50});
});

test('renaming a folder changes nothing that enters a fingerprint', async () => {
  const before = hashes(await scan());
  await rename(join(root, 'acestep-v15-turbo'), join(root, 'mine'));
  await rename(join(root, 'vae'), join(root, 'autoencoder'));
  const renamed = await scan('mine');
  expect(hashes(renamed)).toEqual(before);
  expect(renamed).toMatchObject({label: 'custom', base: 'turbo', base_origin: 'config'});
  expect((await problemOf(scan('turbo'))).hint).toBe(
    'By its config.json mine is a turbo model under another name: write `model: mine`.',
  );
});

test('one changed byte of the weights changes their identity and nothing else', async () => {
  const before = hashes(await scan());
  const path = join(root, 'vae/diffusion_pytorch_model.safetensors');
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await rm(path);
  await writeFile(path, bytes);
  const {vae, ...rest} = hashes(await scan());
  expect(vae).not.toBe(before.vae);
  expect(before).toMatchObject(rest);
});

describe('the base a fine-tune descends from', () => {
  const forget = (config: Record<string, unknown>) => {
    delete config.model_version;
    delete config.is_turbo;
  };
  test('comes from model_version, also of XL models', async () => {
    await editConfig('acestep-v15-base', (config) => Object.assign(config, {model_version: 'xl-sft'}));
    expect(await scan('base')).toMatchObject({base: 'sft', base_origin: 'config'});
  });
  test('else from the folder name', async () => {
    await editConfig('acestep-v15-base', forget);
    expect(await scan('base')).toMatchObject({base: 'base', base_origin: 'folder_name'});
  });
  test('else the user must say', async () => {
    await editConfig('acestep-v15-base', forget);
    await rename(join(root, 'acestep-v15-base'), join(root, 'blues'));
    expect((await problemOf(scan('blues'))).code).toBe('model/base-unknown');
    expect(await scan('blues', 'sft')).toMatchObject({base: 'sft', base_origin: 'parameter'});
  });
});

test('a fine-tune in a folder of its own is found by its path', async () => {
  await mkdir(join(root, 'tunes'));
  await cp(join(root, 'acestep-v15-base'), join(root, 'tunes/blues'), {recursive: true});
  expect((await listModels(root)).map(({found}) => [found.name, found.label])).toEqual([
    ['acestep-v15-base', 'official'],
    ['acestep-v15-turbo', 'official'],
    ['tunes/blues', 'custom'],
  ]);
  expect((await scan('tunes/blues')).base).toBe('base');
});

describe('what is missing is named, all of it', () => {
  test('files', async () => {
    await rm(join(root, 'vae'), {recursive: true});
    await rm(join(root, 'Qwen3-Embedding-0.6B/tokenizer.json'));
    await rm(join(root, 'acestep-v15-turbo/silence_latent.pt'));
    const {code, message} = await problemOf(scan());
    expect(code).toBe('model/incomplete');
    for (const part of [
      'vae/config.json',
      'vae/diffusion_pytorch_model.safetensors',
      'Qwen3-Embedding-0.6B/tokenizer.json',
      'acestep-v15-turbo/silence_latent.pt',
    ])
      expect(message).toContain(join(root, part));
    const all = await listModels(root);
    expect(all.find(({found}) => found.name === 'acestep-v15-turbo')?.found.missing).toHaveLength(4);
  });

  test('a download that stopped', async () => {
    const path = join(root, 'acestep-v15-turbo/model.safetensors');
    const bytes = await readFile(path);
    await rm(path);
    await writeFile(path, bytes.subarray(0, 100_000));
    expect((await problemOf(scan())).message).toMatch(/dit: .*model\.safetensors.*100000 bytes/);
  });

  test('weights of another kind', async () => {
    await rename(
      join(root, 'acestep-v15-turbo/model.safetensors'),
      join(root, 'acestep-v15-turbo/pytorch_model.bin'),
    );
    expect((await problemOf(scan())).message).toContain('pytorch_model.bin cannot take its place');
  });

  test('a silence latent of the wrong shape', async () => {
    await cp(join(golden, 'torch_files/odd_tensors.pt'), join(root, 'acestep-v15-turbo/silence_latent.pt'), {
      force: true,
    });
    const {code, message} = await problemOf(scan());
    expect(code).toBe('model/incomplete');
    expect(message).toMatch(/silence_latent\.pt.*one tensor \[1, channels, frames\]/);
  });
});

describe('weights in shards', () => {
  async function shard(): Promise<string> {
    const dir = join(root, 'acestep-v15-turbo');
    const weight_map: Record<string, string> = {};
    {
      await using whole = await openSafetensors(join(dir, 'model.safetensors'));
      const names = [...whole.tensors.keys()];
      const halves = [names.slice(0, 40), names.slice(40)];
      for (const [i, half] of halves.entries()) {
        const file = `model-0000${i + 1}-of-00002.safetensors`;
        const tensors = await Promise.all(half.map(async (name) => ({name, ...(await whole.read(name))})));
        await writeSafetensors(join(dir, file), {tensors});
        for (const name of half) weight_map[name] = file;
      }
    }
    await rm(join(dir, 'model.safetensors'));
    await writeFile(join(dir, 'model.safetensors.index.json'), JSON.stringify({weight_map}));
    return dir;
  }

  test('are read by their index', async () => {
    const before = await scan();
    await shard();
    const model = await scan();
    expect(model.parameters).toBe(before.parameters);
    expect(model.components.dit.files).toHaveLength(3);
  });

  test('names of the index may start with ./', async () => {
    const dir = await shard();
    const path = join(dir, 'model.safetensors.index.json');
    const index = await readFile(path, 'utf8');
    await writeFile(path, index.replaceAll('"model-0', '"./model-0'));
    expect((await scan()).components.dit.files).toHaveLength(3);
  });

  test('an index may promise what no one asks for, and says once what is elsewhere', async () => {
    const dir = await shard();
    const path = join(dir, 'model.safetensors.index.json');
    const index = JSON.parse(await readFile(path, 'utf8')) as {weight_map: Record<string, string>};
    index.weight_map['lm_head.weight'] = 'model-00001-of-00002.safetensors';
    await writeFile(path, JSON.stringify(index));
    expect((await scan()).components.dit.files).toHaveLength(3);
    for (const name of Object.keys(index.weight_map)) index.weight_map[name] = '../elsewhere.safetensors';
    await writeFile(path, JSON.stringify(index));
    const {message} = await problemOf(scan());
    expect(message.match(/outside the folder/g)).toHaveLength(1);
  });

  test('a missing shard is named', async () => {
    const dir = await shard();
    await rm(join(dir, 'model-00002-of-00002.safetensors'));
    expect((await problemOf(scan())).message).toContain('model-00002-of-00002.safetensors');
  });

  test('a tensor that two shards hold is named: no one can say which is meant', async () => {
    const dir = await shard();
    const [first, second] = [1, 2].map((i) => join(dir, `model-0000${i}-of-00002.safetensors`));
    const copy = join(dir, 'copy');
    {
      await using one = await openSafetensors(first!);
      await using two = await openSafetensors(second!);
      const kept = await Promise.all(
        [...two.tensors.keys()].map(async (name) => ({name, ...(await two.read(name))})),
      );
      const [name] = one.tensors.keys();
      await writeSafetensors(copy, {tensors: [...kept, {name: name!, ...(await one.read(name!))}]});
    }
    await cp(copy, second!, {force: true});
    const {code, message} = await problemOf(scan());
    expect(code).toBe('model/incomplete');
    expect(message).toMatch(/model-00002\S*: it holds \S+, and so does model-00001-of-00002\.safetensors/);
  });

  test('a shard without its tensors is named', async () => {
    const dir = await shard();
    await cp(join(dir, 'model-00001-of-00002.safetensors'), join(dir, 'model-00002-of-00002.safetensors'), {
      force: true,
    });
    expect((await problemOf(scan())).message).toMatch(
      /lacks decoder\.\S+, and \d+ more of the tensors that config\.json asks for/,
    );
  });
});

describe('weights are compared with config.json, by their headers', () => {
  interface Stored {
    name: string;
    dtype: Tensor['dtype'];
    shape: readonly number[];
    data: Uint8Array;
  }

  async function rewrite(file: string, edit: (tensors: Stored[]) => Stored[]): Promise<void> {
    const path = join(root, file);
    const tensors: Stored[] = [];
    {
      await using weights = await openSafetensors(path);
      for (const name of weights.tensors.keys()) tensors.push({name, ...(await weights.read(name))});
    }
    await rm(path);
    await writeSafetensors(path, {tensors: edit(tensors)});
  }

  /** What `models` would show, and `scan` refuse. */
  async function faults(model = 'acestep-v15-turbo'): Promise<string[]> {
    const {found} = (await listModels(root)).find((scanned) => scanned.found.name === model)!;
    return found.missing.map(({component, reason}) => `${component}: ${reason}`);
  }

  const dit = 'acestep-v15-turbo/model.safetensors';
  const vae = 'vae/diffusion_pytorch_model.safetensors';
  const text = 'Qwen3-Embedding-0.6B/model.safetensors';

  test.each(['acestep-v15-turbo', 'acestep-v15-base'])('%s as it was published has none', async (model) => {
    expect(await faults(model)).toEqual([]);
  });

  test.each([
    {file: dit, prefix: 'model.', part: 'dit'},
    {file: dit, prefix: 'module.', part: 'dit'},
    {file: dit, prefix: '_orig_mod.', part: 'dit'},
    {file: vae, prefix: '_orig_mod.', part: 'vae'},
    {file: text, prefix: 'module.', part: 'text_encoder'},
  ])('$part with $prefix before every name: said once', async ({file, prefix, part}) => {
    await rewrite(file, (tensors) => tensors.map((tensor) => ({...tensor, name: prefix + tensor.name})));
    const found = await faults();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${part}: its tensors are named "${prefix}…"`));
    expect((await problemOf(scan())).code).toBe('model/incomplete');
  });

  test.each(['_orig_mod', 'module'])(
    'parts inside %s, as torch.compile and others wrap them: said once',
    async (wrapper) => {
      await rewrite(dit, (tensors) =>
        tensors.map((tensor) => ({
          ...tensor,
          name: tensor.name.replace('.self_attn.', `.${wrapper}.self_attn.`),
        })),
      );
      const found = await faults();
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(
        new RegExp(`^dit: its tensors have "${wrapper}\\." in their names: .* wrapper .*was saved`),
      );
    },
  );

  test.each([
    {key: 'num_hidden_layers', value: 1_000_000_000},
    {key: 'hidden_size', value: '32'},
    {key: 'head_dim', value: -16},
    {key: 'num_lyric_encoder_hidden_layers', value: 1.5},
  ])('a $key of $value can be none', async ({key, value}) => {
    await editConfig('acestep-v15-turbo', (config) => Object.assign(config, {[key]: value}));
    const found = await faults();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(
      `dit: its ${key} is ${JSON.stringify(value)}, expected a whole number from 1 to`,
    );
  });

  test.each([
    {what: 'a folder', make: (path: string) => mkdir(path)},
    {what: 'a link that leads nowhere', make: (path: string) => symlink('/nowhere/weights', path)},
  ])('weights that are $what', async ({what, make}) => {
    await rm(join(root, dit));
    await make(join(root, dit));
    expect(await faults()).toEqual([`dit: it is ${what}`]);
  });

  test('the text encoder may be below model., as causal language models have it', async () => {
    await rewrite(text, (tensors) => tensors.map((tensor) => ({...tensor, name: `model.${tensor.name}`})));
    expect(await faults()).toEqual([]);
  });

  test.each([
    {file: dit, lost: 'decoder.layers.0.self_attn.q_proj.weight', part: 'dit'},
    {file: dit, lost: 'encoder.text_projector.weight', part: 'dit'},
    {file: dit, lost: 'null_condition_emb', part: 'dit'},
    {file: vae, lost: 'encoder.block.2.res_unit3.snake2.alpha', part: 'vae'},
    {file: text, lost: 'layers.1.mlp.up_proj.weight', part: 'text_encoder'},
  ])('$part without $lost', async ({file, lost, part}) => {
    await rewrite(file, (tensors) => tensors.filter(({name}) => name !== lost));
    expect(await faults()).toEqual([`${part}: it lacks ${lost}`]);
  });

  test('a whole layer that is missing is said once', async () => {
    await rewrite(dit, (tensors) => tensors.filter(({name}) => !name.startsWith('decoder.layers.1.')));
    expect(await faults()).toEqual([
      expect.stringMatching(
        /^dit: it lacks decoder\.layers\.1\.\S+, and 18 more of the tensors that config\.json asks for$/,
      ),
    ]);
  });

  test('weights of another size', async () => {
    await editConfig('acestep-v15-turbo', (config) => Object.assign(config, {intermediate_size: 96}));
    const found = await faults();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(
      /of shape \[64,48\], not \[96,48\], and \d+ more of another shape than config\.json says/,
    );
  });

  test('tensors beside those do no harm', async () => {
    const extra = {name: 'lm_head.weight', dtype: 'BF16' as const, shape: [2], data: new Uint8Array(4)};
    await rewrite(text, (tensors) => [...tensors, extra]);
    expect(await faults()).toEqual([]);
  });

  test('FP8 is called FP8', async () => {
    await rewrite(dit, (tensors) =>
      tensors.map((tensor) =>
        tensor.shape.length === 2
          ? {...tensor, dtype: 'F8_E4M3' as const, data: tensor.data.subarray(0, tensor.data.length / 2)}
          : tensor,
      ),
    );
    const found = await faults();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/as F8_E4M3, which is not read \(F32, F16 and BF16 are\), and \d+ more/);
  });

  test('a silence latent of another VAE', async () => {
    await editConfig('acestep-v15-turbo', (config) => Object.assign(config, {audio_acoustic_hidden_dim: 16}));
    expect((await faults()).join('\n')).toContain('silence_latent: it has 8 channels; config.json says 16');
  });
});

describe('the download cache of Hugging Face', () => {
  const revision = '0123456789abcdef';
  async function hub(folders: Readonly<Record<string, string>>): Promise<string> {
    const cache = join(await temporaryFolder(), 'hub');
    for (const [from, to] of Object.entries(folders)) {
      await mkdir(join(cache, to, '..'), {recursive: true});
      await cp(join(root, from), join(cache, to), {recursive: true});
    }
    return cache;
  }
  const inRepo = (repo: string, folder = '') => `models--ACE-Step--${repo}/snapshots/${revision}/${folder}`;
  const namesIn = async (dir: string) =>
    (await listModels(dir)).map(({found}) => [found.name, found.missing]);

  test('one repository with a folder for each model', async () => {
    const parts = ['acestep-v15-turbo', 'acestep-v15-base', 'vae', 'Qwen3-Embedding-0.6B'];
    const cache = await hub(Object.fromEntries(parts.map((part) => [part, inRepo('Ace-Step1.5', part)])));
    for (const dir of [
      cache,
      join(cache, inRepo('Ace-Step1.5')),
      join(cache, 'models--ACE-Step--Ace-Step1.5'),
    ])
      expect(await namesIn(dir), dir).toEqual([
        ['acestep-v15-base', []],
        ['acestep-v15-turbo', []],
      ]);
  });

  test('a fine-tune sorted into a folder of a repository', async () => {
    const cache = await hub({
      'acestep-v15-turbo': inRepo('mine', 'tunes/jazz/acestep'),
      vae: inRepo('mine', 'vae'),
      'Qwen3-Embedding-0.6B': inRepo('mine', 'Qwen3-Embedding-0.6B'),
    });
    expect(await namesIn(join(cache, 'models--ACE-Step--mine'))).toEqual([['tunes/jazz/acestep', []]]);
  });

  test('a repository for each model', async () => {
    const cache = await hub({
      'acestep-v15-turbo': inRepo('acestep-v15-turbo'),
      vae: inRepo('vae'),
      'Qwen3-Embedding-0.6B': 'models--Qwen--Qwen3-Embedding-0.6B/snapshots/fedcba',
    });
    expect(await namesIn(cache)).toEqual([['acestep-v15-turbo', []]]);
    const model = await scanModel({checkpoint_dir: cache, model: 'turbo', base_model: 'auto'}, hashFile);
    expect(model.label).toBe('official');
  });

  test('of two revisions, the one that main is', async () => {
    const cache = await hub({
      'acestep-v15-turbo': inRepo('acestep-v15-turbo'),
      'acestep-v15-base': 'models--ACE-Step--acestep-v15-turbo/snapshots/ffff',
      vae: inRepo('vae'),
      'Qwen3-Embedding-0.6B': inRepo('Qwen3-Embedding-0.6B'),
    });
    await mkdir(join(cache, 'models--ACE-Step--acestep-v15-turbo/refs'));
    await writeFile(join(cache, 'models--ACE-Step--acestep-v15-turbo/refs/main'), revision);
    const [only, ...others] = await listModels(cache);
    expect(others).toEqual([]);
    expect(only?.found.base).toBe('turbo');
  });
});

describe('names', () => {
  test('a near miss is suggested', async () => {
    expect(await problemOf(scan('trubo'))).toMatchObject({
      code: 'model/unknown-name',
      hint: 'Did you mean turbo?',
    });
  });
  test('a folder without models says what it looked for', async () => {
    expect(
      (
        await problemOf(
          scanModel({checkpoint_dir: join(root, 'vae'), model: 'turbo', base_model: 'auto'}, hashFile),
        )
      ).code,
    ).toBe('model/none-found');
    expect(
      (await problemOf(scanModel({checkpoint_dir: '/nowhere', model: 'turbo', base_model: 'auto'}, hashFile)))
        .code,
    ).toBe('model/none-found');
  });
  test('a model folder in place of the checkpoint folder is recognised', async () => {
    const inside = scanModel(
      {checkpoint_dir: join(root, 'acestep-v15-turbo'), model: 'turbo', base_model: 'auto'},
      hashFile,
    );
    expect((await problemOf(inside)).hint).toContain(`checkpoint_dir to ${root}`);
  });
});

test('the silence latent is transposed as upstream loads it', async () => {
  const latent = await readSilenceLatent(join(golden, 'torch_files/silence_latent.pt'));
  await using twin = await openSafetensors(join(golden, 'torch_files/silence_latent.safetensors'));
  const loaded = await twin.read('loaded');
  expect([1, latent.frames, latent.channels]).toEqual([...loaded.shape]);
  expect(latent.data).toEqual(toFloat32(loaded));
});

test.each([
  {shape: [1, 8, 250], reads: true},
  {shape: [2, 8, 250], reads: false},
  {shape: [8, 250], reads: false},
  {shape: [1, 8, 25, 10], reads: false},
  {shape: [1, 0, 250], reads: false},
  {shape: [1, 8, 0], reads: false},
])('a silence latent of shape $shape', async ({shape, reads}) => {
  const path = join(root, 'silence.pt');
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  await writeFile(path, torchFile({shape, data}));
  if (reads) expect(await readSilenceLatent(path)).toMatchObject({channels: 8, frames: 250});
  else expect((await problemOf(readSilenceLatent(path))).code).toBe('model/silence-latent');
});
