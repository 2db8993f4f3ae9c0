import {copyFileSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {readAdapter} from '../../src/adapter/read.js';
import {tone} from '../dataset/dataset-rig.js';
import {type Ended, eventsOf, Project, problemsOf, resultOf, root, type Stages} from './project.js';

/**
 * The command lines that Side-Step's first README prints, and the same for each kind of adapter, as they are there (but
 * `--epochs 1`), each through `migrate`. What they become runs as one pipeline, whose stages are named by their line, so that
 * program, probe and model are started once.
 */
const project = new Project();
const golden = `${root}test/golden`;
let ended: Ended;

const fixed = 'uv run train.py fixed --checkpoint-dir ./checkpoints';
const lines: Readonly<Record<string, string>> = {
  lora: `${fixed} --model-variant turbo --dataset-dir ./my_data --output-dir ./output/my_lora --epochs 1`,
  ...Object.fromEntries(
    ['lokr', 'loha', 'oft', 'dora'].map((type) => [
      type,
      `${fixed} --model-variant turbo --adapter-type ${type} --dataset-dir ./my_data --output-dir ./output/my_${type} --epochs 1`,
    ]),
  ),
  preprocess: `${fixed} --model-variant turbo --preprocess --audio-dir ./my_audio --tensor-output ./my_tensors`,
  described: `${fixed} --preprocess --audio-dir ./my_audio --dataset-json ./my_dataset.json --tensor-output ./my_tensors_too`,
  estimate:
    'uv run train.py estimate --checkpoint-dir ./checkpoints --model-variant turbo --dataset-dir ./my_data --estimate-batches 2 --top-k 3',
  vanilla:
    'uv run train.py vanilla --checkpoint-dir ./checkpoints --audio-dir ./my_audio --output-dir ./output/my_vanilla_lora --epochs 1',
  selective: `${fixed.replace('fixed', 'selective')} --module-config ./est.json --dataset-dir ./my_data --output-dir ./output/my_selective --epochs 1`,
  newest:
    'sidestep train -c ./checkpoints -M turbo -d ./analyzed -o ./output/newest -a dora --optimizer-type adamw -e 1',
};

beforeAll(async () => {
  cpSync(`${golden}/tiny_checkpoint`, project.file('checkpoints'), {recursive: true});
  for (const folder of ['my_data', 'analyzed', 'my_audio']) mkdirSync(project.file(folder));
  for (const folder of ['my_data', 'analyzed'])
    copyFileSync(`${golden}/e2e/a_stereo48k.pt`, project.file(folder, 'song.pt'));
  writeFileSync(project.file('my_data/manifest.json'), JSON.stringify({samples: [{path: 'song.pt'}]}));
  writeFileSync(project.file('my_audio/tune.wav'), tone(220));
  writeFileSync(
    project.file('my_dataset.json'),
    JSON.stringify([{audio_path: 'tune.wav', caption: 'a tune', lyrics: 'la', bpm: 120}]),
  );
  writeFileSync(
    project.file('est.json'),
    JSON.stringify([{module: 'decoder.layers.1.self_attn.q_proj', sensitivity: 2}]),
  );
  writeFileSync(project.file('analyzed/fisher_map.json'), JSON.stringify(fisherMap));
  const stages = Object.keys(lines).map(migrated);
  project.writePipeline(Object.assign({}, ...stages));
  ended = await project.run(['--keep-going']);
  if (ended.code === 2) throw new Error(`the pipeline is refused:\n${ended.stdout}${ended.stderr}`);
});
afterAll(() => project.remove());

const ranks = {'layers.0.self_attn.q_proj': 4, 'layers.1.cross_attn.v_proj': 12};
const fisherMap = {
  version: 2,
  model_variant: 'turbo',
  target_modules: ['cross_attn.v_proj', 'self_attn.q_proj'],
  rank_pattern: ranks,
  alpha_pattern: {'layers.0.self_attn.q_proj': 8, 'layers.1.cross_attn.v_proj': 24},
  modules: Object.entries(ranks).map(([name, assigned_rank]) => ({
    name: `decoder.${name}`,
    fisher_score: 1e-4,
    assigned_rank,
  })),
};

/** The stages of a line's file, with its name before theirs. */
function migrated(name: string): Stages {
  const {code, stderr} = project.command(['migrate', '-o', `${name}.yaml`, '--', ...lines[name]!.split(' ')]);
  if (code !== 0) throw new Error(`${lines[name]}\n${stderr}`);
  const renamed = project.text(`${name}.yaml`).replaceAll('${stages.', `\${stages.${name}_`);
  const {stages} = parse(renamed) as {stages: Stages};
  return Object.fromEntries(Object.entries(stages).map(([id, stage]) => [`${name}_${id}`, stage]));
}

function stagesRun(line: string): string[] {
  const begins = `${line}_`;
  return eventsOf(ended, 'stage_finished')
    .filter(({stage, result}) => stage.startsWith(begins) && result.kind !== 'blocked')
    .map(({stage}) => stage.slice(begins.length))
    .sort();
}

const trains = ['lora', 'lokr', 'loha', 'oft', 'dora', 'vanilla', 'selective', 'newest'];

test.each(Object.keys(lines))('every stage of the line for %s ends well', (line) => {
  const own = eventsOf(ended, 'stage_finished').filter(({stage}) => stage.startsWith(`${line}_`));
  expect(
    own.filter(({result}) => result.kind !== 'succeeded' && result.kind !== 'cached'),
    problemsOf(ended),
  ).toEqual([]);
  expect(own.length).toBeGreaterThan(1);
});

test('a line that asks for preprocessing alone trains nothing, and leaves tensors', () => {
  for (const line of ['preprocess', 'described'])
    expect(stagesRun(line)).toEqual(['conditions', 'latents', 'model', 'songs']);
  expect(stagesRun('estimate')).toEqual(['model', 'sensitivity']);
  expect(project.filesBelow('my_tensors').length).toBeGreaterThan(1);
  expect(resultOf(ended, 'described_songs')?.kind).toBe('succeeded');
});

describe('the adapters', () => {
  test.each(trains)('of the line for %s are where it said, and are exported', async (line) => {
    const folder = {vanilla: 'my_vanilla_lora', newest: 'newest'}[line] ?? `my_${line}`;
    const {modules} = await readAdapter(project.file('output', folder));
    expect(modules.length).toBeGreaterThan(0);
    expect(resultOf(ended, `${line}_export`)?.kind).toBe('succeeded');
  });

  test('of a module configuration and of a fisher_map.json adapt what those say', async () => {
    const selective = await readAdapter(project.file('output/my_selective'));
    expect(selective.modules.map(({name}) => name)).toEqual(['layers.1.self_attn.q_proj']);
    const newest = await readAdapter(project.file('output/newest'));
    expect(Object.fromEntries(newest.modules.map(({name, rank}) => [name, rank]))).toEqual(ranks);
  });
});
