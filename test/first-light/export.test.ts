import {afterAll, beforeAll, expect, test} from 'vitest';
import type {AdapterModule} from '../../src/adapter/adapter.js';
import {deltaDifference} from '../../src/adapter/delta.js';
import {readAdapter} from '../../src/adapter/read.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {toFloat32} from '../../src/format/tensor.js';
import {comfyuiWeight} from '../adapter/comfyui-rule.js';
import {type Ended, Project, preparation, problemsOf, resultOf, type Stage, training} from './project.js';

/** Ranks and alphas that differ by module, and a scale that is not alpha / rank: what consumers get wrong. */
const adapters: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  lora: {type: 'lora', rank: 4, alpha: 8, rank_pattern: {'layers.0.self_attn.q_proj': 2}, rs_lora: true},
  biased: {type: 'lora', rank: 4, alpha: 8, bias: 'all'},
  dora: {type: 'dora', rank: 4, alpha: 8},
  lokr: {type: 'lokr', rank: 4, alpha: 8, factor: 4},
  loha: {type: 'loha', rank: 4, alpha: 8},
  oft: {type: 'oft', block_size: 8},
  lokr_dora: {
    type: 'lokr',
    rank: 4,
    alpha: 8,
    factor: 4,
    weight_decompose: true,
    scope: 'decoder',
    use_scalar: true,
  },
  loha_dora: {type: 'loha', rank: 4, alpha: 8, weight_decompose: true, scope: 'decoder', use_tucker: true},
  patches: {type: 'lora', rank: 4, alpha: 8, target_modules: ['proj_in.1', 'q_proj']},
  patches_dora: {type: 'dora', rank: 4, alpha: 8, target_modules: ['proj_in.1', 'q_proj']},
};

const supported: Readonly<Record<string, readonly string[]>> = {
  lora: ['peft', 'comfyui', 'diffusers', 'merged'],
  biased: ['peft', 'merged'],
  dora: ['peft', 'comfyui', 'diffusers', 'merged'],
  lokr: ['lycoris', 'comfyui', 'merged'],
  loha: ['lycoris', 'comfyui', 'merged'],
  oft: ['peft', 'merged'],
  lokr_dora: ['lycoris', 'comfyui', 'merged'],
  loha_dora: ['lycoris', 'comfyui', 'merged'],
  patches: ['peft', 'comfyui', 'diffusers', 'merged'],
  patches_dora: ['peft', 'comfyui', 'diffusers', 'merged'],
};

/** Adapters that begin without an effect, to be trained with a learning rate that moves nothing. */
const still = ['lora', 'dora', 'lokr', 'loha', 'oft'].map((kind) => ({
  name: `still_${kind}`,
  adapter: adapters[kind],
}));

const project = new Project();
let ended: Ended;

function exporting(name: string, adapter: string, options: Readonly<Record<string, unknown>>): Stage {
  const base = {
    adapter: `\${stages.${adapter}}`,
    model: '${stages.model}',
    name: 'song',
    output_dir: `out/${name}`,
  };
  return {uses: 'export', with: {...base, ...options}};
}

/** Every adapter in every layout it has, one stage each; the layouts it has not are refused before anything runs. */
function exports(): Record<string, Stage> {
  return Object.fromEntries(
    Object.entries(supported).map(([adapter, has]) => [
      `${adapter}_all`,
      exporting(`${adapter}_all`, adapter, {formats: has}),
    ]),
  );
}

