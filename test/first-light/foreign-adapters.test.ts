import {cpSync, mkdirSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {readAdapter} from '../../src/adapter/read.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {toFloat32} from '../../src/format/tensor.js';
import {loraLayouts, renamed, type Tensors, tensorsOf, withAlphas} from '../adapter/foreign-layouts.js';
import {mixedForms} from '../adapter/mixed-forms.js';
import {
  type Ended,
  eventsOf,
  Project,
  preparation,
  problemsOf,
  resultOf,
  type Stages,
  training,
} from './project.js';

/** Of every family of names one; all of them are read in test/adapter. */
const LORA = ['ai-toolkit', 'kohya', 'torch.compile', 'diffusers', 'bare paths'];

/** LyCORIS flattens a module's path; others keep its dots. */
const dotted = (prefix: string) => (name: string) =>
  name.replace(/^lycoris_layers_(\d+)_((?:self|cross)_attn|mlp)_/, `${prefix}layers.$1.$2.`);
const lokrLayouts = [
  {name: 'LoKr of ai-toolkit', rename: dotted('diffusion_model.decoder.')},
  {name: 'LoKr of kohya', rename: (name: string) => name.replace('lycoris_', 'lora_unet_')},
];

/** Files in which every module has a form of its own. */
const mixed = mixedForms();

interface Foreign {
  readonly name: string;
  readonly file: string;
  /** The training that it was made of. */
  readonly of: 'lora' | 'lokr';
}

const project = new Project();
const foreign: Foreign[] = [];
let ended: Ended;

const stages: Stages = {
  ...preparation({clips: 2, clip_duration: 1}),
  lora: training('lora', {epochs: 1, optimizer: {type: 'adamw', learning_rate: 0.01}}),
  lokr: training('lokr', {
    adapter: {type: 'lokr', rank: 4, alpha: 8, factor: 4},
    epochs: 1,
    optimizer: {type: 'adamw', learning_rate: 0.01},
  }),
};

async function write(of: Foreign['of'], name: string, tensors: Tensors): Promise<void> {
  const file = `foreign/${foreign.length}/adapter.safetensors`;
  mkdirSync(project.file(`foreign/${foreign.length}`), {recursive: true});
  await writeSafetensors(project.file(file), {
    tensors: [...tensors].map(([key, tensor]) => ({name: key, ...tensor})),
  });
  foreign.push({name, file, of});
}

function exporting(adapter: string, name: string, formats: readonly string[] = ['merged']): Stages {
  const params = {
    adapter,
    model: '${stages.model}',
    name: 'x',
    formats,
    output_dir: `out/${name}`,
  };
  return {[name]: {uses: 'export', with: {...params, card: {enabled: false}}}};
}

function playing(adapter: string, name: string): Stages {
  const clips = [{caption: 'a calm song', duration: 1}];
  const params = {adapter, model: '${stages.model}', prompts: clips, steps: 2, output_dir: `out/${name}`};
  return {[name]: {uses: 'generate', with: params}};
}

beforeAll(async () => {
  await project.complete(stages);
  const {modules} = await readAdapter(project.file('adapters/lora'));
  const lora = withAlphas(
    await tensorsOf(project.file('adapters/lora/adapter_model.safetensors')),
    modules[0]!.alpha,
  );
  for (const name of LORA)
    await write('lora', name, renamed(lora, loraLayouts.find((layout) => layout.name === name)!.rename));
  const lokr = await tensorsOf(project.file('adapters/lokr/lokr_weights.safetensors'));
  for (const {name, rename} of lokrLayouts) await write('lokr', name, renamed(lokr, rename));
  for (const {name, tensors} of mixed) {
    mkdirSync(project.file('mixed', name), {recursive: true});
    await writeSafetensors(project.file('mixed', name, 'song.safetensors'), {tensors});
  }
  const still = (which: RegExp) =>
    new Map(
      [...lora].map(([name, tensor]) =>
        which.test(name) ? [name, {...tensor, data: new Uint8Array(tensor.data.length)}] : [name, tensor],
      ),
    );
  for (const [name, which] of Object.entries({all: /lora_B/, one: /layers\.0\.self_attn\.q_proj\.lora_B/})) {
    mkdirSync(project.file('still', name), {recursive: true});
    const tensors = [...renamed(still(which), loraLayouts[0]!.rename)].map(([key, tensor]) => ({
      name: key,
      ...tensor,
    }));
    await writeSafetensors(project.file('still', name, 'song.safetensors'), {tensors});
  }
  const played = foreign.filter(({name}) => /^kohya|LoKr of ai/.test(name));
  for (const file of ['adapter_model.safetensors', 'adapter_config.json'])
    cpSync(project.file('adapters/lora', file), project.file('peft', file)); // without the training's state
  project.writePipeline({
    ...stages,
    ...Object.assign({}, ...foreign.map(({file}, index) => exporting(file, `merged_${index}`))),
    ...Object.assign(
      {},
      ...played.map(({file}) => playing(file, `clip_${foreign.findIndex((each) => each.file === file)}`)),
    ),
    ...Object.assign(
      {},
      ...mixed.map(({name}) => exporting(`mixed/${name}/song.safetensors`, `mixed_${name}`)),
      ...mixed.map(({name}) => playing(`mixed/${name}/song.safetensors`, `clip_mixed_${name}`)),
    ),
    still_all: exporting('still/all/song.safetensors', 'still_all', ['peft', 'diffusers']).still_all!,
    still_one: exporting('still/one/song.safetensors', 'still_one').still_one!,
    ...exporting('${stages.lora}', 'merged_lora'),
    ...exporting('${stages.lokr}', 'merged_lokr'),
    ...playing('${stages.lora}', 'clip_lora'),
    ...playing('${stages.lokr}', 'clip_lokr'),
    from_kohya: training('from_kohya', {resume_from: `foreign/${LORA.indexOf('kohya')}`}),
    from_peft: training('from_peft', {resume_from: 'peft'}),
  });
  ended = await project.run(['--keep-going', '--jobs', '2']);
});
afterAll(() => project.remove());

const all = [...LORA, ...lokrLayouts.map(({name}) => name)].map((name, index) => ({name, index}));

test.each(all)('$name: export merges the very weights that were trained', ({index}) => {
  const {of} = foreign[index]!;
  expect(resultOf(ended, `merged_${index}`)?.kind, problemsOf(ended)).toBe('succeeded');
  const weights = (name: string) =>
    Object.entries(project.contents('out', name)).filter(([path]) => path.endsWith('.safetensors'));
  expect(weights(`merged_${index}`).length).toBeGreaterThan(0);
  expect(weights(`merged_${index}`)).toEqual(weights(`merged_${of}`));
});

test.each(mixed)('$name: each module is merged by its own split, rank and alpha', async ({name, changes}) => {
  expect(resultOf(ended, `mixed_${name}`)?.kind, problemsOf(ended)).toBe('succeeded');
  expect(resultOf(ended, `clip_mixed_${name}`)?.kind, problemsOf(ended)).toBe('succeeded');
  const base_file = project
    .filesBelow('.sidestep/cache/trees')
    .find((path) => path.endsWith('turbo/model.safetensors'))!;
  await using base = await openSafetensors(project.file('.sidestep/cache/trees', base_file));
  await using merged = await openSafetensors(
    project.file('out', `mixed_${name}`, 'merged/model.safetensors'),
  );
  for (const [module, change] of changes) {
    const before = toFloat32(await base.read(`decoder.${module}.weight`));
    const after = toFloat32(await merged.read(`decoder.${module}.weight`));
    const wrong = change.map((value, i) => after[i]! - before[i]! - value);
    expect(Math.hypot(...wrong) / Math.hypot(...after), module).toBeLessThan(2e-3); // one rounding to bf16 costs 1.7e-3
    expect(Math.hypot(...change) / Math.hypot(...after), module).toBeGreaterThan(0.5);
  }
});

test.each([
  {stage: 'still_all', says: 'The adapter changes nothing: every weight change in it is zero'},
  {
    stage: 'still_one',
    says: '1 of 16 modules change nothing: their weight change is zero, as in layers.0.self_attn.q_proj',
  },
  {stage: 'merged_lora', says: undefined},
])('$stage: what changes nothing is reported once, in any format', ({stage, says}) => {
  const told = eventsOf(ended, 'stage_warning').filter((event) => event.stage === stage);
  expect(told.map(({problem}) => problem.message)).toEqual(says === undefined ? [] : [says]);
});

function inspected(path: string): {readonly adapter_type: string; readonly modules: readonly object[]} {
  const {code, stdout, stderr} = project.command(['inspect', path, '--json']);
  expect(code, stderr).toBe(0);
  const {adapter_type, modules} = JSON.parse(stdout) as {adapter_type: string; modules: object[]};
  return {adapter_type, modules};
}

test('inspect says of every module what it says of the trained', () => {
  const trained = {lora: inspected('adapters/lora'), lokr: inspected('adapters/lokr')};
  for (const {name, file, of} of foreign) expect(inspected(file), name).toEqual(trained[of]);
});

test('generate plays the adapter of another program as it plays its own', () => {
  const clip = (name: string) =>
    Object.values(
      Object.fromEntries(
        Object.entries(project.contents('out', name)).filter(([path]) => path.endsWith('.wav')),
      ),
    );
  const played = foreign
    .map((each, index) => ({...each, index}))
    .filter(({index}) => resultOf(ended, `clip_${index}`));
  expect(played).toHaveLength(2);
  for (const {name, index, of} of played) {
    expect(clip(`clip_${index}`), `${name}\n${problemsOf(ended)}`).toHaveLength(1);
    expect(clip(`clip_${index}`), name).toEqual(clip(`clip_${of}`));
  }
});

test('a training begins with the adapter of another program as with its own', async () => {
  for (const name of ['from_peft', 'from_kohya'])
    expect(resultOf(ended, name)?.kind, problemsOf(ended)).toBe('succeeded');
  const weights = (name: string) => tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
  expect([...(await weights('from_kohya'))]).toEqual([...(await weights('from_peft'))]);
});
