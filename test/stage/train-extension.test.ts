import {expect, test} from 'vitest';
import type {JsonObject} from '../../src/base/json.js';
import type {SavedWork} from '../../src/stage/stage-type.js';
import {type SavedTraining, trainExtension} from '../../src/stage/train-extension.js';

const constant = {
  epochs: 4,
  'schedule.type': 'constant',
  'optimizer.type': 'adamw',
  'optimizer.learning_rate': 1e-4,
  'checkpoint.every_epochs': 2,
  'early_stop.patience': 3,
  'early_stop.min_delta': 0,
};

/** Any length and number of epochs has the same rates, as with a constant schedule. */
const ANY: SavedTraining['lengths'] = {least_steps: 1, most_steps: null, any_epochs: true};

/** Of step 20 of 40, ten steps an epoch. `lengths`: as the engine said when it was saved. */
function takenUpBy(params: JsonObject, saved: JsonObject = constant, lengths = ANY) {
  const about = {params: saved, global_step: 20, total_steps: 40, steps_per_epoch: 10, lengths};
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

const cosine = {...constant, 'schedule.type': 'cosine'};

test('a state is continued by the lengths alone whose learning rates so far are the same, as the engine said', () => {
  const alone = {...ANY, least_steps: 40, most_steps: 40};
  expect(takenUpBy({...cosine, epochs: 9}, cosine, alone)).toEqual({
    kind: 'not_exactly',
    because: 'the cosine schedule is another one with 90 steps than with 40',
  });
  expect(takenUpBy({...cosine, epochs: 9, max_steps: 40}, cosine, alone)).toMatchObject({kind: 'exactly'});
  const some = {...ANY, least_steps: 30, most_steps: 50};
  expect([2, 3, 4, 5, 6].map((epochs) => takenUpBy({...constant, epochs}, constant, some).kind)).toEqual([
    'not_exactly',
    'exactly',
    'exactly',
    'exactly',
    'not_exactly',
  ]);
});

test('rates by the number of epochs hold for that number, whatever the steps', () => {
  const saved = {...constant, 'schedule.type': 'custom'};
  const epochs = {...ANY, any_epochs: false};
  expect(takenUpBy({...saved, epochs: 9}, saved, epochs)).toMatchObject({kind: 'not_exactly'});
  expect(takenUpBy({...saved, max_steps: 30}, saved, epochs)).toMatchObject({kind: 'exactly'});
});

test('a state of a version that did not say is continued by its own length alone', () => {
  const about = {params: constant, global_step: 20, total_steps: 40, steps_per_epoch: 10};
  const saved = {about} as unknown as SavedWork;
  expect(trainExtension.from(constant, saved)).toMatchObject({kind: 'exactly'});
  expect(trainExtension.from({...constant, epochs: 9}, saved)).toEqual({
    kind: 'not_exactly',
    because:
      'it was saved by an older version, which did not say for which lengths its learning rates are the same',
  });
});
