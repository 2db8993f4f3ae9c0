import {describe, expect, test} from 'vitest';
import {parseSettings} from '../../src/config/user/parse-settings.js';
import {findPresets} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import type {FoundModel} from '../../src/model/model.js';
import {trainingWork} from '../../src/run/forecast/training-work.js';
import {valueAt} from '../../src/stage/param.js';
import type {SomeAnswers} from '../../src/wizard/answers.js';
import {detailFacts} from '../../src/wizard/detail-facts.js';
import {detailMessage} from '../../src/wizard/detail-questions.js';
import {type Drafting, drafts} from '../../src/wizard/draft.js';
import {epochsFor, rankFor} from '../../src/wizard/proposals.js';
import {modelsText} from '../../src/wizard/questions.js';

const place = {folder: '/nowhere', cwd: '/nowhere'};
const presets = await findPresets({project_dir: '/nowhere', user_dir: '/nowhere'});

/** Songs are counted by the name of their folder: `songs-20` holds 20. */
function draftsHere(more: Partial<Drafting> = {}) {
  return drafts({
    ...{
      file: '/nowhere/pipeline.yaml',
      place,
      settings: noSettings(),
      presets,
      env: {},
      preset: 'recommended',
    },
    songCount: (songs) => Number(/-(\d+)$/.exec(songs)?.[1]),
    ...more,
  });
}

function trainOf(answers: SomeAnswers, more: Partial<Drafting> = {}) {
  const resolved = draftsHere(more).resolve(answers);
  if (!resolved.ok) return expect.fail(resolved.problems.map(({message}) => message).join('\n'));
  const {params} = resolved.value.stages.find(({uses}) => uses === 'train')!;
  return {
    epochs: params.epochs,
    rank: valueAt(params, 'adapter.rank'),
    alpha: valueAt(params, 'adapter.alpha'),
    params,
  };
}

test.each([
  [1, 500],
  [2, 500],
  [5, 200],
  [13, 80],
  [25, 60],
  [100, 60],
])('%i updates an epoch: %i epochs', (updates, epochs) => expect(epochsFor(updates)).toBe(epochs));

test.each([
  [1, 32],
  [9, 32],
  [10, 64],
  [49, 64],
  [50, 128],
])('%i songs fill a rank of %i', (songs, rank) => expect(rankFor(songs)).toBe(rank));

describe('the number of songs decides where no one said a length', () => {
  test.each([
    {songs: 5, epochs: 500, rank: 32, updates: 1000},
    {songs: 20, epochs: 200, rank: 64, updates: 1000},
    {songs: 100, epochs: 60, rank: 64, updates: 1500},
  ])('recommended, $songs songs: $epochs epochs of rank $rank', ({songs, epochs, rank, updates}) => {
    const {params, ...said} = trainOf({songs: `songs-${songs}`});
    expect(said).toEqual({epochs, rank, alpha: 2 * rank});
    expect(trainingWork(params, songs).steps).toBe(updates);
  });

  test('a large card does not make five songs fill rank 128', () => {
    expect(trainOf({songs: 'songs-5', preset: 'vram_24gb_plus'})).toMatchObject({
      rank: 32,
      alpha: 64,
      epochs: 500,
    });
    expect(trainOf({songs: 'songs-100', preset: 'vram_24gb_plus'})).toMatchObject({rank: 128, alpha: 256});
  });

  test('a small card keeps its small rank', () => {
    expect(trainOf({songs: 'songs-100', preset: 'vram_8gb'})).toMatchObject({rank: 16, alpha: 32});
  });

  test.each(['quick_test', 'high_quality', 'side_step_1_recommended'])(
    '%s has a length of its own',
    (preset) => {
      const alone = trainOf({preset});
      expect(trainOf({songs: 'songs-5', preset})).toEqual(alone);
    },
  );

  test('what is answered stays, and so do settings', () => {
    expect(trainOf({songs: 'songs-5', 'train.epochs': '100'})).toMatchObject({epochs: 100, rank: 32});
    expect(trainOf({songs: 'songs-5', 'train.adapter.rank': '128'})).toMatchObject({epochs: 500, rank: 128});
    const settings = parseSettings('/home/me/settings.yaml', 'sidestep: 1\nstages: {train: {epochs: 100}}\n');
    if (!settings.ok) return expect.fail(JSON.stringify(settings.problems));
    const own = {songs: 'songs-5', preset: 'vram_12gb'}; // which says nothing of epochs
    expect(trainOf(own)).toMatchObject({epochs: 500});
    expect(trainOf(own, {settings: settings.value})).toMatchObject({epochs: 100});
  });

  test('LoKr means something else by a rank', () => {
    expect(trainOf({songs: 'songs-5', adapter: 'lokr'}).rank).toBe(trainOf({adapter: 'lokr'}).rank);
  });

  test('songs that no one has looked at propose nothing', () => {
    const {proposals} = draftsHere({songCount: () => undefined});
    expect(proposals({songs: 'songs-5'})).toEqual([]);
    expect(proposals({})).toEqual([]);
  });
});

test('the file and the question say why', () => {
  const {proposals, resolve} = draftsHere();
  expect(proposals({songs: 'songs-5'})).toEqual([
    {id: 'train.epochs', value: 500, note: 'for 5 songs; preset recommended: 100'},
    {id: 'train.adapter.rank', value: 32, note: 'for 5 songs; preset recommended: 64'},
    {id: 'train.adapter.alpha', value: 64, note: 'for 5 songs; preset recommended: 128'},
  ]);
  const resolved = resolve({songs: 'songs-5'});
  const facts = resolved.ok ? detailFacts('train.epochs', resolved.value) : undefined;
  expect(detailMessage('train.epochs', facts!)).toContain('proposed for these songs: 500');
});

test('where there is a choice between base and turbo, what speaks for each is reported', () => {
  const model = (base: 'base' | 'turbo'): FoundModel => ({
    ...{
      name: `acestep-v15-${base}`,
      dir: `/models/${base}`,
      label: 'official',
      base,
      size: '2b',
      parameters: 1,
    },
    ...{timestep_mu: undefined, timestep_sigma: undefined, missing: []},
  });
  expect(modelsText([model('turbo')])).toBe('1  acestep-v15-turbo  (official, turbo, 2b)');
  expect(modelsText([model('base'), model('turbo')]).split('\n')).toEqual([
    '1  acestep-v15-base  (official, base, 2b)',
    '2  acestep-v15-turbo  (official, turbo, 2b)',
    expect.stringContaining('base is the easiest to fine-tune'),
  ]);
});
