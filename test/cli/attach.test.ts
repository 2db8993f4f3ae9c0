import {existsSync} from 'node:fs';
import {expect, test} from 'vitest';
import {documentOf, Folder, linesOf, type Running} from './sidestep.js';

/** Says something, then works until it is asked to end; says more when it is told to. */
const pipeline = `sidestep: 1
name: demo
stages:
  slow:
    uses: command
    with: {argv: [sh, -c, "trap 'echo saved > saved; exit 0' TERM; echo hello; touch alive; while :; do [ -e more ] && rm more && echo more; sleep 0.05; done"]}
  after: {uses: command, needs: [slow], with: {argv: [touch, after]}}
`;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function started(folder: Folder): Promise<Running> {
  const running = folder.start(['run', '--plain']);
  await until(() => existsSync(folder.file('alive')));
  return running;
}

interface Row {
  readonly run: string;
  readonly outcome: string;
  readonly at_work: readonly string[];
}

async function rows(folder: Folder): Promise<Row[]> {
  return documentOf((await folder.run(['runs', '--json'])).stdout, 'runs').runs as Row[];
}

test('a running run is known as running, followed, left, and stopped from elsewhere', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const running = await started(folder);

  const [row] = await rows(folder);
  expect(row).toMatchObject({outcome: 'running', at_work: ['slow']});
  const status = documentOf((await folder.run(['status', '--json'])).stdout, 'status');
  expect(status.running).toMatchObject([{run: row!.run, experiment: null, pid: running.child.pid}]);
  expect(await folder.run(['runs', 'rm', row!.run])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage/still-running'),
  });

  const onlooker = folder.startInTerminal(['attach']);
  await onlooker.shows(/slow {3}.*\d s/);
  onlooker.child.stdin!.write('\u0003');
  const left = await onlooker.finished;
  expect(left.code).toBe(0);
  expect(left.stdout).toMatch(/left; run \S+ goes on in process/);
  expect(left.stdout).not.toContain('interrupted');
  expect((await rows(folder))[0]).toMatchObject({outcome: 'running'});

  const stopper = folder.startInTerminal(['attach', row!.run]);
  await stopper.shows(/s stops it after this step/);
  stopper.child.stdin!.write('s');
  expect(await stopper.finished).toMatchObject({code: 130, stdout: expect.stringContaining('Interrupted')});
  expect(await running.finished).toMatchObject({code: 130, stdout: expect.stringContaining('1 interrupted')});
  expect(folder.read('saved')).toBe('saved\n');
  expect((await rows(folder))[0]).toMatchObject({outcome: 'interrupted', at_work: []});
  expect(await folder.run(['attach'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage/not-running'),
  });
});

test('a stop from a script; a log that is followed to the end of its run', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const running = await started(folder);
  const log = folder.start(['logs', 'slow', '-f']);
  await log.shows(/hello/);
  folder.write('more', '');
  await log.shows(/more/);
  const onlooker = folder.start(['attach', '--plain']); // no keyboard, so no key is named
  await onlooker.shows(/slow {2}started/);
  const events = await folder.run(['attach', '--stop-now', '--json']);
  expect(events.code).toBe(0);
  const asked = linesOf(events.stdout, 'run').filter(({kind}) => kind === 'stop_requested');
  expect(asked.map(({how}) => how)).toEqual(['graceful', 'force']);
  expect((await running.finished).code).toBe(130);
  expect((await onlooker.finished).stderr).toMatch(/stopping: stages save what they can\n/);
  expect(await log.finished).toMatchObject({code: 0, stdout: expect.stringMatching(/^hello\nmore\n/)});
  const lines = linesOf((await folder.run(['logs', '--json'])).stdout, 'logs');
  expect(lines[0]).toEqual({kind: 'log', stage: 'slow', line: 'hello'});
});

test('one that follows a run that is killed hears of it', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const running = await started(folder);
  const onlooker = folder.start(['attach']);
  await onlooker.shows(/slow {2}started/);
  running.child.kill('SIGKILL');
  await running.finished;
  expect(await onlooker.finished).toMatchObject({code: 1, stderr: expect.stringContaining('was killed')});
  expect((await rows(folder))[0]).toMatchObject({outcome: 'killed'});
});
