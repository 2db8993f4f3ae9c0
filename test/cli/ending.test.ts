import {existsSync, readFileSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {Folder} from './sidestep.js';

const pipeline = (script: string, settings = ''): string => `sidestep: 1
name: demo
stages:
  s:
    uses: command
    ${settings}
    with: {argv: [sh, -c, ${JSON.stringify(script)}]}
`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.startsWith('Z');
  } catch {
    return false;
  }
}

/** The process that the script left behind; it is gone after the test. */
function leftBehind(folder: Folder): number {
  const pid = Number(folder.read('left'));
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

test.each([
  ['holds the pipes', 'sleep 600 & echo $! > left; echo said; exit 0'],
  ['never stops talking', 'yes & echo $! > left; exit 0'],
  ['will not listen', "(trap '' TERM; sleep 600) & echo $! > left; exit 0"],
  ['holds no pipe', 'sleep 600 >/dev/null 2>&1 & echo $! > left; exit 0'],
])(
  'a background child that %s: the stage is done with its program, and the child ends with it',
  async (_name, script) => {
    const folder = new Folder({'pipeline.yaml': pipeline(script, 'timeout: 60')});
    expect(await folder.run(['run'])).toMatchObject({code: 0, stdout: expect.stringContaining('1 ran')});
    expect(isAlive(leftBehind(folder))).toBe(false);
  },
);

test.each([
  [
    'holds the pipes',
    'setsid sh -c "echo \\$\\$ > left; exec sleep 600" & until [ -s left ]; do sleep 0.01; done; exit 0',
  ],
  [
    'never stops talking',
    'setsid sh -c "echo \\$\\$ > left; exec yes" & until [ -s left ]; do sleep 0.01; done; exit 0',
  ],
])(
  'a descendant that has left the group and %s: it stays, and no one waits for it',
  async (_name, script) => {
    const folder = new Folder({'pipeline.yaml': pipeline(script, 'timeout: 60')});
    expect(await folder.run(['run'])).toMatchObject({code: 0, stdout: expect.stringContaining('1 ran')});
    leftBehind(folder);
  },
);

test('a time limit holds although a descendant has left the group with the pipes', async () => {
  const script =
    'setsid sh -c "echo \\$\\$ > left; exec sleep 600" & until [ -s left ]; do sleep 0.01; done; sleep 600';
  const folder = new Folder({'pipeline.yaml': pipeline(script, 'timeout: 1')});
  expect(await folder.run(['run'])).toMatchObject({code: 1, stderr: expect.stringContaining('run/timeout')});
  leftBehind(folder);
});

test.each([1, 2])('Ctrl-C (%i) ends a run whose pipes somebody else holds', async (times) => {
  const script = `trap '' INT; setsid sh -c "echo \\$\\$ > left; exec sleep 600" & until [ -s left ]; do sleep 0.01; done; touch alive; sleep 600`;
  const folder = new Folder({'pipeline.yaml': pipeline(script)});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.kill('SIGINT');
  await running.shows(/Ctrl-C again/);
  if (times === 2) running.child.kill('SIGINT');
  expect((await running.finished).code).toBe(130);
  leftBehind(folder);
});

test('the last words of a program are heard, also those that come when it has just ended', async () => {
  const script = 'for i in 1 2 3; do echo "word $i"; done; printf end >&2; exit 3';
  const {stderr} = await new Folder({'pipeline.yaml': pipeline(script)}).run(['run']);
  expect(stderr).toMatch(/ended with exit code 3/);
  for (const words of ['word 1', 'word 3', 'end']) expect(stderr).toContain(`| ${words}\n`);
});

const limits = ['30d', '50d', '99999999d', '0.7d', '30.005'];
test('a time limit of any length is that long, for programs and for workers', async () => {
  const stages = limits.flatMap((limit, index) => [
    `  c${index}: {uses: command, timeout: ${limit}, with: {argv: [sh, -c, "sleep 0.2"], version: "${index}"}}`,
    ...(index < 2 ? [`  w${index}: {uses: fixture, timeout: ${limit}, with: {seed: ${index + 1}}}`] : []),
  ]);
  const folder = new Folder({'pipeline.yaml': `sidestep: 1\nstages:\n${stages.join('\n')}\n`});
  const {code, stdout, stderr} = await folder.run(['run', '--keep-going']);
  expect(stderr).not.toMatch(/Warning|bug|timeout/);
  expect(stdout).toContain(`${stages.length} ran`);
  expect(code).toBe(0);
});

test('a time limit with a fraction of a millisecond is a time limit', async () => {
  const {stderr} = await new Folder({'pipeline.yaml': pipeline('sleep 600', 'timeout: 0.1005')}).run(['run']);
  expect(stderr).toContain('run/timeout');
  expect(stderr).not.toContain('bug');
});
