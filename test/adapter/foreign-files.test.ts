import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import type {Adapter} from '../../src/adapter/adapter.js';
import {difference, trainedModule} from '../../src/adapter/applied.js';
import {readAdapter} from '../../src/adapter/read.js';
import {ownFiles, writeLayoutFile} from '../../src/adapter/write.js';
import type {SidestepError} from '../../src/base/problem.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {temporaryFolder} from '../temporary-folder.js';
import {below, kohya, loraLayouts, renamed, type Tensors, tensorsOf, withAlphas} from './foreign-layouts.js';

const golden = join(import.meta.dirname, '../golden/peft_files');

const peft = (kind: string) => tensorsOf(join(golden, kind, 'adapter_model.safetensors'));
const lycoris = (kind: string) => tensorsOf(join(golden, kind, `${kind}_weights.safetensors`));

async function fileOf(tensors: Tensors, name = 'adapter.safetensors'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeSafetensors(path, {tensors: [...tensors].map(([key, tensor]) => ({name: key, ...tensor}))});
  return path;
}

/** A PEFT folder with these tensors, and the golden settings but for some. */
async function folderOf(kind: string, tensors: Tensors, settings: object = {}): Promise<string> {
  const path = await fileOf(tensors, 'adapter_model.safetensors');
  const config = JSON.parse(await readFile(join(golden, kind, 'adapter_config.json'), 'utf8')) as object;
  await writeFile(join(path, '../adapter_config.json'), JSON.stringify({...config, ...settings}));
  return join(path, '..');
}

/** Every module under its name in the decoder, and the change of every weight what it was. */
function expectSame(found: Adapter, trained: Adapter): void {
  expect(found.modules.map(({name}) => name)).toEqual(trained.modules.map(({name}) => name));
  for (const [i, module] of trained.modules.entries()) {
    const [a, b] = [trainedModule(module), trainedModule(found.modules[i]!)];
    if (a === undefined || b === undefined) expect(found.modules[i]).toEqual(module);
    else
      expect(
        difference({change: a.change}, {change: b.change}, undefined).relative,
        module.name,
      ).toBeLessThan(1e-6);
    expect(b?.magnitude?.values, module.name).toEqual(a?.magnitude?.values);
  }
}

describe('LoRA under the names of other programs, alpha in the file', () => {
  test.each(loraLayouts)('$name', async ({rename}) => {
    const trained = await readAdapter(join(golden, 'lora'));
    const path = await fileOf(renamed(withAlphas(await peft('lora'), trained.modules[0]!.alpha), rename));
    expectSame(await readAdapter(path), trained);
  });
});

test('without alpha the factors count as they are, whatever their rank', async () => {
  const tensors = renamed(await peft('lora'), kohya);
  const name = 'lora_unet_layers_0_self_attn_q_proj';
  const [down, up] = [tensors.get(`${name}.lora_down.weight`)!, tensors.get(`${name}.lora_up.weight`)!];
  const [rows, cols] = [up.shape[0]!, down.shape[1]!];
  tensors.set(`${name}.lora_down.weight`, floatTensor(new Float32Array(cols).fill(1), [1, cols], 'F32'));
  tensors.set(`${name}.lora_up.weight`, floatTensor(new Float32Array(rows).fill(1), [rows, 1], 'F32'));
  const {modules} = await readAdapter(await fileOf(tensors));
  expect(new Set(modules.map(({rank}) => rank)).size).toBe(2);
  for (const {rank, alpha, scale} of modules) expect([alpha, scale]).toEqual([rank, 1]);
});

test.each([
  {dtype: 'I64', data: BigInt64Array.of(8n)},
  {dtype: 'I32', data: Int32Array.of(8)},
  {dtype: 'I16', data: Int16Array.of(8)},
  {dtype: 'U8', data: Uint8Array.of(8)},
] as const)('an alpha that was saved as $dtype', async ({dtype, data}) => {
  const trained = await readAdapter(join(golden, 'lora'));
  const alpha = {dtype, shape: [], data: new Uint8Array(data.buffer)};
  const tensors = renamed(withAlphas(await peft('lora'), 8), kohya);
  for (const name of tensors.keys()) if (name.endsWith('.alpha')) tensors.set(name, alpha);
  expectSame(await readAdapter(await fileOf(tensors)), trained);
});

