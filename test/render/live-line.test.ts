import {expect, test} from 'vitest';
import {stageId} from '../../src/base/stage-id.js';
import type {StageEvent} from '../../src/event/event.js';
import {columnsOf} from '../../src/render/columns.js';
import {advance, asked, newProgress, type StageProgress} from '../../src/render/progress.js';
import {progressLine} from '../../src/render/stage-line.js';
import {titleText} from '../../src/render/terminal-title.js';

const stage = stageId('train');
const encode = stageId('latents');

function fold(id: typeof stage, events: readonly (readonly [number, StageEvent])[]): StageProgress {
  return events.reduce((progress, [at, event]) => advance(progress, event, at), newProgress(id));
}

const begun = (id: typeof stage): StageEvent => ({
  kind: 'stage_started',
  stage: id,
  fingerprint: 'f' as never,
  attempt: 1,
  log: 'x',
  start: {kind: 'beginning'},
});

const step = (global_step: number, loss: number): StageEvent => ({
  kind: 'step_finished',
  stage,
  global_step,
  total_steps: 120,
  epoch: Math.ceil(global_step / 10),
  loss,
  learning_rate: 1e-4,
  gradient_norm: 1,
  duration_ms: 3000,
});

/** 21 steps of three seconds; saved after the tenth. */
const training = fold(stage, [
  [0, begun(stage)],
  ...Array.from(
    {length: 21},
    (_, index) => [3000 * (index + 1), step(index + 1, 3 - index / 20)] as const,
  ).flatMap((pair, index): (readonly [number, StageEvent])[] =>
    index === 9
      ? [
          pair,
          [pair[0], {kind: 'state_saved', stage, global_step: 10, reason: 'checkpoint epoch_1'}],
          [pair[0], {kind: 'epoch_finished', stage, epoch: 1, epochs: 12, mean_loss: 2.775, duration_ms: 1}],
        ]
      : [pair],
  ),
]);

const encoding = fold(encode, [
  [0, begun(encode)],
  [1000, {kind: 'stage_progress', stage: encode, done: 0, total: 8, unit: 'samples'}],
  [1000, {kind: 'phase_started', stage: encode, phase: 'loading the VAE'}],
  [2000, music(0, 0)],
  [2000, {kind: 'sample_started', stage: encode, sample: 'Monday Rain.wav'}],
  [12_000, music(3, 250)],
]);

function music(done: number, seconds: number): StageEvent {
  return {
    kind: 'phase_progress',
    stage: encode,
    phase: 'encoding songs',
    done,
    total: 8,
    unit: 'songs',
    music: {done: seconds, total: 750},
  };
}

const line = (progress: StageProgress, room: number, at: number): string =>
  progressLine(progress, at, {kind: 'row', room: {columns: room, columnsOf}, again: 'Ctrl-C'});

test.each([
  [34, 'train  loss 2.395 · ETA 4 min 57 s'],
  [54, 'train  21/120 steps · loss 2.395 · ETA 4 min 57 s'],
  [74, 'train  21/120 steps · loss 2.395 · ETA 4 min 57 s · elapsed 1 min 03 s'],
  [
    114,
    'train  21/120 steps · loss 2.395 · █▇▇▆▅▅▄▄▃▂▂▁ · best 2.775 · ETA 4 min 57 s · elapsed 1 min 03 s · epoch 3/12',
  ],
])('in %i columns of a training, loss and ETA are what stays', (room, text) => {
  expect(line(training, room, 63_000)).toBe(text);
  expect(columnsOf(text)).toBeLessThanOrEqual(room);
});

test.each([
  [34, 'latents  3/8 songs · ETA 20.0 s'],
  [54, 'latents  encoding songs 3/8 · 4:10/12:30 · ETA 20.0 s'],
  [74, 'latents  encoding songs 3/8 · 4:10 of 12:30 of music · ETA 20.0 s'],
  [114, 'latents  encoding songs 3/8 · 4:10 of 12:30 of music · ETA 20.0 s · elapsed 12.0 s · 25× real time'],
])(
  'in %i columns of an encoding: songs, minutes of music, rate and time left of the phase it is in',
  (room, text) => {
    expect(line(encoding, room, 12_000)).toBe(text);
    expect(columnsOf(text)).toBeLessThanOrEqual(room);
  },
);

test('the time left counts down while a long song is encoded', () => {
  expect(line(encoding, 54, 17_000)).toContain('ETA 15.0 s');
});

test.each([
  [34, 'train  stopping after this step'],
  [54, 'train  stopping after this step; again loses 11 steps'],
  [74, 'train  stopping after this step; Ctrl-C again: now, losing 11 steps'],
  [
    114,
    'train  stopping: saves after this step; Ctrl-C again to stop now, losing 11 steps · 21/120 steps · loss 2.395',
  ],
])('in %i columns, what a request to stop does and what a second one would', (room, text) => {
  expect(line(asked(training, 'graceful'), room, 63_000)).toBe(text);
});

test('where no key asks again, none is named, and what it would lose neither', () => {
  expect(progressLine(asked(training, 'graceful'), 63_000)).toMatch(
    /^train {2}stopping: saves after this step · /,
  );
});

test('a second request is said too, and an encoding loses nothing that is done', () => {
  expect(line(asked(training, 'force'), 114, 0)).toBe('train  stopping now · 21/120 steps');
  expect(line(asked(encoding, 'graceful'), 114, 0)).toBe(
    'latents  stopping: what is done is kept; Ctrl-C again to stop now · 3/8',
  );
});

test('right after a save nothing is at risk; a run that continues risks only what it did itself', () => {
  const resumed = fold(stage, [[0, step(61, 2)]]);
  expect(line(asked(resumed, 'graceful'), 114, 0)).toContain('losing 1 step ');
  const saved = advance(resumed, {kind: 'state_saved', stage, global_step: 61, reason: 'x'}, 1);
  expect(line(asked(saved, 'graceful'), 114, 0)).not.toContain('losing');
});

test('the best loss is the lowest of the validations where there is validation, else of the epochs', () => {
  const epoch = (mean_loss: number): StageEvent => ({
    kind: 'epoch_finished',
    stage,
    epoch: 1,
    epochs: 9,
    mean_loss,
    duration_ms: 1,
  });
  const validated = (loss: number | null): StageEvent => ({
    kind: 'validation_finished',
    stage,
    global_step: 1,
    loss,
    bands: {},
  });
  const best = (...events: StageEvent[]) =>
    fold(stage, [[0, step(1, 9)], ...events.map((event) => [1, event] as const)]).training?.best;
  expect(best(epoch(2), epoch(1), epoch(3))).toMatchObject({loss: 1, by: 'epoch'});
  expect(best(epoch(1), validated(3), epoch(0.5), validated(2), validated(null), validated(4))).toEqual({
    loss: 2,
    by: 'validation',
    epoch: 1,
  });
});

test('a window says how far the first stage at work is', () => {
  expect(titleText('blues', [], 0)).toBe('sidestep · blues');
  expect(titleText('blues', [training], 63_000)).toBe('17 % train · loss 2.395 · ETA 4 min 57 s · blues');
  expect(titleText('blues', [encoding], 12_000)).toBe('37 % latents · ETA 20.0 s · blues');
  expect(titleText('blues', [asked(training, 'graceful')], 63_000)).toBe(
    '17 % stopping train · loss 2.395 · blues',
  );
});
