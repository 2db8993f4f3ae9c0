import {readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs';
import {cp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import pLimit from 'p-limit';
import {describe, expect, test} from 'vitest';
import {readSavedState, type SavedStateNote} from '../../../src/base/saved-state.js';
import {damageIn} from '../../../src/base/seal.js';
import {temporaryFolder} from '../../temporary-folder.js';
import {attempt, outputs, type RunOptions} from './invented-run.js';

const METRICS = 'partial/kept/metrics.jsonl';

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 3]! ^= 1;
  writeFileSync(path, bytes);
}

interface KilledRun extends RunOptions {
  readonly name: string;
  /** The first instants, as a share of all, where it is not killed: until then it is like another of these runs. */
  readonly spared?: number;
}

const VALIDATION: RunOptions['validation'] = {
  fraction: 0.5,
  every_epochs: 1,
  timesteps: [0.1, 0.5, 0.9],
  draws: 1,
  seed: 1,
};

const runs: readonly KilledRun[] = [
  {name: 'checkpoints of epochs', checkpoint: {every_epochs: 2}},
  {
    name: 'checkpoints of epochs and of steps at once',
    checkpoint: {every_epochs: 1, every_steps: 2, keep_last: 3},
  },
  {name: 'checkpoints between epochs', checkpoint: {every_epochs: 0, every_steps: 3, keep_last: 1}},
  {name: 'no checkpoints, no best', checkpoint: {every_epochs: 0, keep_best: 0}},
  {name: 'validation', validation: VALIDATION},
  {name: 'a moving average', ema_decay: 0.9},
  {name: 'steps that the log passes over', logging: {log_every: 4, log_heavy_every: 5, tensorboard: false}},
  {
    name: 'early stopping',
    spared: 0.6,
    epochs: 7,
    early_stop: {patience: 2, min_delta: 0.01},
    checkpoint: {every_epochs: 1},
  },
  {name: 'a fresh start by request', resume: 'fresh'},
];

/** What a runner finds, which continues nothing that is not sound. */
async function checkOf(folder: string): Promise<string> {
  const note = readSavedState(join(folder, 'partial'));
  if (typeof note === 'string') return note;
  const damage = await damageIn(join(folder, 'partial'), note.seal);
  return damage === undefined ? 'sound' : `${damage.path} ${damage.what}`;
}

/** A new attempt gets an empty output folder, as the runner gives it. */
async function finish(folder: string, options: RunOptions): Promise<readonly string[]> {
  await rm(join(folder, 'out'), {recursive: true, force: true});
  const {ended, log} = await attempt(folder, options);
  expect(ended).toBe('done');
  return log;
}

describe('killed at any instant, a run ends in the files of an undisturbed one', () => {
  test.each(runs)('$name', async ({name: _name, spared = 0, ...options}) => {
    const undisturbed = await temporaryFolder('memory');
    const {instants} = await attempt(undisturbed, options);
    const expected = await outputs(undisturbed);
    expect(instants).toBeGreaterThan(15);
    const killedAt = async (kill_at: number) => {
      const folder = await temporaryFolder('memory');
      expect((await attempt(folder, options, {kill_at})).ended).toBe('killed');
      expect(await checkOf(folder), `killed at instant ${kill_at}`).toMatch(/^(none|sound)$/);
      await finish(folder, options);
      expect(await outputs(folder), `killed at instant ${kill_at} of ${instants}`).toEqual(expected);
    };
    const limit = pLimit(16); // they mostly wait for the disk
    const every = Array.from({length: instants}, (_, i) => i + 1).slice(Math.floor(spared * instants));
    await Promise.all(every.map((instant) => limit(() => killedAt(instant))));
  });
});

test('killed again and again, it still gets there', async () => {
  const options: RunOptions = {validation: VALIDATION, checkpoint: {every_steps: 1}};
  const undisturbed = await temporaryFolder('memory');
  await attempt(undisturbed, options);
  const folder = await temporaryFolder('memory');
  let attempts = 0;
  while ((await attempt(folder, options, {kill_at: 26})).ended === 'killed') {
    attempts += 1;
    expect(attempts).toBeLessThan(50);
    await rm(join(folder, 'out'), {recursive: true, force: true});
  }
  expect(attempts).toBeGreaterThan(1);
  expect(await outputs(folder)).toEqual(await outputs(undisturbed));
});

