import {existsSync, readFileSync, symlinkSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {type CommandWorkers, commandLine, commandWorkers} from '../../src/run/command-worker.js';
import {stopSwitch} from '../../src/run/stop.js';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, run, workerMain} from './rig.js';
import {sshPossible} from './ssh-possible.js';
import {startSshd} from './sshd.js';

function workers(command: readonly string[], more: Partial<CommandWorkers> = {}) {
  const worker = [process.execPath, workerMain];
  return commandWorkers({command, worker, env: process.env, start_timeout_s: 60, silence_s: 60, ...more});
}

const counting = {uses: 'test.count', params: {epochs: 3}};
const counted = 'epoch 1\nepoch 2\nepoch 3';

/** Ends the process whose number a worker wrote, once it is there. */
async function signalTo(file: string, signal: NodeJS.Signals): Promise<void> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(10);
  process.kill(Number(readFileSync(file, 'utf8')), signal);
}

test('the worker takes its place in a template, as arguments or as a text for a shell', () => {
  const worker = ['/opt/node js/node', '/w/main.js', "it's"];
  expect(commandLine(['srun', '-n1', '{worker}'], worker)).toEqual(['srun', '-n1', ...worker]);
  expect(commandLine(['ssh', 'gpu1', 'exec {worker_line}'], worker)).toEqual([
    'ssh',
    'gpu1',
    `exec '/opt/node js/node' /w/main.js 'it'\\''s'`,
  ]);
});

test('samples, warnings and parts go over pipes, and what is printed between is heard as lines', async () => {
  const dir = await temporaryFolder();
  const songs = {one: 'la', two: 'odd', three: 'bad'};
  const chatty = ['sh', '-c', 'echo "Welcome to n1"; exec "$@"', 'x', '{worker}'];
  const report = await run(pipelineOf(dir, {a: {uses: 'test.samples', params: {songs}, on_error: 'skip'}}), {
    launcher: workers(chatty),
  });
  expect(report.by.a).toMatchObject({kind: 'succeeded', samples: {total: 3, computed: 2, failed: 1}});
  expect(readFileSync(join(report.dir, 'logs', 'a.log'), 'utf8')).toContain('Welcome to n1');
});

test('a stop saves and ends; the worker hears it, not the program that started it', async () => {
  const dir = await temporaryFolder();
  const stop = stopSwitch();
  const pipeline = pipelineOf(dir, {a: {uses: 'test.count', params: {epochs: 3, hold_at: 2}}});
  const launcher = workers(['sh', '-c', '"$@"; exit $?', 'x', '{worker}']);
  const first = await run(pipeline, {
    launcher,
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_progress' && event.done === 2) stop.request();
    },
  });
  expect(first.by.a).toMatchObject({kind: 'interrupted', resumable: true, ended: 'itself'});
  expect(outputText(await run(pipeline, {launcher}), 'a')).toBe(counted);
});

test('told to stop by what it runs on, or silent, it goes on from what it saved, and no retry is counted', async () => {
  const dir = await temporaryFolder();
  const [a, b] = [join(dir, 'a'), join(dir, 'b')];
  const held = {uses: 'test.count', params: {epochs: 3, hold_at: 2}};
  const pipeline = pipelineOf(dir, {
    a: {...held, params: {...held.params, flag: a}},
    b: {...held, params: {...held.params, epochs: 4, flag: b}},
  });
  let signalled = false;
  const report = await run(pipeline, {
    launcher: workers(['{worker}'], {silence_s: 3}),
    onEvent: (event) => {
      if (event.kind !== 'stage_progress' || event.done !== 2 || event.stage !== 'a' || signalled) return;
      signalled = true;
      void signalTo(a, 'SIGTERM');
    },
  });
  expect(report.outcome).toBe('done');
  expect(outputText(report, 'a')).toBe(counted);
  const lost = report.events.flatMap((event) =>
    event.kind === 'stage_lost' ? [[event.stage, event.problem.code]] : [],
  );
  expect(lost).toContainEqual(['a', 'run/worker-stopped']);
  expect(lost).toContainEqual(['b', 'run/worker-silent']);
  const starts = report.events.flatMap((event) => (event.kind === 'stage_started' ? [event] : []));
  expect(starts.filter(({start}) => start.kind === 'own_state').length).toBeGreaterThanOrEqual(2);
  expect(new Set(starts.map(({attempt}) => attempt))).toEqual(new Set([1]));
});

test('a program that is not there, one that starts no worker, and one that fails', async () => {
  const dir = await temporaryFolder();
  const problemWith = async (command: readonly string[], more: Partial<CommandWorkers> = {}) => {
    const {by} = await run(pipelineOf(dir, {a: counting}), {launcher: workers(command, more)});
    return by.a;
  };
  expect(await problemWith([join(dir, 'nothing')])).toMatchObject({
    problem: {code: 'run/worker-not-started'},
  });
  expect(await problemWith(['sleep', '100'], {start_timeout_s: 0.2})).toMatchObject({
    problem: {code: 'run/worker-not-there'},
  });
  expect(await problemWith(['sh', '-c', 'echo no such partition >&2; exit 3'])).toMatchObject({
    kind: 'crashed',
    exit_code: 3,
    stderr_tail: 'no such partition',
  });
});

test.skipIf(!sshPossible)('over ssh; a connection that breaks is no failure', async () => {
  const dir = await temporaryFolder();
  const ssh = await startSshd(dir);
  // A folder with a space: the worker's command line has to survive the shell at the other end.
  const there = join(dir, 'other place');
  symlinkSync(dirname(dirname(dirname(workerMain))), there);
  const flag = join(dir, 'flag');
  const pipeline = pipelineOf(dir, {
    a: {uses: 'test.count', params: {epochs: 3, hold_at: 2, flag}},
  });
  let broken = false;
  const report = await run(pipeline, {
    launcher: workers([...ssh, 'exec {worker_line}'], {
      worker: [process.execPath, join(there, 'test', 'run', 'worker-main.mjs')],
    }),
    onEvent: (event) => {
      if (event.kind !== 'stage_progress' || event.done !== 2 || broken) return;
      broken = true;
      const parent = readFileSync(`/proc/${readFileSync(flag, 'utf8')}/stat`, 'utf8').split(' ')[3]; // sshd's own process
      process.kill(Number(parent), 'SIGKILL');
    },
  });
  expect(report.events.filter(({kind}) => kind === 'stage_lost')).toHaveLength(1);
  expect(outputText(report, 'a')).toBe(counted);
});
