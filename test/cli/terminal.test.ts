import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sleep, "0.3"]}}
  b: {uses: command, needs: [a], with: {argv: [sleep, "0.31"]}}
`;

test('a terminal gets a live list, then its cursor and its title back; its person is called, and a command of theirs', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline,
    '.config/settings.yaml': `notify: {how: osc9, after_seconds: 0}
on_finish: [sh, -c, 'echo "$SIDESTEP_PIPELINE $SIDESTEP_OUTCOME $SIDESTEP_EXIT_CODE" > told; ls "$SIDESTEP_RUN_DIR" >> told; echo no server >&2; exit 3']
`,
  });
  const {code, stdout} = await folder.startInTerminal(['run']).finished;
  expect(code).toBe(0);
  expect(stdout).toContain('\u001b[22;0t\u001b]0;');
  expect(stdout).toContain('\u001b]0;a · demo\u0007');
  expect(stdout).toContain('\u001b]0;\u0007\u001b[23;0t');
  expect(stdout).toContain('\u001b]9;demo: done in ');
  expect(folder.read('told')).toMatch(/^demo done 0\n(.*\n)*events\.jsonl\n/);
  expect(stdout).toMatch(/on_finish, sh, ended with exit code 3/);
  expect(stdout).toContain('no server');
  expect(stdout).toContain(HIDE_CURSOR);
  expect(stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(stdout.lastIndexOf(HIDE_CURSOR));
  expect(stdout).toMatch(/·\S* b {2}waiting/); // a dot: only what runs spins
  expect(stdout).toMatch(/b {2}done in/);
  expect(stdout).toContain('2 ran');
});

test('on 60 columns the path of a log is whole on one line', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline.replace('[sleep, "0.3"]', '[sh, -c, "echo no; exit 3"]'),
  });
  const {code, stdout} = await folder.startInTerminal(['run'], {NO_COLOR: '1'}, 60).finished;
  expect(code).toBe(1);
  const [, log] = /log: (.*?)\r?\n/.exec(stdout)!;
  expect(log!.length).toBeGreaterThan(60);
  expect(readFileSync(log!, 'utf8')).toMatch(/^no\n/);
});

test('what is said is in one column, whatever the stages are called', async () => {
  const text = pipeline.replace('  b:', '  longer:');
  const {stdout} = await new Folder({'pipeline.yaml': text}).startInTerminal(['run']).finished;
  expect(stdout).toMatch(/a {7}done in/);
  expect(stdout).toMatch(/longer {2}done in/);
});

test('a failure is reported below the list, once', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline.replace('"0.3"', 'nonsense')});
  const {code, stdout} = await folder.startInTerminal(['run']).finished;
  expect(code).toBe(1);
  expect(stdout.match(/run\/command-failed/g)).toHaveLength(1);
  expect(stdout).not.toContain('progress display failed');
});

const dull: readonly [string, readonly string[], Readonly<Record<string, string>>][] = [
  ['--plain', ['--plain'], {}],
  ['CI', [], {CI: 'true'}],
  ['a dumb terminal', [], {TERM: 'dumb'}],
];
test.each(dull)('%s: lines, and no cursor is moved', async (_name, args, env) => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const {code, stdout} = await folder.startInTerminal(['run', ...args], env).finished;
  expect(code).toBe(0);
  expect(stdout).not.toContain(HIDE_CURSOR);
  expect(stdout).toMatch(/\d\d:\d\d:\d\d.* b {2}done in/);
});

test('NO_COLOR leaves no colour in the live list', async () => {
  const {stdout} = await new Folder({'pipeline.yaml': pipeline}).startInTerminal(['run'], {NO_COLOR: '1'})
    .finished;
  expect(stdout).toContain(HIDE_CURSOR);
  expect(stdout).not.toContain('\u001b[3');
});

test('more stages than a screen holds are reported in lines', async () => {
  const stages = Array.from(
    {length: 30},
    (_, index) => `  s${index}: {uses: command, with: {argv: [echo, ${index}]}}`,
  );
  const text = `sidestep: 1\nname: many\nstages:\n${stages.join('\n')}\n`;
  const {code, stdout} = await new Folder({'pipeline.yaml': text}).startInTerminal(['run']).finished;
  expect(code).toBe(0);
  expect(stdout).not.toContain(HIDE_CURSOR);
  expect(stdout).toMatch(/s29.* {2}done in/);
});