describe('PEFT folders', () => {
  test.each([
    {name: 'torch.compile', rename: below('base_model.model._orig_mod.')},
    {name: 'decoder inside the whole model', rename: below('base_model.model.decoder.')},
    {name: 'an adapter’s name', rename: (name: string) => name.replace('.weight', '.default.weight')},
    {name: 'no prefix', rename: below('')},
  ])('$name', async ({rename}) => {
    const folder = await folderOf('lora', renamed(await peft('lora'), rename));
    expectSame(await readAdapter(folder), await readAdapter(join(golden, 'lora')));
    expectSame(
      await readAdapter(join(folder, 'adapter_model.safetensors')),
      await readAdapter(join(golden, 'lora')),
    );
  });

  test.each(['', '.weight', '.default', '.default.weight'])('DoRA magnitudes end in "%s"', async (tail) => {
    const tensors = renamed(await peft('dora'), (name) =>
      name.replace(/lora_magnitude_vector(\.weight)?$/, `lora_magnitude_vector${tail}`),
    );
    expectSame(await readAdapter(await folderOf('dora', tensors)), await readAdapter(join(golden, 'dora')));
  });

  test('ai-toolkit calls them magnitude', async () => {
    const tensors = renamed(await peft('dora'), (name) =>
      name.replace(/lora_magnitude_vector(\.weight)?$/, 'magnitude'),
    );
    expectSame(await readAdapter(await folderOf('dora', tensors)), await readAdapter(join(golden, 'dora')));
  });

  test('without lora_alpha, alpha is PEFT’s 8', async () => {
    const folder = await folderOf('lora', await peft('lora'), {lora_alpha: undefined});
    expect(new Set((await readAdapter(folder)).modules.map(({alpha}) => alpha))).toEqual(new Set([8]));
  });

  test('patterns see the path in the wrapped model, the first that matches counts', async () => {
    const patterns = {alpha_pattern: {'^decoder.layers.0.*q_proj': 16, q_proj: 32}};
    const tensors = renamed(await peft('lora'), below('base_model.model.decoder.'));
    const {modules} = await readAdapter(await folderOf('lora', tensors, patterns));
    const alphaOf = (name: string) => modules.find((module) => module.name === name)?.alpha;
    expect(alphaOf('layers.0.self_attn.q_proj')).toBe(16);
    expect(alphaOf('layers.1.self_attn.q_proj')).toBe(32);
  });
});

describe('LoKr and LoHa', () => {
  const dotted = (prefix: string) => (name: string) => {
    const [module, part] = name.split(/\.(.*)/) as [string, string];
    const path = module
      .replace(/^lycoris_/, '')
      .replace(/^layers_(\d+)_((?:self|cross)_attn|mlp)_/, 'layers.$1.$2.');
    return `${prefix}${path}.${part}`;
  };
  test.each(['lokr', 'loha'])('%s with dots, as ai-toolkit and SimpleTuner write it', async (kind) => {
    const trained = await readAdapter(join(golden, kind));
    for (const prefix of ['diffusion_model.decoder.', 'diffusion_model.', 'transformer.', '']) {
      const path = await fileOf(renamed(await lycoris(kind), dotted(prefix)));
      expectSame(await readAdapter(path), trained);
    }
  });

  test.each(['lokr', 'loha'])('%s under kohya’s names', async (kind) => {
    const path = await fileOf(
      renamed(await lycoris(kind), (name) => name.replace('lycoris_', 'lora_unet_decoder_')),
    );
    expectSame(await readAdapter(path), await readAdapter(join(golden, kind)));
  });
});

/** The engine reads one form: what is written for it means the same, whichever program it came from. */
test.each(['lora', 'dora', 'lokr', 'loha', 'oft'])(
  '%s: what is handed to the engine is the same adapter',
  async (kind) => {
    const trained = await readAdapter(join(golden, kind));
    const folder = await temporaryFolder();
    for (const file of ownFiles({...trained, config: kind === 'oft' ? trained.config : {}}))
      await writeLayoutFile(folder, file);
    expectSame(await readAdapter(folder), trained);
  },
);

