import {existsSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

/** `slow` leaves a sign of life, then works for a while; on a polite request it says goodbye. */
const pipeline = (script: string): string => `sidestep: 1
name: demo
stages:
  quick: {uses: command, with: {argv: [sh, -c, "echo done > \${outputs.o}"], outputs: {o: o}}}
  slow:
    uses: command
    needs: [quick]
    with: {argv: [sh, -c, "${script}"], working_dir: .}
`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('the first Ctrl-C stops gracefully: exit code 130, what finished is kept, the next run goes on', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('touch alive; sleep 20')});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.kill('SIGINT');
  const {code, signal, stdout, stderr} = await running.finished;
  expect({code, signal}).toEqual({code: 130, signal: null});
  expect(stdout).toContain('Interrupted');
  expect(stdout).toContain('1 ran, 1 interrupted');
  expect(stderr).toContain('Ctrl-C again');
  folder.write('pipeline.yaml', pipeline('touch again'));
  expect((await folder.run(['run'])).stdout).toContain('1 ran, 1 from cache');
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s is a request to stop like Ctrl-C', async (signal) => {
  const folder = new Folder({'pipeline.yaml': pipeline('touch alive; sleep 600')});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.kill(signal);
  expect(await running.finished).toMatchObject({code: 130, stdout: expect.stringContaining('1 interrupted')});
});

test('a terminal that closes may say so several times: what saves is left to save', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline(
      "trap 'sleep 1; touch saved; exit 0' TERM; touch alive; while :; do sleep 0.1; done",
    ),
  });
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.kill('SIGHUP');
  await running.shows(/Ctrl-C again/);
  running.child.kill('SIGHUP');
  running.child.kill('SIGHUP');
  expect(await running.finished).toMatchObject({code: 130});
  expect(existsSync(folder.file('saved'))).toBe(true);
});

test('the second Ctrl-C does not wait for a stage that will not listen', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline("trap '' TERM INT; touch alive; sleep 30; sleep 30")});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  const asked = Date.now();
  running.child.kill('SIGINT');
  await running.shows(/Ctrl-C again/);
  running.child.kill('SIGINT');
  const {code} = await running.finished;
  expect(code).toBe(130);
  expect(Date.now() - asked).toBeLessThan(15_000);
});

test('a killed run leaves nothing in the way of the next', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('touch alive; sleep 20')});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.kill('SIGKILL');
  expect((await running.finished).signal).toBe('SIGKILL');
  folder.write('pipeline.yaml', pipeline('touch again'));
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  expect((await folder.run(['history'])).stdout).toContain('killed');
});

test('a killed run takes the programs it started with it, those that will not listen and their children too', async () => {
  const stubborn =
    "trap '' TERM INT HUP; sleep 600 & echo $! > child.tmp; mv child.tmp child; echo $$ > parent.tmp; mv parent.tmp parent; wait; sleep 600";
  const folder = new Folder({'pipeline.yaml': pipeline(stubborn)});
  const running = folder.start(['run']);
  await until(() => existsSync(folder.file('parent')));
  const started = ['parent', 'child'].map((name) => Number(folder.read(name)));
  expect(started.map(isAlive)).toEqual([true, true]);
  running.child.kill('SIGKILL');
  await running.finished;
  await until(() => !started.some(isAlive));
});

test('a program neither sees its guard nor waits for it, and what leaves its session on purpose stays', async () => {
  const script =
    'read -r c < /proc/$$/task/$$/children; echo "[$c]" > seen; [ -e /proc/$$/fd/3 ] && echo guard >> seen; setsid sh -c "echo \\$\\$ > left; exec sleep 600" > /dev/null 2>&1 & until [ -s left ]; do sleep 0.01; done';
  const folder = new Folder({'pipeline.yaml': pipeline('').replace('""', JSON.stringify(script))});
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  expect(folder.read('seen')).toBe('[]\n');
  const left = Number(folder.read('left'));
  expect(isAlive(left)).toBe(true);
  process.kill(left, 'SIGKILL');
});

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.startsWith('Z');
  } catch {
    return false;
  }
}

test('Ctrl-C in a terminal, where every process of the group hears it: its row says so at once, and nothing has failed', async () => {
  const script =
    "trap '' INT; trap 'while [ ! -e go ]; do sleep 0.05; done; exit 0' TERM; touch alive; while :; do sleep 0.05; done";
  const after = '  after: {uses: command, needs: [slow], with: {argv: [touch, after]}}\n';
  const folder = new Folder({'pipeline.yaml': pipeline(script) + after});
  const running = folder.startInTerminal(['run']);
  await until(() => existsSync(folder.file('alive')));
  running.child.stdin!.write('\u0003');
  await running.shows(/slow .*stopping: saves what it can; Ctrl-C again to stop now/); // while it goes on
  folder.write('go', '');
  const {code, stdout} = await running.finished;
  expect(stdout).toContain('Interrupted');
  expect(stdout).toMatch(/after {2}not started: the run was stopped/);
  expect(stdout).not.toContain('✖');
  expect(code).toBe(130);
});
