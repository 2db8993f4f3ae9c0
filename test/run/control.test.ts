import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openControlDoor} from '../../src/run/control/door.js';
import {followRun} from '../../src/run/control/follow.js';
import {lastRunnerOf, runnerOf} from '../../src/run/control/runner.js';
import {requestStop} from '../../src/run/control/stop-request.js';
import {stopSwitch} from '../../src/run/stop.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A run's record whose path is longer than that of a socket may be. */
async function recordFolder(): Promise<string> {
  const dir = join(await temporaryFolder(), 'x'.repeat(120), 'y'.repeat(120));
  mkdirSync(dir, {recursive: true});
  return dir;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('while its door is open a run has a runner, afterwards nothing is left of either', async () => {
  const dir = await recordFolder();
  expect(runnerOf(dir, Date.now())).toBeUndefined();
  const door = await openControlDoor(dir, stopSwitch());
  expect(runnerOf(dir, Date.now())).toMatchObject({pid: process.pid});
  await requestStop(dir, 'graceful', Date.now());
  await door.close();
  expect(runnerOf(dir, Date.now())).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test('a request reaches the switch, first the gentle one, then the other; a gentle one takes nothing back', async () => {
  const dir = await recordFolder();
  const stop = stopSwitch();
  const door = await openControlDoor(dir, stop);
  expect(await requestStop(dir, 'graceful', Date.now())).toBe(true);
  await until(() => stop.graceful.aborted);
  expect(stop.force.aborted).toBe(false);
  await requestStop(dir, 'force', Date.now());
  await until(() => stop.force.aborted);
  await requestStop(dir, 'graceful', Date.now());
  expect(stop.force.aborted).toBe(true);
  await door.close();
});

test('nonsense in the place of a request is no request', async () => {
  const dir = await recordFolder();
  const stop = stopSwitch();
  const door = await openControlDoor(dir, stop);
  for (const text of ['', '{"how":"maybe"}', '[1]', '{"how":']) {
    writeFileSync(join(dir, 'stop.json'), text);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  expect(stop.graceful.aborted).toBe(false);
  await door.close();
});

test('no one is asked when no one is there, and no request waits for a run to come', async () => {
  const dir = await recordFolder();
  expect(await requestStop(dir, 'force', Date.now())).toBe(false);
  expect(readdirSync(dir)).toEqual([]);
});

test('a killed runner is gone, whatever it left; so is one whose number another process has now', async () => {
  const dir = await recordFolder();
  const child = spawn('sleep', ['600']);
  const door = await openControlDoor(dir, stopSwitch());
  const file = join(dir, 'runner.json');
  const self = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({...self, pid: child.pid})); // this process's start time, another's number
  expect(runnerOf(dir, Date.now())).toBeUndefined();
  expect(lastRunnerOf(dir)).toMatchObject({pid: child.pid});
  child.kill('SIGKILL');
  await door.close();
});

test('a runner on another machine lives as long as its sign of life is fresh', async () => {
  const dir = await recordFolder();
  const door = await openControlDoor(dir, stopSwitch());
  const file = join(dir, 'runner.json');
  const self = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({...self, machine: 'elsewhere', host: 'elsewhere', pid: 1}));
  const now = Date.now();
  expect(runnerOf(dir, now)).toMatchObject({host: 'elsewhere'});
  utimesSync(file, new Date(now - 600_000), new Date(now - 600_000));
  expect(runnerOf(dir, now)).toBeUndefined();
  await door.close();
});

test('a place that cannot be written to is no reason not to run', async () => {
  const dir = await recordFolder();
  writeFileSync(join(dir, 'file'), '');
  const inAFile = join(dir, 'file', 'record');
  const door = await openControlDoor(inAFile, stopSwitch());
  expect(runnerOf(inAFile, Date.now())).toBeUndefined();
  await door.close();
  expect(existsSync(inAFile)).toBe(false);
});

test('following hears what is there and what comes, whole events only, and ends with the run', async () => {
  const dir = await recordFolder();
  const door = await openControlDoor(dir, stopSwitch());
  const events = join(dir, 'events.jsonl');
  writeFileSync(events, '{"kind":"warning","at":1}\n{"kind":"stop_re');
  const heard: string[] = [];
  const followed = followRun(dir, {
    listener: ({kind}) => void heard.push(kind),
    signal: new AbortController().signal,
    now: Date.now,
  });
  await until(() => heard.length === 1);
  writeFileSync(events, 'quested","at":2}\n{"kind":"run_finished","at":3}\n', {flag: 'a'});
  expect(await followed).toBe('finished');
  expect(heard).toEqual(['warning', 'stop_requested', 'run_finished']);
  await door.close();
});
