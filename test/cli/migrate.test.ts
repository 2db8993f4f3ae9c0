import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {migrateArguments, migratePreset} from '../../src/cli/migrate-arguments.js';
import {type MigratedFile, migratedPipeline, migratedPreset} from '../../src/cli/migrated-text.js';
import {type FlagTable, loadFlagTable} from '../../src/cli/upstream-flags.js';
import {parsePreset} from '../../src/config/preset.js';
import {resolvePipeline} from '../../src/config/resolve.js';
import {noSettings} from '../../src/config/settings.js';
import {documentOf, Folder} from './sidestep.js';

const table: FlagTable = await loadFlagTable();
const file: MigratedFile = {
  folder: '/project/pipelines',
  cwd: '/project',
  name: 'migrated',
  source: 'train.py',
};

/** The stages of the pipeline that a line becomes; fails on a line with problems or a file that does not validate. */
function stagesOf(line: string): Record<string, {uses: string; with: Record<string, unknown>}> {
  const migrated = migrateArguments(line.split(' '), table);
  expect(migrated.problems).toEqual([]);
  const text = migratedPipeline(migrated, file);
  const resolved = resolvePipeline({
    file: '/project/pipelines/pipeline.yaml',
    text,
    settings: noSettings(),
    presets: [],
    overrides: [],
    env: {},
  });
  expect(resolved.ok ? [] : resolved.problems).toEqual([]);
  return parse(text).stages;
}

const full =
  'python train.py --plain --yes fixed --checkpoint-dir ./checkpoints --model-variant base --audio-dir ./my_audio --dataset-json ./set.json --max-duration 180';

test.each([
  [
    'numbers and nested keys',
    `${full} --rank 64 --lr 3e-4`,
    {adapter: {type: 'lora', rank: 64}, optimizer: {learning_rate: 3e-4}},
  ],
  [
    'flags that take no value',
    `${full} --no-gradient-checkpointing`,
    {gradient_checkpointing: {enabled: false}},
  ],
  [
    'lists of words',
    `${full} --target-modules q_proj v_proj --seed 7`,
    {adapter: {target_modules: ['q_proj', 'v_proj']}},
  ],
  [
    'words with another name',
    `${full} --precision fp16 --timestep-mode discrete`,
    {timestep: {law: 'discrete'}},
  ],
  ['an equals sign', `${full} --epochs=12`, {epochs: 12}],
  ['the last of two', `${full} --epochs 5 --epochs 6`, {epochs: 6}],
  [
    'LoKr’s own flags',
    `${full} --adapter-type lokr --lokr-linear-dim 32 --lokr-factor 8 --rank 64`,
    {adapter: {type: 'lokr', rank: 32, factor: 8}},
  ],
  [
    'vanilla',
    'train.py vanilla --checkpoint-dir c --dataset-dir ./tensors',
    {mode: 'vanilla', tensors: '../tensors'},
  ],
  ['no limit written as 0', `${full} --max-steps 0`, {}],
])('%s', (_name, line, expected) => {
  expect(stagesOf(line).train!.with).toMatchObject(expected);
});

test('paths start from the folder of the file, and what is preprocessed already needs no songs', () => {
  const stages = stagesOf(full);
  expect(stages.songs!.with).toMatchObject({audio_dir: '../my_audio', dataset_json: '../set.json'});
  expect(stages.latents!.with).toMatchObject({max_duration: 180});
  expect(Object.keys(stagesOf('train.py fixed --dataset-dir ./tensors'))).toEqual([
    'model',
    'train',
    'export',
  ]);
});

test('selective trains what an estimate selects', () => {
  const stages = stagesOf(`${full.replace('fixed', 'selective')} --rank 8`);
  expect(stages.sensitivity).toMatchObject({uses: 'estimate'});
  const selection = {estimate: '$' + '{stages.sensitivity}'};
  expect(stages.train!.with).toMatchObject({adapter: {rank: 8, selection}});
});

test('every mistake is named at once, with near misses', () => {
  const {problems} = migrateArguments(
    'train.py fixed stray --rnak 64 --adapter-type --precision fp61'.split(' '),
    table,
  );
  expect(problems.map(({code}) => code).sort()).toEqual([
    'migrate/missing-value',
    'migrate/stray-word',
    'migrate/unknown-flag',
    'migrate/unknown-value',
  ]);
  expect(problems.find(({code}) => code === 'migrate/unknown-flag')?.hint).toBe('Did you mean --rank?');
  expect(problems.find(({code}) => code === 'migrate/unknown-value')?.hint).toContain('fp16');
});

