import {copyFileSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {readAdapter} from '../../src/adapter/read.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {toFloat32} from '../../src/format/tensor.js';
import {readTorchTensors} from '../../src/format/torch-file.js';
import {
  type Ended,
  eventsOf,
  Project,
  problemsOf,
  resultOf,
  root,
  type Stage,
  type Stages,
  tensorsOf,
  training,
} from './project.js';

/** Training on what ACE-Step's own tools preprocessed, and on what an estimate selects. 75 and 37 latent frames. */
const project = new Project();
const golden = `${root}test/golden`;
let ended: Ended;

const model = '${stages.model}';
const onUpstream = (name: string, options: Readonly<Record<string, unknown>>): Stage =>
  training(name, {tensors: 'upstream', ...options});

const lora = {type: 'lora', rank: 4, alpha: 8};
/** Only Linux has file names that are not Unicode. */
const isLinux = process.platform === 'linux';
const stages: Stages = {
  model: {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}},
  sensitivity: {uses: 'estimate', with: {model, tensors: 'upstream', batches: 2, top_k: 5}},
  layers: {uses: 'estimate', with: {model, tensors: 'upstream', batches: 2, top_k: 1, granularity: 'layer'}},
  fisher: {
    uses: 'estimate',
    with: {
      model,
      tensors: 'upstream',
      method: 'fisher',
      target_mlp: true,
      batches: 2,
      fisher: {runs: 2, base_rank: 8, min_rank: 2, max_rank: 12, rank_multiple: 2},
    },
  },
  plain: onUpstream('plain', {}),
  plain_manifest: onUpstream('plain_manifest', {tensors: 'listed'}),
  padded: onUpstream('padded', {batch_size: 2}),
  padded_upstream: onUpstream('padded_upstream', {batch_size: 2, padding: 'upstream'}),
  cropped: onUpstream('cropped', {batch_size: 2, crop: {max_latent_length: 30}}),
  selected: onUpstream('selected', {adapter: {...lora, selection: {estimate: '${stages.sensitivity}'}}}),
  one_layer: onUpstream('one_layer', {adapter: {...lora, selection: {estimate: '${stages.layers}'}}}),
  ranked: onUpstream('ranked', {adapter: {...lora, selection: {estimate: '${stages.fisher}', use: 'ranks'}}}),
  held_out: onUpstream('held_out', {validation: {tensors: 'listed'}}),
  holes: onUpstream('holes', {tensors: 'holes'}),
  ...(isLinux ? {old_names: onUpstream('old_names', {tensors: 'old names'})} : {}),
  no_ranks: onUpstream('no_ranks', {
    adapter: {...lora, selection: {estimate: '${stages.sensitivity}', use: 'ranks'}},
  }),
  empty: onUpstream('empty', {tensors: 'empty'}),
  hostile: onUpstream('hostile', {tensors: 'hostile'}),
};

beforeAll(async () => {
  for (const folder of ['upstream', 'listed', 'holes', 'empty', 'hostile']) mkdirSync(project.file(folder));
  for (const folder of ['upstream', 'listed'])
    for (const name of ['a_stereo48k.pt', 'b_mono44k.pt'])
      copyFileSync(`${golden}/e2e/${name}`, project.file(folder, name));
  await writeHoles(project.file('holes/song.safetensors'));
  if (isLinux) await writeOldNames(project.file('old names'));
  const samples = [{path: '/elsewhere/b_mono44k.pt'}, {path: 'C:\\songs\\a_stereo48k.pt'}];
  writeFileSync(project.file('listed/manifest.json'), JSON.stringify({samples}));
  writeFileSync(project.file('hostile/evil.pt'), "cos\nsystem\n(S'touch ran'\ntR.");
  project.writePipeline(stages);
  ended = await project.run(['--keep-going']);
  if (ended.code === 2) throw new Error(`the pipeline is refused:\n${ended.stdout}${ended.stderr}`);
});
afterAll(() => project.remove());