beforeAll(async () => {
  const trained = Object.entries(adapters).map(([name, adapter]) => [
    name,
    training(name, {
      adapter,
      epochs: 3,
      ema_decay: 0.5,
      optimizer: {type: 'adamw', learning_rate: 0.01},
      checkpoint: {every_minutes: 1000}, // which states that leaves, no one can know beforehand
    }),
  ]);
  project.writePipeline({
    ...preparation({clips: 2, clip_duration: 1}),
    ...Object.fromEntries(trained),
    ...exports(),
    ...Object.fromEntries(
      still.flatMap(({name, adapter}) => [
        [name, training(name, {adapter, epochs: 1, optimizer: {type: 'adamw', learning_rate: 1e-60}})],
        [`${name}_merged`, exporting(`${name}_merged`, name, {formats: ['merged']})],
        [`${name}_own`, exporting(`${name}_own`, name, {})],
      ]),
    ),
    trained_scale: exporting('trained_scale', 'lora', {formats: ['comfyui', 'diffusers'], scale: 'trained'}),
    baked_peft: exporting('baked_peft', 'lora', {formats: ['peft'], scale: 'baked'}),
    generic: exporting('generic', 'lora', {formats: ['comfyui'], key_style: 'generic'}),
    half: exporting('half', 'lora', {formats: ['peft', 'comfyui', 'diffusers'], dtype: 'bf16'}),
    half_lokr: exporting('half_lokr', 'lokr', {formats: ['lycoris'], dtype: 'bf16'}),
    raw: exporting('raw', 'lora', {weights: 'raw', formats: ['peft'], card: {enabled: false}}),
    best: exporting('best', 'lora', {
      checkpoint: 'best',
      formats: ['peft'],
      card: {songs: '${stages.songs}', text: 'Mine alone.', base_model: 'me/tiny'},
      metadata: {license: 'MIT', trigger: 'tinystyle'},
    }),
    missing: exporting('missing', 'lora', {checkpoint: 'step_7', formats: ['peft']}),
    no_model: {
      uses: 'export',
      with: {adapter: '${stages.dora}', formats: ['merged', 'comfyui'], output_dir: 'out/no_model'},
    },
    ...Object.fromEntries(
      ['lora', 'lokr', 'oft'].map((adapter) => [
        `${adapter}_own`,
        {uses: 'export', with: {adapter: `\${stages.${adapter}}`, output_dir: `out/${adapter}_own`}},
      ]),
    ),
  });
  ended = await project.run(['--keep-going']);
  if (ended.code === 2) throw new Error(`the pipeline is refused:\n${ended.stdout}${ended.stderr}`);
});
afterAll(() => project.remove());

test.each(Object.entries(supported))('%s is written as %j', (adapter, has) => {
  expect(resultOf(ended, `${adapter}_all`)?.kind, problemsOf(ended)).toBe('succeeded');
  const folders = new Set(project.filesBelow('out', `${adapter}_all`).map((name) => name.split('/')[0]));
  expect([...folders].sort()).toEqual([...has].sort());
});

function paths(folder: string): readonly string[] {
  return [`${folder}/comfyui/song.safetensors`, `${folder}/diffusers/pytorch_lora_weights.safetensors`];
}

/** Reads a file back, and compares the change of every weight with what was trained. */
async function largestDifference(path: string): Promise<number> {
  const [trained, found] = [
    await readAdapter(project.file('adapters/lora')),
    await readAdapter(project.file('out', path)),
  ];
  const differences = trained.modules.map((module, i) => {
    expect(found.modules[i]?.name).toBe(module.name);
    return deltaDifference(module, found.modules[i]!);
  });
  return Math.max(...differences);
}

test.each([
  'lora_all/peft',
  'baked_peft/peft',
  'generic/comfyui/song.safetensors',
  ...paths('lora_all'),
  ...paths('trained_scale'),
])('%s: read under its own rule, the change of every weight is what was trained', async (path) => {
  expect(await largestDifference(path)).toBeLessThan(1e-5);
});

test.each(['half/peft', ...paths('half')])(
  '%s: bf16, and the change survives but for its rounding',
  async (path) => {
    const difference = await largestDifference(path);
    expect(difference).toBeLessThan(5e-3);
    expect(difference).toBeGreaterThan(1e-5);
  },
);

test('bf16 files hold bf16, and alpha in full', async () => {
  await using file = await openSafetensors(project.file('out/half_lokr/lycoris/song.safetensors'));
  for (const [name, {dtype}] of file.tensors)
    expect(dtype, name).toBe(name.endsWith('.alpha') ? 'F32' : 'BF16');
});

