import {expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import type {PartJob} from '../../src/protocol/message.js';
import type {WorkerContext} from '../../src/worker/context.js';
import {SampleWork} from '../../src/worker/sample-work.js';

const part = (sample: string, name: string) => ({sample, part: name}) as PartJob;
const parts = ['a', 'b'].flatMap((sample) => ['text', 'latents'].map((name) => part(sample, name)));

/** The work of a stage over two songs, and what it told the runner. */
function twoSongs(signal = new AbortController().signal) {
  const told: unknown[] = [];
  const context = {
    job: {parts},
    signal,
    emit: ({kind, sample}: {kind: string; sample: string}) => told.push([kind, sample]),
    beginPart: () => {},
    failSample: (sample: string, {code}: {code: string}) => told.push(['failed', sample, code]),
  } as unknown as WorkerContext;
  return {work: new SampleWork(context), told};
}

const damaged = () => Promise.reject(new SidestepError({code: 'audio/damaged', message: 'Half a frame'}));

test('a sample that fails is reported once, its other parts are not tried, and the next sample is made', async () => {
  const {work, told} = twoSongs();
  const made: string[] = [];
  await work.make(parts[0]!, damaged);
  await work.make(parts[2]!, async () => void made.push('b'));
  expect(made).toEqual(['b']);
  expect(work.pending('latents').map(({sample}) => sample)).toEqual(['b']);
  expect(told).toEqual([
    ['sample_started', 'a'],
    ['failed', 'a', 'audio/damaged'],
    ['sample_started', 'b'],
  ]);
});

test('a file that went away is its sample’s alone', async () => {
  const {work, told} = twoSongs();
  await work.make(parts[0]!, () =>
    Promise.reject(Object.assign(new Error('gone'), {code: 'ENOENT', path: 'a.wav'})),
  );
  expect(told).toContainEqual(['failed', 'a', 'audio/unreadable']);
});

test.each([
  {name: 'a full disk', error: Object.assign(new Error('full'), {code: 'ENOSPC'})},
  {name: 'a bug', error: new TypeError('undefined is not a function')},
])('$name ends the stage', async ({error}) => {
  const {work} = twoSongs();
  await expect(work.make(parts[0]!, () => Promise.reject(error))).rejects.toBe(error);
});

test('what fails because the run is being stopped is no failure of the sample', async () => {
  const {work, told} = twoSongs(AbortSignal.abort());
  await expect(work.make(parts[0]!, damaged)).rejects.toThrow('Half a frame');
  expect(told).toEqual([['sample_started', 'a']]);
});

/** What `makeAll` says of its phase. */
async function phaseOf(seconds: readonly number[], stopAfter = Number.POSITIVE_INFINITY) {
  const told: object[] = [];
  const stop = new AbortController();
  const context = {
    signal: stop.signal,
    emit: (event: object) => told.push(event),
  } as unknown as WorkerContext;
  const phase = {phase: 'encoding songs', unit: 'songs', seconds: (each: number) => each};
  let made = 0;
  await new SampleWork(context).makeAll(phase, seconds, async () => {
    made += 1;
    if (made === stopAfter) stop.abort();
  });
  return {told, made};
}

test('a phase says before and after each song how many songs and how much music are done', async () => {
  const {told} = await phaseOf([60, 180]);
  const phase = {kind: 'phase_progress', phase: 'encoding songs', unit: 'songs', total: 2};
  expect(told).toEqual([
    {...phase, done: 0, music: {done: 0, total: 240}},
    {...phase, done: 1, music: {done: 60, total: 240}},
    {...phase, done: 2, music: {done: 240, total: 240}},
  ]);
});

test('where the length of a song is not known, songs alone are counted; a stop ends the phase', async () => {
  const {told, made} = await phaseOf([60, 0, 30], 2);
  expect(told.at(-1)).toEqual({
    kind: 'phase_progress',
    phase: 'encoding songs',
    unit: 'songs',
    done: 2,
    total: 3,
  });
  expect(made).toBe(2);
});
