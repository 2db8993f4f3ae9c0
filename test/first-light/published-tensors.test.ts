import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {
  Project,
  preparation,
  problemsOf,
  resultOf,
  root,
  type Stages,
  tensorsOf,
  training,
} from './project.js';

/** Tensors that are made once, kept in a folder, and trained on from there, as upstream's users do. */
const project = new Project();
afterAll(() => project.remove());

function preprocessing(): Stages {
  const {conditions, ...others} = preparation({clips: 2, clip_duration: 1});
  const settings = {...(conditions!.with as object), output_dir: 'tensors'};
  return {...others, conditions: {uses: 'preprocess.pass2', with: settings}};
}

const fromFolder = (folder: string): Stages => {
  const {tiny, model} = preparation({clips: 2, clip_duration: 1});
  return {tiny: tiny!, model: model!, train: training('folder', {tensors: folder})};
};

test('training on the folder that pass 2 published gives what training on the stage gives', async () => {
  await project.complete({...preprocessing(), train: training('stage')});
  await project.complete(fromFolder('tensors'));
  const weights = (name: string) => tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
  expect(await weights('folder')).toEqual(await weights('stage'));
});

test('what was removed from its place is said by plan and status, and comes back without being computed', async () => {
  rmSync(project.file('adapters/folder/adapter_model.safetensors'));
  for (const command of ['plan', 'status']) {
    const {code, stdout, stderr} = project.command([command]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Everything is up to date');
    expect(stderr).toMatch(/missing or were changed: .*adapters\/folder +\[run\/out-of-place\]/);
  }
  const {events} = await project.run();
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'warning',
      problem: expect.objectContaining({code: 'run/copied-out'}),
    }),
  );
  expect(project.command(['plan']).stderr).not.toContain('run/out-of-place');
});

/** In a namespace of one's own a folder can be mounted for reading alone, where the system lets one make it. */
const possible = process.platform === 'linux' && spawnSync('unshare', ['-Urm', 'true']).status === 0;

test.skipIf(!possible)(
  'what is missing in a project that cannot be written stays in the cache, which is reported',
  () => {
    project.writePipeline(fromFolder('tensors'));
    rmSync(project.file('adapters/folder'), {recursive: true});
    const mount = 'mount --bind "$PWD" "$PWD" && mount -o remount,bind,ro "$PWD" && cd "$PWD" && exec "$@"';
    const command = [process.execPath, join(root, 'dist/cli/main.js'), 'run', '--plain'];
    const ended = spawnSync('unshare', ['-Urm', 'sh', '-c', mount, 'x', ...command], {
      cwd: project.path,
      env: {PATH: process.env.PATH, HOME: project.path, SIDESTEP_CONFIG_DIR: project.file('.config')},
      encoding: 'utf8',
    });
    expect(ended.status, ended.stderr).toBe(0);
    expect(ended.stdout).toContain('Nothing to do');
    expect(ended.stderr).toMatch(/could not be copied out: .*adapters\/folder.*\[run\/not-published\]/);
    expect(ended.stderr).toContain('give `output_dir` another');
    expect(ended.stderr).not.toMatch(/bug|defect|^\s+at /m);
  },
);

test('a sample that lacks a pass is named', async () => {
  const collection = JSON.parse(readFileSync(project.file('tensors/samples.json'), 'utf8'));
  const [first] = collection.samples;
  delete first.parts.conditions;
  mkdirSync(project.file('half'));
  writeFileSync(project.file('half/samples.json'), JSON.stringify(collection));
  project.writePipeline(fromFolder('half'));
  const ended = await project.run();
  const result = resultOf(ended, 'train');
  if (result?.kind !== 'failed') return expect.fail(problemsOf(ended));
  expect(result.problem).toMatchObject({
    code: 'train/sample-incomplete',
    message: `${first.sample} of ${project.file('half/samples.json')} has no conditions; it holds latents`,
  });
});
