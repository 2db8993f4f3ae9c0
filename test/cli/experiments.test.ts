import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

/** Trains on the fixture: what a person iterates on. Two steps an epoch. */
const pipeline = `sidestep: 1
name: demo
defaults: {device: cpu, seed: 42}
stages:
  tiny: {uses: fixture, with: {clips: 2, clip_duration: 1, hidden_size: 32}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}", model: turbo}}
  songs: {uses: dataset, with: {audio_dir: "\${stages.tiny.audio_dir}", dataset_json: "\${stages.tiny.dataset_json}"}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      adapter: {type: lora, rank: 2, alpha: 4}
      gradient_accumulation_steps: 1
      epochs: 2
      logging: {tensorboard: false}
  export: {uses: export, with: {adapter: "\${stages.train}", formats: [peft], output_dir: ./out}}
`;

interface Row {
  readonly experiment: string | null;
  readonly set: readonly string[];
  readonly steps: number;
  readonly best_loss: number;
  readonly outcome: string;
}

async function rows(folder: Folder, ...args: readonly string[]): Promise<Row[]> {
  return documentOf((await folder.run(['runs', ...args, '--json'])).stdout, 'runs').runs as Row[];
}

test('an experiment leaves the lock file and the results of the file alone; it is listed, run again, compared and deleted by name', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect(await folder.run(['run', '--plain'])).toMatchObject({code: 0});
  const lock = folder.read('pipeline.lock.yaml');
  const weights = folder.read('out/peft/adapter_model.safetensors');

  const {stages} = JSON.parse((await folder.run(['plan', '--json', '--set', 'train.epochs=3'])).stdout);
  for (const stage of ['train', 'export']) {
    const {expected_ms} = stages.find((each: {stage: string}) => each.stage === stage);
    expect(expected_ms, `${stage} has run, so that its time is known`).toBeGreaterThan(0);
  }
  const tried = await folder.run(['run', '--plain', '--set', 'train.epochs=3']);
  expect(tried).toMatchObject({code: 0});
  expect(folder.read('pipeline.lock.yaml')).toBe(lock);
  expect(folder.read('out/peft/adapter_model.safetensors')).toBe(weights);
  expect(existsSync(folder.file('out@epochs=3/peft/adapter_model.safetensors'))).toBe(true);
  expect(
    await folder.run(['run', '--plain', '--name', 'fast', '--set', 'train.optimizer.learning_rate=1e-2']),
  ).toMatchObject({code: 0});
  expect(existsSync(folder.file('out@fast/peft/adapter_model.safetensors'))).toBe(true);

  expect((await folder.run(['status', '--check'])).code, 'the file is still up to date').toBe(0);
  expect((await folder.run(['run', '--frozen', '--plain'])).code).toBe(0);
  const again = await folder.run(['run', '--plain', '--name', 'fast']);
  expect(again.stdout, 'by its name alone').toContain('Nothing to do');

  const listed = await rows(folder);
  expect(listed.map(({experiment, steps, set}) => ({experiment, steps, set}))).toEqual([
    {experiment: null, steps: 4, set: []},
    {experiment: 'epochs=3', steps: 6, set: ['train.epochs=3']},
    {experiment: 'fast', steps: 4, set: ['train.optimizer.learning_rate=1e-2']},
    {experiment: null, steps: 4, set: []}, // frozen
    {experiment: 'fast', steps: 4, set: ['train.optimizer.learning_rate=1e-2']},
  ]);
  const byLoss = (await rows(folder, '--sort', 'best_loss')).map(({best_loss}) => best_loss);
  expect(byLoss).toEqual(byLoss.toSorted((a, b) => b - a));
  const compared = documentOf(
    (await folder.run(['compare', 'epochs=3', 'fast', '--json'])).stdout,
    'run-comparison',
  );
  expect(JSON.stringify(compared)).toContain('learning_rate');
  expect(compared).toMatchObject({a: {experiment: 'epochs=3'}, b: {experiment: 'fast'}});
  expect((await folder.run(['compare', 'epochs=3', 'fast'])).stdout).toMatch(
    /^a .* demo@epochs=3 .*\nb .* demo@fast /,
  );

  expect(await folder.run(['runs', 'rm', 'fast'])).toMatchObject({code: 0});
  expect(readdirSync(folder.path)).not.toContain('out@fast');
  expect(readdirSync(folder.path)).toContain('out@epochs=3');
  expect((await rows(folder)).map(({experiment}) => experiment)).not.toContain('fast');
  expect(await folder.run(['runs', 'rm', 'fast'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage/unknown-run'),
  });
});

test('what an experiment measured tells how long the file will train, which never ran', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect(await folder.run(['run', '--plain', '--set', 'train.epochs=1'])).toMatchObject({code: 0});
  const {stdout} = await folder.run(['plan']);
  expect(stdout).toMatch(/ {4}trains 4 steps in 2 epochs, about \d/);
});

test('a value that can change no result is no experiment, and a bad name is refused', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect(await folder.run(['run', '--plain', '--set', 'export.output_dir=elsewhere'])).toMatchObject({
    code: 0,
  });
  expect(
    readdirSync(folder.path)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['elsewhere', 'pipeline.lock.yaml', 'pipeline.yaml']);
  expect(await folder.run(['run', '--name', '../x'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage/experiment-name'),
  });
});

describe('one project, wherever in it a pipeline is', () => {
  const small = (word: string) =>
    `sidestep: 1\nname: ${word}\nstages:\n  a: {uses: command, with: {argv: [sh, -c, "echo ${word} > $1", x, "\${outputs.o}"], outputs: {o: o.txt}}}\n`;
  test.each([
    {
      name: 'a repository',
      prepare: (folder: Folder) => execFileSync('git', ['init', '-q'], {cwd: folder.file('project')}),
    },
    {name: 'a folder called pipelines', prepare: () => {}},
  ])('$name: one cache, all runs seen from its root, and from git nothing of it', async ({prepare}) => {
    const folder = new Folder({
      'project/pipelines/one.yaml': small('one'),
      'project/pipelines/two.yaml': small('two'),
    });
    prepare(folder);
    for (const file of ['project/pipelines/one.yaml', 'project/pipelines/two.yaml'])
      expect(await folder.run(['run', '--plain', file])).toMatchObject({code: 0});
    expect(
      readdirSync(folder.file('project'))
        .filter((name) => name !== '.git')
        .sort(),
    ).toEqual(['.sidestep', 'pipelines']);
    expect(folder.read('project/.sidestep/.gitignore')).toBe('*\n');
    const listed = await rows(folder, 'project/pipelines/one.yaml');
    expect(listed).toHaveLength(1);
  });
});