/** The same songs under names that Latin-1 wrote, one of them as long as names can be. */
async function writeOldNames(folder: string): Promise<void> {
  const named = (name: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')]);
  mkdirSync(folder);
  copyFileSync(`${golden}/e2e/b_mono44k.pt`, named(`b${'\xe9'.repeat(251)}.pt`));
  const tensors = [...(await readTorchTensors(`${golden}/e2e/a_stereo48k.pt`))];
  const plain = project.file('a.safetensors');
  await writeSafetensors(plain, {tensors: tensors.map(([name, tensor]) => ({name, ...tensor}))});
  renameSync(plain, named('a\xe9.safetensors'));
}

/** A song whose latents have two values that are no numbers, as a crash of an encoder leaves them. */
async function writeHoles(path: string): Promise<void> {
  const tensors = await readTorchTensors(`${golden}/e2e/a_stereo48k.pt`);
  const latents = tensors.get('target_latents')!;
  const values = toFloat32(latents);
  values.set([Number.NaN, Number.POSITIVE_INFINITY], 7);
  tensors.set('target_latents', floatTensor(values, latents.shape, 'F32'));
  await writeSafetensors(path, {tensors: [...tensors].map(([name, tensor]) => ({name, ...tensor}))});
}

const failing = ['no_ranks', 'empty', 'hostile'];

test.each(Object.keys(stages).filter((name) => !failing.includes(name)))('%s ends well', (name) => {
  expect(resultOf(ended, name)?.kind, problemsOf(ended)).toBe('succeeded');
});

function tensors(name: string): Promise<Record<string, string>> {
  return tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
}

test.runIf(isLinux)('songs with names that are not UTF-8 train to the same weights', async () => {
  expect(await tensors('old_names')).toEqual(await tensors('plain'));
});

test('a manifest names the same samples wherever they were', async () => {
  expect(await tensors('plain_manifest')).toEqual(await tensors('plain'));
});

test('a batch of unequal lengths: masked padding differs from upstream, where padded frames count', async () => {
  const steps = (name: string) => eventsOf(ended, 'step_finished').filter(({stage}) => stage === name);
  expect(steps('padded')).toHaveLength(2);
  expect(steps('padded')[0]!.loss).not.toBe(steps('padded_upstream')[0]!.loss);
  expect(await tensors('padded')).not.toEqual(await tensors('padded_upstream'));
});

test('values that are no numbers are told, and count as 0 as upstream takes them', () => {
  const told = eventsOf(ended, 'stage_warning').filter(({stage}) => stage === 'holes');
  expect(told.map(({problem}) => [problem.code, problem.message.split(': ')[1]])).toEqual([
    ['train/sample-nonfinite', '2 values of target_latents are no finite numbers and count as 0'],
  ]);
  const losses = eventsOf(ended, 'step_finished').filter(({stage}) => stage === 'holes');
  expect(losses.every(({loss}) => Number.isFinite(loss))).toBe(true);
});

test('validation on a folder of its own', () => {
  const losses = eventsOf(ended, 'validation_finished').filter(({stage}) => stage === 'held_out');
  expect(losses.map(({global_step}) => global_step)).toEqual([0, 2, 4]);
});

test('an estimate selects the modules that are trained', async () => {
  const {modules} = await readAdapter(project.file('adapters/selected'));
  expect(modules).toHaveLength(5);
  const layer = await readAdapter(project.file('adapters/one_layer'));
  expect(new Set(layer.modules.map(({name}) => name.split('.')[1])).size).toBe(1);
  expect(layer.modules.length).toBe(8);
});

test('the ranks of a Fisher estimate are those of the factors, within its bounds', async () => {
  const {modules} = await readAdapter(project.file('adapters/ranked'));
  const ranks = modules.map(({rank}) => rank);
  expect(Math.min(...ranks)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...ranks)).toBeLessThanOrEqual(12);
  expect(new Set(ranks).size, `all ${ranks[0]}`).toBeGreaterThan(1);
  const config = project.json('adapters/ranked/adapter_config.json');
  for (const {name, rank} of modules) {
    const pattern = config.rank_pattern as Record<string, number>;
    expect(pattern[name] ?? config.r, name).toBe(rank);
  }
});

test.each([
  {name: 'no_ranks', code: 'train/estimate-invalid', says: /fisher/},
  {name: 'empty', code: 'run/nothing-to-read', says: /tensors/},
  {name: 'hostile', code: 'torch', says: /./},
])('$name: fails and says why', ({name, code, says}) => {
  const result = resultOf(ended, name);
  if (result?.kind !== 'failed') return expect.fail(`ended as ${result?.kind}`);
  expect(result.problem.code).toContain(code);
  expect(`${result.problem.message} ${result.problem.hint}`).toMatch(says);
  expect(project.filesBelow().filter((file) => file.endsWith('ran'))).toEqual([]);
});