describe('what an interrupted run kept is damaged before it goes on', () => {
  const options: RunOptions = {checkpoint: {every_epochs: 1, keep_last: 2}, ema_decay: 0.9};

  test('cut or flipped at any byte of its metrics, it is seen, or is after what is continued', async () => {
    const undisturbed = await temporaryFolder('memory');
    await finish(undisturbed, options);
    const expected = await outputs(undisturbed);
    const interrupted = await temporaryFolder('memory');
    const {instants} = await attempt(interrupted, options);
    await rm(join(interrupted, 'partial'), {recursive: true});
    expect((await attempt(interrupted, options, {kill_at: instants - 8})).ended).toBe('killed');
    const bytes = await readFile(join(interrupted, METRICS));
    const note = readSavedState(join(interrupted, 'partial')) as SavedStateNote;
    const {beginnings} = note.seal;
    const counted = beginnings[0]!.size;
    expect(counted).toBeGreaterThan(300);
    expect(bytes.length, 'a step more than what was saved').toBeGreaterThan(counted);
    const goesOn = async (name: string, damaged: Uint8Array) => {
      const folder = await temporaryFolder('memory');
      await cp(interrupted, folder, {recursive: true});
      await writeFile(join(folder, METRICS), damaged);
      expect(await checkOf(folder), name).toBe('sound');
      await finish(folder, options);
      expect(await outputs(folder), name).toEqual(expected);
    };
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 4;
      for (const damaged of [bytes.subarray(0, at), flipped]) {
        await writeFile(join(interrupted, METRICS), damaged);
        const found = await damageIn(join(interrupted, 'partial'), {folders: [], beginnings});
        const seen = at < counted ? {path: 'kept/metrics.jsonl', what: 'changed'} : undefined;
        expect(found, `at ${at}`).toEqual(seen);
      }
      if (at >= counted && at % 20 === 0) {
        await goesOn(`cut at ${at}`, bytes.subarray(0, at));
        await goesOn(`flipped at ${at}`, flipped);
      }
    }
  });

  test.each([
    {file: 'best/epoch_3/adapter_model.safetensors', harm: flip},
    {file: 'best/epoch_3/sidestep.json', harm: (path: string) => rmSync(path)},
    {file: 'checkpoints/epoch_2/raw/adapter_model.safetensors', harm: flip},
    {file: 'checkpoints/epoch_2/training_state.safetensors', harm: (path: string) => rmSync(path)},
    {file: 'metrics.jsonl', harm: flip},
    {file: 'metrics.jsonl', harm: (path: string) => truncateSync(path, 20)},
  ])('$file, damaged while it goes on, is not made part of a result', async ({file, harm}) => {
    const folder = await temporaryFolder('memory');
    const {instants} = await attempt(folder, options);
    const again = await temporaryFolder('memory');
    const last = attempt(again, options, {
      at: {instant: instants - 1, act: () => harm(join(again, 'partial/kept', file))},
    });
    await expect(last).rejects.toMatchObject({problem: {code: 'train/kept-damaged'}});
    expect(await checkOf(again)).toContain(file);
  });
});

describe('a run whose length changed', () => {
  test('goes on under a constant schedule', async () => {
    const folder = await temporaryFolder('memory');
    await finish(folder, {epochs: 2});
    const log = await finish(folder, {epochs: 4});
    expect(log).toContain('continuing the saved state of step 4');
  });

  test('killed at any instant on the way, it ends in the files of a run that was long from the beginning', async () => {
    const logging = {log_every: 3, log_heavy_every: 0, tensorboard: false};
    const options: RunOptions = {checkpoint: {every_epochs: 1}, ema_decay: 0.9, logging};
    const direct = await temporaryFolder('memory');
    await finish(direct, {...options, epochs: 4});
    const expected = await outputs(direct);
    const short = await temporaryFolder('memory');
    await finish(short, {...options, epochs: 2});
    const extendedAt = async (kill_at: number) => {
      const folder = await temporaryFolder('memory');
      await cp(join(short, 'partial'), join(folder, 'partial'), {recursive: true});
      const {ended} = await attempt(folder, {...options, epochs: 4}, {kill_at});
      expect(await checkOf(folder), `killed at instant ${kill_at}`).toBe('sound');
      if (ended === 'killed') await finish(folder, {...options, epochs: 4});
      expect(await outputs(folder), `killed at instant ${kill_at}`).toEqual(expected);
      return ended;
    };
    const limit = pLimit(16);
    const ends = await Promise.all(Array.from({length: 40}, (_, i) => limit(() => extendedAt(i + 1))));
    expect(ends).toContain('killed');
  });

  test('a fork happens once: interrupted, it goes on where it was', async () => {
    const folder = await temporaryFolder('memory');
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
