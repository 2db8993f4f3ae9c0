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

test('a sample that fails is told once, its other parts are not tried, and the next sample is made', async () => {
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
