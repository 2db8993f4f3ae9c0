import {copyFileSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {Project, resultOf, root, training} from './project.js';

/** TensorBoard's files belong to the run that trained; who deletes the folder, or names one later, gets them from the result. */
const project = new Project();
const golden = `${root}test/golden`;

const stages = (log_dir?: string) => ({
  model: {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}},
  train: training('train', {
    tensors: 'songs',
    epochs: 3,
    logging: {log_every: 1, log_heavy_every: 2, tensorboard: true, ...(log_dir !== undefined && {log_dir})},
  }),
});
const eventFiles = (...folder: readonly string[]) =>
  project.filesBelow(...folder).filter((name) => name.includes('events.out.tfevents'));

beforeAll(async () => {
  mkdirSync(project.file('songs'));
  copyFileSync(`${golden}/e2e/a_stereo48k.pt`, project.file('songs/song.pt'));
  await project.complete(stages());
});
afterAll(() => project.remove());

/** Tags and numbers, without the times beside them. */
function tagsIn(path: string): string[] {
  const text = readFileSync(path, 'latin1');
  return [...new Set(text.match(/(?:train|memory|grad_norm)\/[\w.-]+/g))].sort();
}

test('a deleted output folder comes back with its curves, from the cache', async () => {
  const before = project.trained('adapters/train');
  const measured = tagsIn(project.file('adapters/train', eventFiles('adapters/train')[0]!));
  expect(measured).toContain('train/loss');
  expect(measured).toContain('train/timesteps');
  rmSync(project.file('adapters'), {recursive: true});
  const ended = await project.complete(stages());
  expect(resultOf(ended, 'train')?.kind).toBe('cached');
  expect(project.trained('adapters/train')).toEqual(before);
  const [again, ...more] = eventFiles('adapters/train');
  expect(more).toEqual([]);
  expect(tagsIn(project.file('adapters/train', again!))).toEqual(measured);
  expect(ended.events.filter(({kind}) => kind === 'board_opened')).toHaveLength(1);
});

test('where they are, nothing is written', async () => {
  const lying = project.contents('adapters/train');
  const ended = await project.complete(stages());
  expect(project.contents('adapters/train')).toEqual(lying);
  expect(ended.events.some(({kind}) => kind === 'board_opened')).toBe(false);
});

test('a folder that is named later gets them too', async () => {
  const ended = await project.complete(stages('boards'));
  expect(resultOf(ended, 'train')?.kind).toBe('cached');
  expect(eventFiles('boards')).toHaveLength(1);
});
