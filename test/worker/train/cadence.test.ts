import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../temporary-folder.js';
import {attempt, outputs, type RunOptions} from './invented-run.js';

/** The invented run has two steps an epoch, three epochs. */
const none = {every_epochs: 0, keep_best: 0};
const cases: readonly (RunOptions & {readonly name: string; readonly kept: readonly string[]})[] = [
  {name: 'epochs', checkpoint: {...none, every_epochs: 2}, kept: ['epoch_2']},
  {name: 'steps', checkpoint: {...none, every_steps: 4}, kept: ['step_4']},
  {
    name: 'both at once',
    checkpoint: {...none, every_epochs: 1, every_steps: 2, keep_last: 2},
    kept: ['epoch_3', 'step_6'],
  },
  {
    name: 'minutes, here no time at all',
    checkpoint: {...none, every_minutes: 1e-9, keep_last: 3},
    kept: ['step_4', 'step_5', 'step_6'],
  },
  {
    name: 'every third as well as the newest',
    checkpoint: {...none, every_epochs: 1, every_steps: 1, keep_last: 1, keep_every: 3},
    kept: ['epoch_3', 'step_3', 'step_6'],
  },
  {name: 'minutes that have not passed', checkpoint: {...none, every_minutes: 60}, kept: []},
  {
    name: 'a step that is due by count and by the clock is written once',
    checkpoint: {...none, every_steps: 3, every_minutes: 1e-9, keep_last: 1},
    kept: ['step_6'],
  },
];

test.each(cases)('checkpoints by $name: $kept', async ({name: _name, kept, ...options}) => {
  const folder = await temporaryFolder();
  expect((await attempt(folder, options)).ended).toBe('done');
  const checkpoints = Object.keys(await outputs(folder))
    .map((path) => /checkpoints\/([^/]+)\/training_state/.exec(path)?.[1])
    .filter((found) => found !== undefined);
  expect(checkpoints.sort()).toEqual(kept);
});

test('the last step of a run is among its metrics, whatever the log passes over', async () => {
  const folder = await temporaryFolder();
  const logging = {log_every: 4, log_heavy_every: 0, tensorboard: false};
  expect((await attempt(folder, {logging})).ended).toBe('done');
  const metrics = (await readFile(join(folder, 'out/adapter/metrics.jsonl'), 'utf8')).trim().split('\n');
  const steps = metrics.map((line) => JSON.parse(line)).filter(({kind}) => kind === 'step');
  expect(steps.map(({global_step}) => global_step)).toEqual([1, 4, 6]);
  expect(steps.at(-1)).toEqual({
    kind: 'step',
    global_step: 6,
    epoch: 3,
    loss: 1.5,
    learning_rate: 1,
    grad_norm: 1,
    bands: {'0.6-0.8': 1.5, '0.8-1.0': 1.5},
  });
});