/** Programs that look for no alpha at all take it to be the rank. */
test.each(paths('lora_all'))('%s: alpha equals rank in every module, so all programs agree', async (path) => {
  const {modules, config} = await readAdapter(project.file('out', path));
  const wrong = modules.filter(({alpha, rank, scale}: AdapterModule) => alpha !== rank || scale !== 1);
  expect(wrong.map(({name}) => name)).toEqual([]);
  expect(config.use_rslora ?? false).toBe(false);
});

test("diffusers' patterns name modules as the file does", async () => {
  await using file = await openSafetensors(
    project.file('out/lora_all/diffusers/pytorch_lora_weights.safetensors'),
  );
  const settings = JSON.parse(file.metadata.lora_adapter_metadata!);
  const modules = [...file.tensors.keys()].map((name) =>
    name.replace(/^transformer\.|\.lora_[AB]\.weight$/g, ''),
  );
  for (const pattern of ['rank_pattern', 'alpha_pattern']) {
    const named = Object.keys(settings[`transformer.${pattern}`]);
    expect(named).toEqual(['layers.0.self_attn.to_q']);
    expect(modules).toEqual(expect.arrayContaining(named));
  }
});

test('the patch convolution has the name that it has in diffusers', async () => {
  for (const kind of ['patches', 'patches_dora']) {
    const path = project.file('out', `${kind}_all`, 'diffusers/pytorch_lora_weights.safetensors');
    await using file = await openSafetensors(path);
    expect([...file.tensors.keys()]).toContain('transformer.proj_in_conv.lora_A.weight');
    const settings = JSON.parse(file.metadata.lora_adapter_metadata!);
    expect(settings['transformer.target_modules']).toContain('proj_in_conv');
    const trained = await readAdapter(project.file('adapters', kind));
    const modules = (await readAdapter(path)).modules.map(({name}) => name);
    expect(modules).toEqual(trained.modules.map(({name}) => name));
  }
});

test('generic and native keys differ in their prefix only', async () => {
  const names = async (path: string) => {
    await using file = await openSafetensors(project.file('out', path));
    return [...file.tensors.keys()].sort();
  };
  const native = await names('lora_all/comfyui/song.safetensors');
  const generic = await names('generic/comfyui/song.safetensors');
  expect(generic).toEqual(
    native.map((name) => name.replace('base_model.model.', 'diffusion_model.decoder.')),
  );
});

