import {expect, test} from 'vitest';
import {commandTable} from '../../src/cli/command-table.js';
import {documentOf, Folder} from './sidestep.js';

test('--help lists every command, with exit code 0 and nothing on stderr', async () => {
  const {code, stdout, stderr} = await new Folder().run(['--help']);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  for (const {name} of commandTable) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
});

test.each(commandTable.map(({name}) => name))('%s --help shows examples', async (name) => {
  const {code, stdout, stderr} = await new Folder().run([name, '--help']);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  expect(stdout).toContain(`Usage: sidestep ${name}`);
  expect(stdout).toContain(`  $ sidestep ${name}`);
});

const mistakes: readonly [string, readonly string[], string, string][] = [
  ['an unknown command', ['doctr'], 'usage/unknown-command', 'Did you mean doctor?'],
  ['an unknown option', ['doctor', '--jsom'], 'usage/unknown-option', 'Did you mean --json?'],
  [
    'a key of the pipeline as an option',
    ['validate', '--epochs', '5'],
    'usage/unknown-option',
    '`--set train.epochs=5`',
  ],
  [
    'another name of a key',
    ['run', '--lr=1e-4'],
    'usage/unknown-option',
    '--set train.optimizer.learning_rate=1e-4',
  ],
  ['a missing argument', ['completion'], 'usage/missing-argument', "missing required argument 'shell'"],
  ['a bad choice', ['completion', 'tcsh'], 'usage/invalid-argument', 'Allowed choices are bash, zsh, fish'],
];
test.each(mistakes)('%s is refused with exit code 2', async (_name, args, code, words) => {
  const folder = new Folder();
  const people = await folder.run(args);
  expect(people.code).toBe(2);
  expect(people.stdout).toBe('');
  expect(people.stderr).toContain(words);
  expect(people.stderr).toContain(`[${code}]`);
  const programs = await folder.run([...args, '--json']);
  expect(programs.code).toBe(2);
  expect(programs.stderr).toBe('');
  if (args[0] === 'completion' || args[0] === 'doctr') return; // these have no --json of their own
  expect(documentOf(programs.stdout, 'problems')).toMatchObject({problems: [{code}]});
});

test.each([
  [
    ['train', '-c', './my checkpoints', '-e', '3'],
    "`sidestep migrate -- sidestep train -c './my checkpoints' -e 3`",
  ],
  [['gui'], '`sidestep ui`'],
  [['tags', 'add', 'blues'], '`custom_tag: WORD`'],
])('a command of Side-Step, %j, is told what does that here', async (args, words) => {
  const {code, stderr} = await new Folder().run(args);
  expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining(words)});
  expect(stderr).not.toContain('Did you mean');
});

test('a bare call shows the help and counts as bad usage', async () => {
  const {code, stdout, stderr} = await new Folder().run([]);
  expect({code, stderr}).toEqual({code: 2, stderr: ''});
  expect(stdout).toContain('Commands:');
});

test('the version is one line, or a document', async () => {
  const folder = new Folder();
  expect((await folder.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(documentOf((await folder.run(['--version', '--json'])).stdout, 'version')).toMatchObject({
    platform: process.platform,
  });
});

test('a reader that goes away is no failure', async () => {
  const running = new Folder().start(['--help']);
  running.child.stdout!.destroy();
  const {code, stderr} = await running.finished;
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
});

test('colours follow the flags from any place on the line', async () => {
  const folder = new Folder();
  const code = '\u001b[';
  expect((await folder.run(['doctor'])).stdout).not.toContain(code);
  expect((await folder.run(['doctor', '--color'])).stdout).toContain(code);
  expect((await folder.run(['--color', 'doctor', '--no-color'])).stdout).not.toContain(code);
  expect((await folder.run(['doctor'], {FORCE_COLOR: '1'})).stdout).toContain(code);
});

test('`--plain` holds for every command, wherever it is', async () => {
  const folder = new Folder();
  const code = '\u001b[';
  for (const words of [
    ['--plain', 'doctor'],
    ['doctor', '--plain'],
    ['--plain', 'runs'],
    ['presets', 'list', '--plain'],
  ]) {
    const {code: exit, stdout, stderr} = await folder.run(words, {FORCE_COLOR: '1'});
    expect(exit, words.join(' ')).toBe(0);
    expect(stdout + stderr).not.toContain(code);
  }
  const unknown = await folder.run(['--plain', 'run', 'absent.yaml']);
  expect(unknown.stderr).toContain('absent.yaml');
  expect(unknown.stderr).not.toContain('unknown option');
});