describe('what cannot be read is refused, in words', () => {
  async function problemOf(path: string | Promise<string>): Promise<{code: string; message: string}> {
    const error: unknown = await readAdapter(await path).then(
      () => expect.fail('it was read'),
      (reason: unknown) => reason,
    );
    return (error as SidestepError).problem;
  }

  const cases = [
    {
      name: 'modules that ACE-Step has not',
      make: async () => fileOf(renamed(withAlphas(await peft('lora'), 8), below('text_model.encoder.'))),
      code: 'adapter/unknown-module',
      says: 'text_model.encoder.layers.0',
    },
    {
      name: 'one tensor more than is known',
      make: async () => {
        const tensors = withAlphas(await peft('lora'), 8);
        return fileOf(
          tensors.set('lora_te_text_model.lora_down.weight', floatTensor(Float32Array.of(1), [1], 'F32')),
        );
      },
      code: 'adapter/unknown-module',
      says: 'lora_te_text_model',
    },
    {
      name: 'a pattern that is none',
      make: async () => folderOf('lora', await peft('lora'), {alpha_pattern: {'*q_proj': 16}}),
      code: 'adapter/config-invalid',
      says: '*q_proj',
    },
    {
      name: 'use_dora without magnitudes',
      make: async () => folderOf('lora', await peft('lora'), {use_dora: true}),
      code: 'adapter/incomplete',
      says: 'use_dora',
    },
    {
      name: 'magnitudes without use_dora',
      make: async () => folderOf('dora', await peft('dora'), {use_dora: false}),
      code: 'adapter/incomplete',
      says: 'use_dora',
    },
    {
      name: 'lora_alpha: null',
      make: async () => folderOf('lora', await peft('lora'), {lora_alpha: null}),
      code: 'adapter/config-invalid',
      says: 'lora_alpha is null',
    },
    {
      name: 'a pickle',
      make: async () => {
        const folder = await temporaryFolder();
        await writeFile(join(folder, 'adapter_model.bin'), 'x');
        await writeFile(join(folder, 'adapter_config.json'), '{}');
        return folder;
      },
      code: 'adapter/not-found',
      says: 'adapter_model.bin, a pickle, which can run code when it is opened',
    },
    {
      name: 'PEFT’s tensors without their settings',
      make: async () => fileOf(await peft('lora')),
      code: 'adapter/layout-unknown',
      says: 'holds PEFT tensors but no rank and alpha',
    },
    {
      name: 'a folder of exports',
      make: async () => {
        const folder = await temporaryFolder();
        await mkdir(join(folder, 'peft'));
        return folder;
      },
      code: 'adapter/not-found',
      says: 'peft',
    },
    {
      name: 'two adapters in one file',
      make: async () =>
        fileOf(
          new Map([
            ...renamed(await peft('lora'), (name) => name.replace('.weight', '.a.weight')),
            ...renamed(await peft('lora'), (name) => name.replace('.weight', '.b.weight')),
          ]),
        ),
      code: 'adapter/layout-unknown',
      says: 'a, b',
    },
    {
      name: 'magnitudes of columns',
      make: async () => {
        const tensors = renamed(withAlphas(await peft('lora'), 8), kohya);
        const name = 'lora_unet_layers_0_self_attn_k_proj';
        const {shape} = tensors.get(`${name}.lora_down.weight`)!;
        const scale = floatTensor(new Float32Array(shape[1]!).fill(1), [1, shape[1]!], 'F32');
        return fileOf(tensors.set(`${name}.dora_scale`, scale));
      },
      code: 'adapter/dora-axis',
      says: 'layers.0.self_attn.k_proj',
    },
    {
      name: 'biases of factors, PEFT’s lora_bias',
      make: async () => {
        const bias = floatTensor(Float32Array.of(1), [1], 'F32');
        const name = 'base_model.model.layers.0.self_attn.k_proj.lora_B.bias';
        return folderOf('lora', (await peft('lora')).set(name, bias), {lora_bias: true});
      },
      code: 'adapter/layout-unknown',
      says: 'layers.0.self_attn.k_proj.lora_B.bias is a bias of a LoRA factor',
    },
    {
      name: 'the same module under two prefixes',
      make: async () => {
        const tensors = renamed(withAlphas(await peft('lora'), 8), kohya);
        const [, ...others] = withAlphas(await peft('lora'), 8);
        return fileOf(new Map([...tensors, others[0]!]));
      },
      code: 'adapter/layout-unknown',
      says: 'twice, under different names',
    },
    {
      name: 'weights in FP8',
      make: async () => {
        const tensors = renamed(withAlphas(await peft('lora'), 8), kohya);
        const name = 'lora_unet_layers_0_self_attn_k_proj.lora_up.weight';
        const {shape, data} = tensors.get(name)!;
        return fileOf(tensors.set(name, {dtype: 'F8_E4M3', shape, data: data.subarray(0, data.length / 4)}));
      },
      code: 'tensor/not-floating',
      says: 'lora_unet_layers_0_self_attn_k_proj.lora_up.weight is F8_E4M3',
    },
    {
      name: 'half a LoKr',
      make: async () => {
        const tensors = await lycoris('lokr');
        for (const name of [...tensors.keys()])
          if (name.includes('_0_self_attn_q_proj.lokr_w1')) tensors.delete(name);
        return fileOf(tensors);
      },
      code: 'adapter/incomplete',
      says: 'lokr_w1',
    },
  ];
  test.each(cases)('$name', async ({make, code, says}) => {
    const problem = await problemOf(make());
    expect(problem.code, problem.message).toBe(code);
    expect(problem.message).toContain(says);
  });
});
