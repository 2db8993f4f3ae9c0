import {spawnSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import type {Terminal} from '../../src/app/terminal.js';
import {commandTable} from '../../src/cli/command-table.js';
import {candidates} from '../../src/cli/complete.js';
import {Folder, main} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  model: {uses: command, with: {argv: [true]}}
  train: {uses: command, with: {argv: [true]}}
`;

async function words(...typed: readonly string[]): Promise<string[]> {
  const folder = new Folder({
    'pipeline.yaml': pipeline,
    'other.yaml': pipeline,
    'p.lock.yaml': '',
    'sub/x.yml': '',
  });
  const {code, stdout} = await folder.run(['completion', 'words', '--', ...typed]);
  expect(code).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

test('commands come first', async () => {
  expect(await words('')).toEqual(commandTable.map(({name}) => name).sort());
  expect(await words('val')).toEqual(['validate']);
});

test('options of the command that is typed', async () => {
  expect(await words('validate', '--')).toEqual(['--help', '--json', '--profile', '--set']);
  expect(await words('models', '--')).not.toContain('--profile');
});

test('commands of a command', async () => {
  expect(await words('presets', 's')).toEqual(['save', 'show']);
});

test('shells', async () => {
  expect(await words('completion', '')).toEqual(['bash', 'fish', 'zsh']);
});

test('stages are read from the pipeline, a broken one offers none', async () => {
  expect(await words('presets', 'save', 'mine', '')).toEqual(['model', 'train']);
  const broken = new Folder({'pipeline.yaml': 'stages: [a: {'});
  const {code, stdout, stderr} = await broken.run([
    'completion',
    'words',
    '--',
    'presets',
    'save',
    'mine',
    '',
  ]);
  expect({code, stdout, stderr}).toEqual({code: 0, stdout: '', stderr: ''});
});

describe('what a pipeline and its project hold', () => {
  const files = {
    'pipeline.yaml': `sidestep: 1
vars: {songs: ./music}
profiles: {cluster: {vars: {songs: /data}}, laptop: {vars: {songs: ./few}}}
stages:
  songs: {uses: dataset, with: {audio_dir: "\${vars.songs}"}}
  train: {uses: train, with: {tensors: ./t}}
`,
    'good.yaml': 'sidestep: 1\nstages:\n  songs: {uses: dataset, with: {audio_dir: ./music}}\n',
    'music/Monday Rain.wav': '',
    'music/live/Encore.flac': '',
    'music/cover.jpg': '',
    'presets/mine.yaml': 'sidestep: 1\nuses: train\nwith: {}\n',
    '.sidestep/runs/20260101-000000-abcd/events.jsonl': '',
    '.sidestep/experiments/one/experiment.json': '{"name": "rank=8", "file": "/x.yaml", "set": []}',
  };
  /** Asked in this process: that the command answers so is tested above. */
  const offered = async (...typed: readonly string[]): Promise<string[]> => {
    const folder = new Folder(files);
    const world = {cwd: folder.path, env: {SIDESTEP_CONFIG_DIR: folder.file('none')}} as unknown as Terminal;
    return candidates(world, typed);
  };

  test.each([
    {typed: 'run --set train.opt', has: ['train.optimizer.learning_rate=', 'train.optimizer.type=']},
    {
      typed: 'plan --set train.schedule.type=c',
      has: ['train.schedule.type=cosine', 'train.schedule.type=custom'],
    },
    {typed: 'run --set vars.', has: ['vars.songs=']},
    {typed: 'run --set defaults.s', has: ['defaults.seed=']},
    {typed: 'run --set train.preset=rec', has: ['train.preset=recommended']},
    {
      typed: 'run --set train.gradient_checkpointing.enabled=',
      has: ['train.gradient_checkpointing.enabled=true'],
    },
    {typed: 'run --name ', has: ['rank=8']},
    {typed: 'run --profile ', has: ['cluster', 'laptop']},
    {typed: 'run --profile=l', has: ['--profile=laptop']},
    {typed: '--profile cluster run --only s', has: ['songs']},
    {typed: '--pro', has: ['--profile']},
    {typed: 'presets show m', has: ['mine']},
    {typed: 'compare last ', has: ['20260101-000000-abcd', 'last', 'rank=8']},
    {typed: 'report ', has: ['20260101-000000-abcd', 'last', 'rank=8']},
    {typed: 'runs rm ', has: ['20260101-000000-abcd', 'rank=8']},
    {typed: 'run --force t', has: ['train']},
    {typed: 'run --only s', has: ['songs']},
  ])('$typed', async ({typed, has}) => {
    expect(await offered(...typed.split(' '))).toEqual(expect.arrayContaining(has));
  });

  test('keys of --set end where a value begins', async () => {
    const keys = await offered('run', '--set', 'train.');
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !/^train\.[\w.]+=$/.test(key))).toEqual([]);
  });

  test('songs by name, once the pipeline has no problems', async () => {
    expect(await offered('show', 'sample', '')).toEqual([]);
    const folder = new Folder({...files, 'pipeline.yaml': files['good.yaml']});
    const world = {cwd: folder.path, env: {SIDESTEP_CONFIG_DIR: folder.file('none')}} as unknown as Terminal;
    const named = ['Monday Rain.wav', 'live/Encore.flac'];
    expect(await candidates(world, ['show', 'sample', ''])).toEqual(named);
    expect(await candidates(world, ['show', 'sample', '--set', 'name=x', ''])).toEqual(named);
  });
});

test('bash completes through the script', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const script = (await folder.run(['completion', 'bash'])).stdout;
  folder.write('bin/sidestep', `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`);
  const ask = `chmod +x bin/sidestep; PATH=$PWD/bin:$PATH
source /dev/stdin <<'S'
${script}
S
COMP_LINE='sidestep presets save mine tr' COMP_POINT=29; _sidestep; echo "\${COMPREPLY[*]}"`;
  const {stdout, stderr} = spawnSync('bash', ['--norc', '-c', ask], {cwd: folder.path, encoding: 'utf8'});
  expect({stdout, stderr}).toEqual({stdout: 'train\n', stderr: ''});
});

test.each(['bash', 'zsh', 'fish'])('%s can read its script', async (shell) => {
  const {code, stdout} = await new Folder().run(['completion', shell]);
  expect(code).toBe(0);
  const installed = spawnSync(shell, ['--version']).status === 0;
  if (!installed) return expect(process.env.CI ?? '').not.toBe('true'); // .ci/run installs all three
  const folder = new Folder({script: stdout});
  const {status, stderr} = spawnSync(
    shell,
    [shell === 'fish' ? '--no-execute' : '-n', folder.file('script')],
    {
      encoding: 'utf8',
    },
  );
  expect({status, stderr}).toEqual({status: 0, stderr: ''});
});
