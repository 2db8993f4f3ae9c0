import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {commandTable} from '../../src/cli/command-table.js';
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
  expect(await words('validate', '--')).toEqual(['--help', '--json', '--set']);
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