test('what is left out says why', () => {
  const {notes} = migrateArguments('train.py fixed --num-workers 4 --offload-encoder'.split(' '), table);
  expect(notes).toHaveLength(2);
  expect(notes[0]).toMatch(/^--num-workers: There are no loader processes/);
});

const preset = {
  name: 'mine',
  description: 'Blues at night',
  rank: 16,
  alpha: 32,
  target_modules_str: 'q_proj v_proj',
  learning_rate: 1e-4,
  seed: 7,
  optimizer_type: 'adamw8bit',
  gradient_checkpointing: true,
  offload_encoder: true,
};

test('an upstream preset becomes a preset that validates', () => {
  const migrated = migratePreset(preset, table);
  expect(migrated.problems).toEqual([]);
  const text = migratedPreset(migrated, {...file, description: preset.description});
  const parsed = parsePreset({name: 'mine', path: 'mine.yaml', from: 'user', text});
  expect(parsed.problems).toEqual([]);
  expect(parse(text).with).toMatchObject({
    adapter: {type: 'lora', rank: 16, alpha: 32, target_modules: ['q_proj', 'v_proj']},
    seed: 7,
    optimizer: {type: 'adamw8bit', learning_rate: 1e-4},
  });
});

test('the command writes a file that validates, and replaces none unasked', async () => {
  const folder = new Folder({'mine.json': JSON.stringify(preset)});
  const {code, stdout} = await folder.run(['migrate', '--json', '--', ...full.split(' '), '--rank', '32']);
  expect(code).toBe(0);
  expect(documentOf(stdout, 'migrate')).toMatchObject({next: 'sidestep plan pipeline.yaml'});
  expect(folder.read('pipeline.yaml')).toContain('rank: 32 # --rank 32');
  expect(await folder.run(['validate'])).toMatchObject({code: 0, stderr: ''});
  expect((await folder.run(['migrate', 'mine.json'])).stderr).toContain('[migrate/exists]');
  expect(await folder.run(['migrate', 'mine.json', '--force'])).toMatchObject({code: 0});
  expect(await folder.run(['validate'])).toMatchObject({code: 0});
  expect(await folder.run(['migrate', 'mine.json', '--preset'])).toMatchObject({code: 0});
  expect(await folder.run(['presets', 'import', 'mine.yaml'])).toMatchObject({code: 0});
});

test('presets import takes upstream’s JSON as it is, and names what it does not know', async () => {
  const folder = new Folder({'mine.json': JSON.stringify(preset), 'odd.json': '{"rnak": 3}', 'no.json': '['});
  expect(await folder.run(['presets', 'import', 'mine.json'])).toMatchObject({code: 0, stderr: ''});
  const {stdout} = await folder.run(['presets', 'show', 'mine', '--json']);
  expect(documentOf(stdout, 'preset')).toMatchObject({
    description: 'Blues at night',
    with: {adapter: {rank: 16}, seed: 7},
  });
  expect((await folder.run(['presets', 'import', 'odd.json'])).stderr).toContain('[migrate/unknown-flag]');
  expect((await folder.run(['presets', 'import', 'no.json'])).stderr).toContain('[json/invalid]');
});

test('subcommands that make no pipeline say what to use', async () => {
  const {code, stderr} = await new Folder().run(['migrate', '--', 'train.py', 'history']);
  expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining('sidestep runs')});
});

test('docs/upstream-flags.md is up to date with its data', () => {
  const script = fileURLToPath(new URL('../../scripts/generate-flag-table.mjs', import.meta.url));
  const {status, stderr} = spawnSync(process.execPath, [script, '--check'], {encoding: 'utf8'});
  expect({status, stderr}).toEqual({status: 0, stderr: ''});
});

test('conditions are those of the programs that are migrated from', () => {
  expect(stagesOf(full).latents!.with.conditioning).toBe('upstream');
});

test('samples that upstream only declared are made here', () => {
  const {train} = stagesOf(`${full} --sample-every-n-epochs 5`);
  expect(train!.with.samples).toEqual({every_epochs: 5});
  expect(stagesOf(`${full} --sample-every-n-epochs 0`).train!.with.samples).toBeUndefined();
});