test('without `model`, the export takes the one that was trained on', () => {
  expect(resultOf(ended, 'no_model')?.kind, problemsOf(ended)).toBe('succeeded');
  expect(project.filesBelow('out/no_model')).toEqual(
    expect.arrayContaining(['merged/model.safetensors', expect.stringMatching(/^comfyui\//)]),
  );
});

test.each([
  ['lora', 'peft'],
  ['lokr', 'lycoris'],
  ['oft', 'peft'],
])('%s: without `formats` it is written as its own library has it, %s', (adapter, layout) => {
  expect(resultOf(ended, `${adapter}_own`)?.kind, problemsOf(ended)).toBe('succeeded');
  const folders = project.filesBelow('out', `${adapter}_own`).map((name) => name.split('/')[0]);
  expect(new Set(folders)).toEqual(new Set([layout]));
});

test('LoRA on the patch convolution has the shapes that PEFT gives a convolution', async () => {
  for (const place of ['adapters/patches_dora', 'out/patches_dora_all/peft']) {
    await using file = await openSafetensors(project.file(place, 'adapter_model.safetensors'));
    const shapeOf = (part: string) => file.tensors.get(`base_model.model.proj_in.1.${part}`)?.shape;
    expect(shapeOf('lora_A.weight'), place).toEqual([4, 24, 2]);
    expect(shapeOf('lora_B.weight'), place).toEqual([32, 4, 1]);
    expect(shapeOf('lora_magnitude_vector'), place).toEqual([1, 32, 1]);
  }
});

/** A line of the card's table: `| songs | 2 |`. */
function cardSays(card: string, name: string): string | undefined {
  return new RegExp(`^\\| ${name} \\| (.*) \\|$`, 'm').exec(card)?.[1];
}

test('beside every export is a card that says what the run was, and nothing private', () => {
  const {songs, ...run} = cardFacts();
  for (const [adapter, has] of Object.entries(supported)) {
    for (const format of has) {
      const card = project.text('out', `${adapter}_all`, format, 'README.md');
      expect(card, `${adapter} ${format}`).toMatch(
        /^---\n[\s\S]*pipeline_tag: "text-to-audio"[\s\S]*\n---\n\n# song\n/,
      );
      expect(cardSays(card, 'songs')).toBe(String(run.samples));
      expect(cardSays(card, 'length')).toMatch(
        new RegExp(`^${run.global_step} updates over ${run.epoch} epochs`),
      );
      expect(cardSays(card, 'optimizer')).toBe('adamw, learning rate 0.01');
      expect(cardSays(card, 'conditions')).toBe('conditions as inference builds them');
      for (const secret of [project.path, '/tmp', ...songs]) expect(card).not.toContain(secret);
    }
  }
});

/** What training left, by its own file; and the songs. */
function cardFacts() {
  const {global_step, epoch, samples} = project.json('adapters/lora/sidestep.json');
  const songs = project.filesBelow('.sidestep/cache/trees').filter((name) => name.endsWith('.wav'));
  expect(songs.length).toBeGreaterThan(0);
  return {global_step, epoch, samples, songs: songs.map((name) => name.split('/').at(-1)!)};
}

test('a card has what the user wrote and asked for, or is left out', () => {
  const card = project.text('out/best/peft/README.md');
  expect(card).toMatch(/^---\nlicense: "mit"\nbase_model: "me\/tiny"\n/);
  expect(card).toContain('# song\n\nMine alone.\n\nPut `tinystyle`');
  expect(cardSays(card, 'state')).toMatch(/^best/);
  for (const song of cardFacts().songs) expect(card).toContain(`\`${song}\``);
  expect(project.filesBelow('out/raw/peft')).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
});

test('raw weights are not the averaged ones', () => {
  const weights = (name: string) => project.contents('out', name, 'peft')['adapter_model.safetensors'];
  expect(weights('raw')).toBeDefined();
  expect(weights('raw')).not.toBe(weights('lora_all'));
  expect(weights('best')).toBeDefined();
});

test.each([{name: 'missing', code: 'export/checkpoint-missing', says: /step_7/}])(
  '$name: fails and says why',
  ({name, code, says}) => {
    const result = resultOf(ended, name);
    if (result?.kind !== 'failed') return expect.fail(`ended as ${result?.kind}`);
    expect(result.problem.code).toBe(code);
    expect(result.problem.message).toMatch(says);
  },
);

test.each(Object.keys(supported))(
  '%s, merged: the same tensors, changed where adapted and nowhere else',
  async (adapter) => {
    const folder = project.file('.sidestep/cache/trees');
    const bases = project
      .filesBelow('.sidestep/cache/trees')
      .filter((name) => name.endsWith('turbo/model.safetensors'));
    await using base = await openSafetensors(`${folder}/${bases[0]}`);
    await using merged = await openSafetensors(
      project.file('out', `${adapter}_all`, 'merged/model.safetensors'),
    );
    expect([...merged.tensors.keys()].sort()).toEqual([...base.tensors.keys()].sort());
    const {modules} = await readAdapter(project.file('adapters', adapter));
    const adapted = new Set(modules.map(({name}) => `decoder.${name}.weight`));
    for (const [name, {dtype, shape}] of base.tensors) {
      expect(merged.tensors.get(name), name).toMatchObject({dtype, shape});
      const [before, after] = [await base.read(name), await merged.read(name)];
      const change = Buffer.compare(before.data, after.data) === 0 ? 'same' : 'changed';
      const mayChange = adapter === 'biased' && name.endsWith('.bias');
      if (!mayChange) expect(change, name).toBe(adapted.has(name) ? 'changed' : 'same');
    }
  },
);

/** The one judge that needs no reader of ours: the engine's merge, in f32, against ComfyUI's arithmetic on the base's weights. */
test.each(Object.keys(supported).filter((adapter) => supported[adapter]!.includes('comfyui')))(
  '%s: ComfyUI makes of every weight what training made of it',
  async (adapter) => {
    const folder = project.file('.sidestep/cache/trees');
    const bases = project
      .filesBelow('.sidestep/cache/trees')
      .filter((name) => name.endsWith('turbo/model.safetensors'));
    await using base = await openSafetensors(`${folder}/${bases[0]}`);
    await using merged = await openSafetensors(
      project.file('out', `${adapter}_all/merged/model.safetensors`),
    );
    await using comfyui = await openSafetensors(
      project.file('out', `${adapter}_all/comfyui/song.safetensors`),
    );
    let adapted = 0;
    for (const [name, {shape}] of base.tensors) {
      if (!name.startsWith('decoder.') || !name.endsWith('.weight') || shape.length < 2) continue;
      const [before, after] = [await base.read(name), await merged.read(name)];
      if (Buffer.compare(before.data, after.data) === 0) continue;
      adapted += 1;
      const weight = Float64Array.from(toFloat32(before));
      const module = name.slice('decoder.'.length, -'.weight'.length);
      const found = await comfyuiWeight(comfyui, module, weight, [shape[0]!, weight.length / shape[0]!]);
      const wanted = toFloat32(after);
      const [wrong, size] = [
        Math.hypot(...found.map((value, i) => value - wanted[i]!)),
        Math.hypot(...wanted),
      ];
      expect(wrong / size, name).toBeLessThan(2e-3); // merged files are bf16 as the base is: one rounding costs 1.7e-3
    }
    expect(adapted).toBeGreaterThan(1);
  },
);

test('merged: base plus scale · up · down', async () => {
  const {modules} = await readAdapter(project.file('adapters/lora'));
  const folder = project.file('.sidestep/cache/trees');
  const bases = project
    .filesBelow('.sidestep/cache/trees')
    .filter((name) => name.endsWith('turbo/model.safetensors'));
  await using base = await openSafetensors(`${folder}/${bases[0]}`);
  await using merged = await openSafetensors(project.file('out/lora_all/merged/model.safetensors'));
  for (const {name, weights, scale} of modules) {
    if (weights.kind !== 'lora') return expect.fail(name);
    const before = toFloat32(await base.read(`decoder.${name}.weight`));
    const after = toFloat32(await merged.read(`decoder.${name}.weight`));
    const {up, down} = weights;
    let [wrong, size] = [0, 0];
    before.forEach((value, i) => {
      const [row, col] = [Math.floor(i / down.cols), i % down.cols];
      let change = 0;
      for (let r = 0; r < up.cols; r++)
        change += up.data[row * up.cols + r]! * down.data[r * down.cols + col]!;
      wrong += (after[i]! - value - scale * change) ** 2;
      size += after[i]! ** 2;
    });
    expect(Math.sqrt(wrong / size), name).toBeLessThan(2e-3); // one rounding to bf16 costs 1.7e-3
  }
});

test.each(still.flatMap(({name}) => [`${name}_own`, `${name}_merged`]))(
  '%s: that the adapter changes nothing is said, once',
  (stage) => {
    expect(resultOf(ended, stage)?.kind, problemsOf(ended)).toBe('succeeded');
    const said = ended.events.filter((event) => event.kind === 'stage_warning' && event.stage === stage);
    expect(said).toMatchObject([
      {problem: {code: 'export/changes-nothing', message: expect.stringMatching(/changes nothing/)}},
    ]);
  },
);

test('an adapter that changes something is not said to change nothing', () => {
  const said = ended.events.flatMap((event) => (event.kind === 'stage_warning' ? [event] : []));
  const stages = said
    .filter(({problem}) => problem.code === 'export/changes-nothing')
    .map(({stage}) => stage);
  expect(stages.filter((stage) => !stage.startsWith('still_'))).toEqual([]);
});

test('merged: a folder that a scan stage takes for a model', () => {
  expect(project.filesBelow('out/lora_all/merged')).toEqual(
    expect.arrayContaining(['config.json', 'model.safetensors']),
  );
});
