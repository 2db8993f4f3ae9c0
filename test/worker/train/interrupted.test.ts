import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import pLimit from 'p-limit';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../temporary-folder.js';
import {attempt, outputs, type RunOptions} from './invented-run.js';

const runs: readonly (RunOptions & {readonly name: string})[] = [
  {name: 'checkpoints of epochs', checkpoint: {every_epochs: 2}},
  {
    name: 'checkpoints of epochs and of steps at once',
    checkpoint: {every_epochs: 1, every_steps: 2, keep_last: 3},
  },
  {name: 'checkpoints between epochs', checkpoint: {every_epochs: 0, every_steps: 3, keep_last: 1}},
  {name: 'no checkpoints, no best', checkpoint: {every_epochs: 0, keep_best: 0}},
  {name: 'validation', validation: {fraction: 0.5, every_epochs: 1}},
  {name: 'a moving average', ema_decay: 0.9},
  {
    name: 'early stopping',
    epochs: 7,
    early_stop: {patience: 2, min_delta: 0.01},
    checkpoint: {every_epochs: 1},
  },
  {name: 'a fresh start by request', resume: 'fresh'},
];

/** A new attempt gets an empty output folder, as the runner gives it. */
async function finish(folder: string, options: RunOptions): Promise<readonly string[]> {
  await rm(join(folder, 'out'), {recursive: true, force: true});
  const {ended, log} = await attempt(folder, options);
  expect(ended).toBe('done');
  return log;
}

describe('killed at any instant, a run ends in the files of an undisturbed one', () => {
  test.each(runs)('$name', async ({name: _name, ...options}) => {
    const undisturbed = await temporaryFolder();
    const {instants} = await attempt(undisturbed, options);
    const expected = await outputs(undisturbed);
    expect(instants).toBeGreaterThan(15);
    const killedAt = async (kill_at: number) => {
      const folder = await temporaryFolder();
      expect((await attempt(folder, options, {kill_at})).ended).toBe('killed');
      await finish(folder, options);
      expect(await outputs(folder), `killed at instant ${kill_at} of ${instants}`).toEqual(expected);
    };
    const limit = pLimit(16); // they mostly wait for the disk
    await Promise.all(Array.from({length: instants}, (_, i) => limit(() => killedAt(i + 1))));
  });
});

test('killed again and again, it still gets there', async () => {
  const options: RunOptions = {validation: {fraction: 0.5, every_epochs: 1}, checkpoint: {every_steps: 1}};
  const undisturbed = await temporaryFolder();
  await attempt(undisturbed, options);
  const folder = await temporaryFolder();
  let attempts = 0;
  while ((await attempt(folder, options, {kill_at: 26})).ended === 'killed') {
    attempts += 1;
    expect(attempts).toBeLessThan(50);
    await rm(join(folder, 'out'), {recursive: true, force: true});
  }
  expect(attempts).toBeGreaterThan(1);
  expect(await outputs(folder)).toEqual(await outputs(undisturbed));
});

describe('a run whose length changed', () => {
  test('goes on under a constant schedule', async () => {
    const folder = await temporaryFolder();
    await finish(folder, {epochs: 2});
    const log = await finish(folder, {epochs: 4});
    expect(log).toContain('continuing the saved state of step 4');
  });

  test('killed at any instant on the way, it ends in the files of a run that was long from the beginning', async () => {
    const options: RunOptions = {checkpoint: {every_epochs: 1}, ema_decay: 0.9};
    const direct = await temporaryFolder();
    await finish(direct, {...options, epochs: 4});
    const expected = await outputs(direct);
    const extendedAt = async (kill_at: number) => {
      const folder = await temporaryFolder();
      await finish(folder, {...options, epochs: 2});
      await rm(join(folder, 'out'), {recursive: true, force: true});
      const {ended} = await attempt(folder, {...options, epochs: 4}, {kill_at});
      if (ended === 'killed') await finish(folder, {...options, epochs: 4});
      expect(await outputs(folder), `killed at instant ${kill_at}`).toEqual(expected);
      return ended;
    };
    const limit = pLimit(16);
    const ends = await Promise.all(Array.from({length: 40}, (_, i) => limit(() => extendedAt(i + 1))));
    expect(ends).toContain('killed');
  });

  test('a fork happens once: interrupted, it goes on where it was', async () => {
    const folder = await temporaryFolder();
    const forked: RunOptions = {epochs: 4, resume: 'fork'};
    await finish(folder, {epochs: 2});
    expect((await attempt(folder, forked, {kill_at: 25})).ended).toBe('killed');
    const log = await finish(folder, forked);
    expect(
      log.some((line) => /^continuing the saved state of step [1-9]/.test(line)),
      log.join('\n'),
    ).toBe(true);
  });
});
