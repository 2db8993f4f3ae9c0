import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {resolvePipeline} from '../../src/config/resolve.js';
import {parsePreset} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import {type LineFacts, migrateArguments, migratePreset} from '../../src/migrate/arguments.js';
import {type MigratedFile, migratedPipeline, migratedPreset} from '../../src/migrate/migrated-text.js';
import {type FlagTable, loadFlagTable} from '../../src/migrate/upstream-flags.js';
import {printedLines} from './side-step-lines.js';
import {documentOf, Folder} from './sidestep.js';

const table: FlagTable = await loadFlagTable();
const file: MigratedFile = {
  folder: '/project/pipelines',
  cwd: '/project',
  name: 'migrated',
  source: 'train.py',
};

/** The stages of the pipeline that a line becomes; fails on a line with problems or a file that does not validate. */
function stagesOf(
  line: string,
  facts: LineFacts = {},
): Record<string, {uses: string; with: Record<string, unknown>}> {
  const migrated = migrateArguments(line.split(' '), table, facts);
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

test('a module configuration of upstream’s is taken as it is, and nothing is measured', () => {
  const stages = stagesOf(`${full.replace('fixed', 'selective')} --module-config ./est.json`);
  expect(Object.keys(stages)).not.toContain('sensitivity');
  expect(stages.train!.with).toMatchObject({adapter: {type: 'lora', selection: {estimate: '../est.json'}}});
});

describe('fisher_map.json beside the tensors', () => {
  const hasFile = (path: string) => path === './t/fisher_map.json';
  const ranked = {selection: {estimate: '../t/fisher_map.json', use: 'ranks'}};

  test.each(['sidestep train -d ./t', 'train.py fixed --dataset-dir ./t', 'sidestep train -d ./t -a dora'])(
    'gives the ranks, as Side-Step takes them: %s',
    (line) => {
      expect(stagesOf(line, {hasFile}).train!.with.adapter).toMatchObject(ranked);
    },
  );

  test.each([
    ['where the line says so', 'sidestep train -d ./t --ignore-fisher-map'],
    ['for an adapter without ranks of modules', 'sidestep train -d ./t -a lokr'],
    ['of another folder', 'sidestep train -d ./u'],
  ])('is left alone %s', (_name, line) => {
    expect(stagesOf(line, {hasFile}).train!.with.adapter ?? {}).not.toHaveProperty('selection');
  });
});

test('a run’s own JSON file is a run: what is beside a checkpoint gives its adapter', async () => {
  const training = {
    ...{learning_rate: 5e-5, batch_size: 2, gradient_accumulation_steps: 8, max_epochs: 40},
    ...{save_every_n_epochs: 20, is_turbo: true, adapter_type: 'lokr', model_variant: 'turbo'},
    ...{checkpoint_dir: './c', dataset_dir: './t', output_dir: './o', resume_from: null, pin_memory: true},
  };
  const adapter = {
    linear_dim: 16,
    linear_alpha: 32,
    factor: 8,
    decompose_both: false,
    attention_type: 'self',
  };
  const folder = new Folder({
    'ckpt/training_config.json': JSON.stringify(training),
    'ckpt/sidestep_adapter_config.json': JSON.stringify(adapter),
    'est.json': JSON.stringify([{module: 'decoder.layers.0.self_attn.q_proj', sensitivity: 1}]),
  });
  expect(await folder.run(['migrate', 'ckpt/training_config.json'])).toMatchObject({code: 0, stderr: ''});
  const {train, model} = parse(folder.read('pipeline.yaml')).stages;
  expect(model.with).toMatchObject({checkpoint_dir: './c', model: 'turbo'});
  expect(train.with).toMatchObject({
    adapter: {type: 'lokr', rank: 16, alpha: 32, factor: 8, attention_type: 'self'},
    optimizer: {learning_rate: 5e-5},
    ...{batch_size: 2, gradient_accumulation_steps: 8, epochs: 40, tensors: './t', output_dir: './o'},
    checkpoint: {every_epochs: 20},
  });
  const selection = await folder.run(['migrate', 'est.json']);
  expect(selection.stderr).toMatch(/est\.json selects 1 modules.*\[migrate\/no-pipeline\]/);
  expect(selection.stderr).toContain('selection: {estimate: est.json}');
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

describe('every command line in the documentation of Side-Step 1.1', () => {
  const wordsOf = (line: string): string[] => line.split(' ').map((word) => word.replaceAll('"', ''));

  test.each(printedLines.filter(({becomes}) => Array.isArray(becomes)))(
    '$line ($page)',
    ({line, becomes}) => {
      expect(Object.keys(stagesOf(line))).toEqual(becomes);
    },
  );

  test.each(
    printedLines.flatMap(({page, line, becomes}) => ('refused' in becomes ? [{page, line, ...becomes}] : [])),
  )('$line ($page) is refused by name', ({line, refused, hint}) => {
    const {subcommand} = migrateArguments(wordsOf(line), table);
    expect(subcommand).toBe(refused);
    const {reason, instead, command} = table.subcommands![subcommand]!;
    expect(reason ?? command).toBeDefined();
    expect(instead ?? command).toMatch(hint);
  });

  test('the command refuses one by name, with what to do here', async () => {
    const {code, stderr} = await new Folder().run(['migrate', '--', 'sidestep', 'captions', '-i', './x']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/`captions` makes no pipeline: It is a stage here: .*\[migrate\/no-pipeline\]/);
    expect(stderr).toContain('hint: Put a `caption` stage behind `dataset`');
  });
});

describe('what a line does not say', () => {
  test('is what Side-Step does, each with a comment', () => {
    const line = 'sidestep train --checkpoint-dir ./checkpoints --dataset-dir ./tensors --output-dir out';
    const {model, train} = stagesOf(line);
    expect(model!.with).toMatchObject({model: 'base'});
    expect(train!.with).toMatchObject({
      adapter: {type: 'lora', rank: 64, alpha: 128, dropout: 0.1, attention_type: 'both', target_mlp: true},
      optimizer: {type: 'adamw8bit', learning_rate: 3e-4, weight_decay: 0.01},
      schedule: {type: 'cosine', warmup_steps: 100},
      epochs: 1000,
      batch_size: 1,
      gradient_accumulation_steps: 4,
      cfg_dropout: 0.15,
      checkpoint: {every_epochs: 50, keep_best: 1, best_after_epoch: 200},
    });
    const text = migratedPipeline(migrateArguments(line.split(' '), table), file);
    expect(text).toContain("epochs: 1000 # Side-Step's default");
    expect(text).toContain("model: base # Side-Step's default");
  });

  test('is what the preset says that is named after it', () => {
    const preset = readFileSync(
      new URL('../../presets/side_step_1_recommended.yaml', import.meta.url),
      'utf8',
    );
    expect(stagesOf('sidestep train -d ./t').train!.with).toMatchObject(parse(preset).with);
  });

  test.each([
    ['sidestep train -a lokr -d ./t', {type: 'lokr', rank: 64, alpha: 128, target_mlp: true}],
    ['sidestep train --adapter oft -d ./t', {type: 'oft', block_size: 64, target_mlp: true}],
    ['sidestep train -d ./t -r 16 --no-target-mlp', {type: 'lora', rank: 16, alpha: 128, target_mlp: false}],
  ])('of that adapter: %s', (line, adapter) => {
    expect(stagesOf(line).train!.with.adapter).toMatchObject(adapter);
  });

  test('is what the older trainer does, on a line of its own', () => {
    const {model, train} = stagesOf(
      'python train.py fixed --checkpoint-dir ./c --dataset-dir ./t --epochs 5',
    );
    expect(model!.with).toMatchObject({model: 'turbo'});
    expect(train!.with).toEqual({model: '$' + '{stages.model}', tensors: '../t', mode: 'fixed', epochs: 5});
  });

  test.each([
    ['its short flags', 'train.py fixed -c ./c -d ./t -o ./o'],
    ['its command', './sidestep.sh fixed --dataset-dir ./t'],
    ['its command on Windows', 'sidestep.bat fixed --dataset-dir ./t'],
    ['its subcommand', 'python train.py train --dataset-dir ./t'],
    ['its command behind a variable', 'CUDA_VISIBLE_DEVICES=1 uv run sidestep train -d ./t'],
  ])('goes by %s', (_name, line) => {
    expect(stagesOf(line).train!.with).toMatchObject({epochs: 1000});
  });
});

test('short flags mean what they mean there', () => {
  const line =
    'sidestep -y train -c ./c -M sft -d ./t -o ./o -l 1e-4 -b 2 -g 8 -e 5 -m 70 -s 7 -a dora -n night -R 3 -r 8';
  const {model, train} = stagesOf(line);
  expect(model!.with).toMatchObject({checkpoint_dir: '../c', model: 'sft'});
  expect(train!.with).toMatchObject({
    ...{tensors: '../t', output_dir: '../o', batch_size: 2, gradient_accumulation_steps: 8, epochs: 5},
    ...{
      max_steps: 70,
      dataset_repeats: 3,
      adapter: {type: 'dora', rank: 8},
      optimizer: {learning_rate: 1e-4},
    },
  });
  expect(migratedPipeline(migrateArguments(line.split(' '), table), file)).toMatch(
    /^name: night # -n night$/m,
  );
});

test('subcommands with a stage here keep their own flags', () => {
  const analyzed = stagesOf('sidestep analyze -d ./t -r 32 --timestep-focus 0.2,0.8 --fisher-runs 5')
    .sensitivity!.with;
  expect(analyzed).toMatchObject({
    method: 'fisher',
    timestep_range: [0.2, 0.8],
    fisher: {base_rank: 32, runs: 5},
  });
  const exported = stagesOf('sidestep export ./o/final -o ./comfy/night.safetensors -t generic').export!.with;
  expect(exported).toMatchObject({
    ...{
      adapter: '../o/final',
      output_dir: '../comfy',
      name: 'night',
      formats: ['comfyui'],
      key_style: 'generic',
    },
  });
  const songs = stagesOf('sidestep dataset -i ./music --tag ohwx --genre-ratio 20').songs!.with;
  expect(songs).toMatchObject({audio_dir: '../music', custom_tag: 'ohwx', genre_ratio: 20});
  expect(
    Object.keys(stagesOf('sidestep train --preprocess-only --audio-dir ./m --tensor-output ./t')),
  ).toEqual([...['model', 'songs', 'latents', 'conditions']]);
});

test('devices that are not here are refused', () => {
  const {problems} = migrateArguments('sidestep train -d ./t --device mps'.split(' '), table);
  expect(problems).toMatchObject([
    {code: 'migrate/unknown-value', hint: 'Here are auto, cpu, cuda and cuda:N.'},
  ]);
});

test('a --config file counts, and the line is stronger', async () => {
  const config = {
    lr: '5e-5',
    epochs: '40',
    grad_accum: '2',
    adapter_type: 'dora',
    _from_gui: true,
    nonsense: 1,
  };
  const folder = new Folder({'mine.json': JSON.stringify(config)});
  const line = ['sidestep', 'train', '--config', 'mine.json', '-d', './t', '-e', '9'];
  expect(await folder.run(['migrate', '--', ...line])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('--nonsense of --config'),
  });
  expect(parse(folder.read('pipeline.yaml')).stages.train.with).toMatchObject({
    adapter: {type: 'dora'},
    optimizer: {learning_rate: 5e-5},
    gradient_accumulation_steps: 2,
    epochs: 9,
  });
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
  const {command} = migrateArguments('train.py compare-configs --configs a.json b.json'.split(' '), table);
  expect(command).toBe('sidestep compare a.json b.json');
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
