import {expect, test} from 'vitest';
import type {JsonObject} from '../../src/base/json.js';
import type {SavedWork} from '../../src/stage/stage-type.js';
import {trainExtension} from '../../src/stage/train-extension.js';

const constant = {
  epochs: 4,
  'schedule.type': 'constant',
  'optimizer.type': 'adamw',
  'optimizer.learning_rate': 1e-4,
  'checkpoint.every_epochs': 2,
  'early_stop.patience': 3,
  'early_stop.min_delta': 0,
};

/** Of step 20 of 40, ten steps an epoch. */
function takenUpBy(params: JsonObject, saved: JsonObject = constant) {
  const about = {params: saved, global_step: 20, total_steps: 40, steps_per_epoch: 10};
  return trainExtension.from(params, {about} as unknown as SavedWork);
}

test('what another run saved is continued from where a first run would have come to the same files', () => {
  expect(takenUpBy(constant)).toEqual({kind: 'exactly', progress: 20});
  expect(takenUpBy({...constant, epochs: 9})).toEqual({kind: 'exactly', progress: 20});
  expect(takenUpBy({...constant, 'early_stop.patience': 5})).toMatchObject({kind: 'exactly'});
});

test.each([
  [{...constant, epochs: 1}, 'it went on to step 20, beyond the 10 of this run'],
  [{...constant, 'checkpoint.every_epochs': 1}, 'it was saved under another checkpoint.every_epochs'],
  [{...constant, 'checkpoint.keep_every': 2}, 'it was saved under another checkpoint.keep_every'],
  [{...constant, 'early_stop.min_delta': 0.1}, 'it was saved under another early_stop.min_delta'],
  [{...constant, 'early_stop.patience': 2}, '`early_stop.patience` was larger or off before'],
])('and from nothing else: %j', (params, because) => {
  expect(takenUpBy(params)).toEqual({kind: 'not_exactly', because});
});

test('a warm-up of a tenth is cut otherwise in another length, which matters once it has begun to', () => {
  const warm = {...constant, 'schedule.warmup_steps': 100, 'schedule.warmup_start_factor': 0.1};
  expect(takenUpBy({...warm, epochs: 9}, warm)).toMatchObject({kind: 'not_exactly'});
  const short = {...warm, 'schedule.warmup_steps': 3};
  expect(takenUpBy({...short, epochs: 9}, short)).toMatchObject({kind: 'exactly'});
});

test('Prodigy keeps its rate whatever the schedule, but for a custom one', () => {
  const prodigy = {...constant, 'optimizer.type': 'prodigy', 'schedule.type': 'cosine'};
  expect(takenUpBy({...prodigy, epochs: 9}, prodigy)).toMatchObject({kind: 'exactly'});
  const custom = {...prodigy, 'schedule.type': 'custom', 'schedule.formula': 'base_lr * (1 - progress)'};
  expect(takenUpBy({...custom, epochs: 9}, custom)).toMatchObject({kind: 'not_exactly'});
  const by_step = {...custom, 'schedule.formula': 'base_lr / (1 + step)'};
  expect(takenUpBy({...by_step, epochs: 9}, by_step)).toMatchObject({kind: 'exactly'});
});

test('a schedule that looks at the length is another one with another length', () => {
  const cosine = {...constant, 'schedule.type': 'cosine'};
  expect(takenUpBy(cosine, cosine)).toMatchObject({kind: 'exactly'});
  expect(takenUpBy({...cosine, epochs: 9}, cosine)).toEqual({
    kind: 'not_exactly',
    because: 'the cosine schedule is another one with 90 steps than with 40',
  });
});
