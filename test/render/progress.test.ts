import {expect, test} from 'vitest';
import {stageId} from '../../src/base/stage-id.js';
import type {StageEvent} from '../../src/event/event.js';
import {advance, newProgress, rateOf, remainingMs, type StageProgress} from '../../src/render/progress.js';
import {progressLine} from '../../src/render/stage-line.js';

const stage = stageId('train');

function fold(events: readonly (readonly [number, StageEvent])[]): StageProgress {
  return events.reduce((progress, [at, event]) => advance(progress, event, at), newProgress(stage));
}

function step(global_step: number, loss: number | null = 0.5): StageEvent {
  return {
    kind: 'step_finished',
    stage,
    global_step,
    total_steps: 100,
    epoch: 2,
    loss,
    learning_rate: 1e-4,
    gradient_norm: 1,
    duration_ms: 500,
  };
}

const samples = (done: number, total: number | undefined = 200): StageEvent => ({
  kind: 'stage_progress',
  stage,
  done,
  total,
  unit: 'samples',
});

test('rate and ETA come from what was done since the first mark, so a resumed run is not called fast', () => {
  const progress = fold([
    [0, step(60)],
    [1000, step(62)],
    [2000, step(64)],
  ]);
  expect(rateOf(progress)).toBe(2);
  expect(remainingMs(progress, 2000)).toBe(18_000);
  expect(remainingMs(progress, 7000)).toBe(13_000); // counted down while nothing happens
  expect(remainingMs(progress, 99_000)).toBe(0);
});

test('the rate of quick steps is that of the last half minute, not of the last few steps', () => {
  const quick = Array.from({length: 3000}, (_, index) => [index * 20, step(index)] as const);
  const pause = [64_000, step(3000)] as const; // one step that took four seconds
  expect(rateOf(fold(quick))).toBeCloseTo(50, 0);
  expect(rateOf(fold([...quick, pause]))).toBeGreaterThan(40);
});

test('a single mark, or marks too close, give no rate', () => {
  expect(rateOf(fold([[0, samples(1)]]))).toBeUndefined();
  expect(
    rateOf(
      fold([
        [0, samples(1)],
        [50, samples(5)],
      ]),
    ),
  ).toBeUndefined();
});

test('an unknown total gives a rate but no ETA', () => {
  const progress = fold([
    [0, {...samples(0), total: undefined} as StageEvent],
    [1000, {...samples(3), total: undefined} as StageEvent],
  ]);
  expect(rateOf(progress)).toBe(3);
  expect(remainingMs(progress, 1000)).toBeUndefined();
});

test('a retry starts counting again', () => {
  const progress = fold([
    [0, samples(90)],
    [10_000, samples(100)],
    [20_000, samples(0)],
    [21_000, samples(4)],
  ]);
  expect(rateOf(progress)).toBe(4);
});

test('the shown loss is smoothed; a step without a finite loss is counted and does not poison it', () => {
  const {training} = fold([
    [0, step(1, 1)],
    [1, step(2, 2)],
    [2, step(3, null)],
  ]);
  expect(training?.smoothed_loss).toBeCloseTo(1.1, 12);
  expect(training?.skipped_steps).toBe(1);
});

test('at most four lines are kept, each a single line', () => {
  const log = (line: string): StageEvent => ({kind: 'log', stage, level: 'info', line});
  const {lines} = fold(['a', 'b', 'c\n  d', 'e', '', 'f'].map((line, at) => [at, log(line)] as const));
  expect(lines).toEqual(['b', 'c d', 'e', 'f']);
});

test('one line says it all', () => {
  const progress = fold([
    [0, step(60)],
    [2000, step(64)],
    [2000, {kind: 'memory', stage, resident_bytes: 2 ** 30, device_bytes: 4.21 * 2 ** 30, device: 'cuda:0'}],
  ]);
  expect(progressLine(progress, 0)).toBe(
    'train  64/100 steps · loss 0.5 · ETA 18.0 s · epoch 2 · 2.00 steps/s · lr 1.00e-4 · memory 1.00 GiB and 4.21 GiB on cuda:0',
  );
});

test('failed samples and the present one are named', () => {
  const progress = fold([
    [0, samples(3)],
    [1, {kind: 'sample_failed', stage, sample: 'a.wav', problem: {code: 'x/y', message: 'is empty'}}],
    [2, {kind: 'sample_started', stage, sample: 'b.wav'}],
  ]);
  expect(progressLine(progress, 0)).toBe('train  3/200 samples · 1 failed · b.wav');
  expect(progress.lines).toEqual(['a.wav: is empty']);
});

test('a stage that counts nothing shows how long it has been running', () => {
  const started: StageEvent = {
    kind: 'stage_started',
    stage,
    fingerprint: 'f' as never,
    attempt: 1,
    log: 'x',
    start: {kind: 'beginning'},
  };
  expect(progressLine(fold([[1000, started]]), 13_000)).toBe('train  12.0 s');
});
