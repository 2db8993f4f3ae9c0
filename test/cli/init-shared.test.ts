import {writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {tone} from '../dataset/dataset-rig.js';
import {Folder} from './sidestep.js';

/** What other files of a project have, machines' profiles and pieces, is offered by the wizard where it fits, and else not. */
const lora = `sidestep: 1
name: lora
vars: {models: ./checkpoints, music: ./elsewhere}
executors:
  gpu: {type: slurm, partition: a100}
  unused: {type: slurm, partition: old}
profiles:
  studio: {hosts: ["no-such-*"], vars: {models: /data/models, music: /data/jazz}, defaults: {threads: 2}}
  cluster: {stages: {train: {resources: {executor: gpu}, with: {epochs: 3}}, other: {resources: {threads: 1}}}}
  songs_only: {vars: {music: /music}}
stages:
  model: {uses: scan, with: {checkpoint_dir: "\${vars.models}"}}
`;

const prepare = `vars: {songs: ./songs}
stages:
  songs: {uses: dataset, with: {audio_dir: "\${vars.songs}", model: "\${stages.model}"}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}", max_duration: 90}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
`;

async function project(files: Readonly<Record<string, string>>): Promise<Folder> {
  const folder = new Folder({...files, 'songs/a.txt': 'caption: a slow blues\n'});
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 1,
    seed: 1,
  });
  writeFileSync(folder.file('songs/a.wav'), tone(200));
  return folder;
}

const flags = [
  ...['--checkpoints', 'checkpoints', '--model', 'turbo', '--songs', 'songs', '--tag', 'moody'],
  ...['--adapter', 'lora', '--preset', 'quick_test', '--detail', 'basic', '--name', 'mine'],
];

interface Written {
  readonly include?: unknown;
  readonly profiles?: unknown;
  readonly executors?: unknown;
  readonly stages: Record<string, {uses?: string; with?: Record<string, unknown>}>;
}

const written = (folder: Folder): Written => parse(folder.read('pipeline.yaml')) as Written;

async function isRight(folder: Folder, ...args: readonly string[]): Promise<void> {
  const {code, stdout, stderr} = await folder.run(['validate', ...args]);
  expect(code, stderr + stdout).toBe(0);
}

test('at a terminal a piece and the profiles of another file are offered, and make a file that is right on each machine', async () => {
  const folder = await project({
    'lora.yaml': lora,
    'parts/prepare.yaml': prepare,
    'parts/unfit.yaml': 'stages: {songs: {uses: dataset, with: {language: "${vars.nobody_has_this}"}}}\n',
    'parts/broken.yaml': 'stages: [\n',
  });
  const running = folder.startInTerminal(['init', ...flags]);
  await running.shows(/\[1\/2\] Take stages from a piece of this project\?/);
  await running.shows(/\.\/parts\/prepare\.yaml/);
  expect(running.stdout()).not.toMatch(/unfit|broken/);
  running.child.stdin!.write('\u001b[B\r');
  await running.shows(/\[2\/2\] Profiles, for machines that differ\?/);
  await running.shows(/as in \.\/lora\.yaml/);
  running.child.stdin!.write('\u001b[B\r');
  await running.shows(/Write pipeline\.yaml\?/);
  running.child.stdin!.write('\r');
  const {code, stdout} = await running.finished;
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/stages from +\.\/parts\/prepare\.yaml/);
  expect(stdout).toMatch(/profiles +studio, cluster \(as in \.\/lora\.yaml\)/);

  const {include, profiles, executors, stages} = written(folder);
  expect(include).toEqual(['./parts/prepare.yaml']);
  expect(executors).toEqual({gpu: {type: 'slurm', partition: 'a100'}});
  expect(profiles).toEqual({
    studio: {hosts: ['no-such-*'], defaults: {threads: 2}, vars: {checkpoints: '/data/models'}},
    cluster: {stages: {train: {resources: {executor: 'gpu'}}}},
  });
  expect(Object.keys(stages)).toEqual(['model', 'songs', 'train', 'export']);
  expect(stages.songs).toEqual({with: {custom_tag: 'moody'}});
  await isRight(folder);
  for (const profile of ['studio', 'cluster']) await isRight(folder, '--profile', profile);
});

test('as options they are the same; without, nothing is taken', async () => {
  const folder = await project({'lora.yaml': lora, 'parts/prepare.yaml': prepare});
  expect(await folder.run(['init', '--yes', ...flags])).toMatchObject({code: 0});
  expect(written(folder)).not.toHaveProperty('include');
  expect(written(folder)).not.toHaveProperty('profiles');
  const taken = ['--include', 'parts/prepare.yaml', '--profiles', 'lora.yaml', '--force'];
  expect(await folder.run(['init', '--yes', ...flags, ...taken])).toMatchObject({code: 0});
  expect(written(folder)).toMatchObject({include: ['./parts/prepare.yaml'], profiles: {studio: {}}});
  const {code, stderr} = await folder.run(['init', '--yes', ...flags, '--include', 'lora.yaml', '--force']);
  expect(code).toBe(2);
  expect(stderr).toContain('piece of this project that fits');
});

test('the profile that the settings name is begun with the folder of this machine, which the file then takes', async () => {
  const folder = await project({});
  expect(await folder.run(['settings', 'set', 'profile', 'laptop'])).toMatchObject({code: 0});
  expect(await folder.run(['init', '--yes', ...flags, '--profiles', 'this'])).toMatchObject({code: 0});
  expect(written(folder).profiles).toEqual({laptop: {vars: {checkpoints: './checkpoints'}}});
  await isRight(folder);
});

test('a file that is replaced says how its profiles come along, and they do', async () => {
  const folder = await project({'pipeline.yaml': lora});
  const {code, stderr} = await folder.run([
    'init',
    '--yes',
    ...flags,
    '--force',
    '--profiles',
    'pipeline.yaml',
  ]);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("`--profiles pipeline.yaml` takes the machines' profiles along");
  expect(written(folder).profiles).toHaveProperty('studio');
});
