import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {Project} from '../first-light/project.js';

/** `sidestep ci` as it runs on a stranger's machine: no model, no songs, nothing that the pipeline names. */
const project = new Project();
afterAll(() => project.remove());

writeFileSync(
  project.file('my.yaml'),
  `sidestep: 1
name: my
stages:
  model: {uses: scan, with: {checkpoint_dir: /no/checkpoints, model: turbo}}
  songs: {uses: dataset, with: {audio_dir: /no/songs, custom_tag: mine}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      optimizer: {type: adamw, learning_rate: 1e-3}
      schedule: {type: constant}
      output_dir: output
  export: {uses: export, with: {adapter: "\${stages.train}", formats: [peft], output_dir: output/peft}}
`,
);

test('every stage runs, the numbers are written, and nothing else of the folder is touched', () => {
  const {code, stdout, stderr} = project.command([
    'ci',
    'my.yaml',
    '--plain',
    '--update',
    '--junit',
    'junit.xml',
  ]);
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain('my.ci.json has its numbers');
  expect(stdout + stderr, 'its folder is gone').not.toMatch(/sidestep-ci-/);
  expect(project.filesBelow().filter((file) => !file.startsWith('.config'))).toEqual([
    'junit.xml',
    'my.ci.json',
    'my.yaml',
  ]);
  const baseline = project.json('my.ci.json') as {
    stages: Record<string, {losses?: number[]; files?: object}>;
  };
  expect(baseline.stages.train!.losses).toHaveLength(2);
  expect(Object.keys(baseline.stages.latents!.files!)).toHaveLength(9); // three songs: latents, text, lyrics
  expect(Object.keys(baseline.stages)).toEqual(expect.arrayContaining(['conditions', 'train']));
  const xml = project.text('junit.xml');
  for (const stage of ['model', 'songs', 'latents', 'conditions', 'train', 'export'])
    expect(xml).toMatch(new RegExp(`<testcase classname="my" name="${stage}" time="[\\d.]+"/>`));
});

test('without a place for temporary files it says which to set', () => {
  const {code, stderr} = project.command(['ci', 'my.yaml'], {TMPDIR: project.file('gone')});
  expect({code, stderr}).toMatchObject({code: 2, stderr: expect.stringContaining('run/no-temporary-folder')});
  expect(stderr).toContain('Set TMPDIR');
});

test('other numbers are exit code 3, an annotation at the stage and a failed test; what came before is the same', () => {
  const args = [
    'ci',
    'my.yaml',
    '--plain',
    '--set',
    'train.optimizer.learning_rate=2e-3',
    '--junit',
    'junit.xml',
  ];
  const {code, stderr} = project.command(args, {GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: project.path});
  expect(code).toBe(3);
  expect(stderr).not.toContain('nothing has run');
  const drifts = stderr.split('\n').filter((line) => line.startsWith('::error'));
  expect(drifts).toHaveLength(1);
  expect(drifts[0]).toMatch(/^::error file=my\.yaml,line=8,col=3,title=ci\/drift::train: loss of step 2: /);
  const xml = project.text('junit.xml');
  expect(xml).toMatch(/name="train: the numbers of the baseline" time="0.000"><failure type="ci\/drift"/);
  expect(xml).toContain('name="latents: the numbers of the baseline" time="0.000"/>');
});

test('a stage that fails is exit code 1; a file that is no baseline and one that is no pipeline are exit code 2', () => {
  writeFileSync(
    project.file('fails.yaml'),
    'sidestep: 1\nname: fails\nstages:\n  bad: {uses: command, with: {argv: [sh, -c, "echo what went wrong; false"]}}\n',
  );
  const failed = project.command(['ci', 'fails.yaml', '--plain', '--junit', 'fails.xml']);
  expect(failed.code).toBe(1);
  expect(project.text('fails.xml')).toMatch(/name="bad"[^>]*><failure type="run\/command-failed"/);
  const [, log] = /^ *log: (.*)$/m.exec(failed.stdout + failed.stderr) ?? [];
  expect(readFileSync(log!, 'utf8'), 'the log that it names is there').toContain('what went wrong');
  rmSync(dirname(dirname(dirname(dirname(log!)))), {recursive: true}); // .../records/runs/ID/logs/bad.log
  expect(existsSync(project.file('fails.ci.json'))).toBe(false);
  writeFileSync(project.file('fails.ci.json'), '{}');
  expect(project.command(['ci', 'fails.yaml']).stderr).toContain('[ci/baseline-invalid]');
  expect(project.command(['ci', 'nothing.yaml']).code).toBe(2);
  expect(readFileSync(project.file('fails.ci.json'), 'utf8')).toBe('{}');
});

test('what init writes can be tried as it is', async () => {
  const own = new Project();
  await writeFixtureCheckpoint(own.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 2,
    seed: 42,
  } as never);
  mkdirSync(own.file('songs'));
  for (const i of [0, 1]) writeFileSync(own.file('songs', `${i}.wav`), waveFile(synthesise(1, i, 2)));
  const init = ['init', '--yes', '--checkpoints', 'checkpoints', '--songs', 'songs'];
  const wrote = own.command(init);
  expect(wrote.code, wrote.stderr).toBe(0);
  const tried = own.command(['ci', 'pipeline.yaml', '--plain']);
  own.remove();
  expect(tried.code, tried.stdout + tried.stderr).toBe(0);
  expect(tried.stdout).toMatch(/Every stage ran\. There is no pipeline\.ci\.json/);
});
