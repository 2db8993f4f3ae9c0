import {expect, test} from 'vitest';
import type {JsonObject} from '../../src/base/json.js';
import type {SavedWork} from '../../src/stage/stage-type.js';
import {trainExtension} from '../../src/stage/train-extension.js';

const constant = {
  epochs: 4,
  'schedule.type': 'constant',
  'optimizer.type': 'adamw',
  'checkpoint.every_epochs': 2,
  'early_stop.patience': 3,
  'early_stop.min_delta': 0,
};

/** Of step 20 of 40, ten steps an epoch. */
function takenUpBy(params: JsonObject, saved: JsonObject = constant) {
  const about = {params: saved, global_step: 20, total_steps: 40, steps_per_epoch: 10};
  return trainExtension.from(params, {about} as unknown as SavedWork);
}

test('what another run saved is gone on from where a first run would have come to the same files', () => {
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

test('a schedule that looks at the length is another one with another length', () => {
  const cosine = {...constant, 'schedule.type': 'cosine'};
  expect(takenUpBy(cosine, cosine)).toMatchObject({kind: 'exactly'});
  expect(takenUpBy({...cosine, epochs: 9}, cosine)).toEqual({
    kind: 'not_exactly',
    because: 'the cosine schedule is another one with 90 steps than with 40',
  });
});
