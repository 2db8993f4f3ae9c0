import {spawn} from 'node:child_process';
import {existsSync, readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import {type Finished, Folder, main} from './sidestep.js';

/** Works until it is asked to end; then saves for a while, as a training does. */
const saving = `sidestep: 1
name: demo
stages:
  slow:
    uses: command
    with: {argv: [sh, -c, "trap 'sleep 1; echo saved > saved; exit 0' TERM; touch alive; while :; do sleep 0.1; done"]}
`;

const quick = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo 1 > $1", x, "\${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, needs: [a], with: {argv: [sh, -c, "echo 2 > $1", x, "\${outputs.o}"], outputs: {o: o}}}
`;

async function until(condition: () => boolean, patience_ms = 60_000): Promise<boolean> {
  const end = Date.now() + patience_ms;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
}

function events(folder: Folder): string {
  if (!existsSync(folder.file('.sidestep/runs'))) return '';
  const [run] = readdirSync(folder.file('.sidestep/runs'));
  return run === undefined ? '' : folder.read(`.sidestep/runs/${run}/events.jsonl`);
}

test.each([
  ['the live list', []],
  ['--plain', ['--plain']],
  ['--json', ['--json']],
] as const)(
  'a terminal that is closed while %s runs: the stage saves, the run ends in order',
  async (_name, args) => {
    const folder = new Folder({'pipeline.yaml': saving});
    const running = folder.startInTerminal(['run', ...args]);
    await until(() => existsSync(folder.file('alive')));
    running.child.kill('SIGKILL'); // `script` holds the terminal: this is the window that closes
    await until(() => events(folder).includes('run_finished'), 30_000);
    expect(events(folder)).toMatch(/"kind":"run_finished".*"outcome":"interrupted"/);
    expect(folder.read('saved')).toBe('saved\n');
  },
);

/** Starts the command in a shell that puts its streams elsewhere. */
function redirected(folder: Folder, command: string): Promise<Finished> {
  const child = spawn('sh', ['-c', command.replace('sidestep', `exec '${process.execPath}' '${main}'`)], {
    cwd: folder.path,
    env: {PATH: process.env.PATH, HOME: folder.path, SIDESTEP_CONFIG_DIR: folder.file('.config')},
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({code, signal, stdout, stderr})),
  );
}

test.each([
  ['run --plain 2>/dev/full', 0, ''],
  ['run 2>&-', 0, ''],
  ['run >/dev/full', 1, 'could not be written'],
  ['run --json >/dev/full', 1, 'could not be written'],
  ['run --json >&-', 0, ''],
])('sidestep %s: the run goes on to its end', async (command, code, said) => {
  const folder = new Folder({'pipeline.yaml': quick});
  const finished = await redirected(folder, `sidestep ${command}`);
  expect(finished).toMatchObject({code, signal: null, stderr: expect.stringContaining(said)});
  expect(finished.stderr).not.toMatch(/^\s+at /m);
  expect(folder.read('pipeline.lock.yaml')).toContain('b:');
  expect(events(folder)).toMatch(/"outcome":"done"/);
});

test.each(['plan', 'validate --json', '--help'])(
  'sidestep %s on a full disk says so and fails',
  async (command) => {
    const folder = new Folder({'pipeline.yaml': quick});
    const {code, stderr} = await redirected(folder, `sidestep ${command} >/dev/full`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The output could not be written, it ends early: ENOSPC.*\n$/);
  },
);

test.each(['run --plain 2>&1', 'run --json', 'plan'])(
  'sidestep %s | head: a reader that has seen enough is no failure',
  async (command) => {
    const folder = new Folder({'pipeline.yaml': quick});
    const {stderr} = await redirected(folder, `{ (sidestep ${command}); echo $? > code; } | head -n 1`);
    expect(folder.read('code')).toBe('0\n');
    expect(stderr).not.toMatch(/EPIPE|^\s+at /m);
  },
);
