import {expect, test} from 'vitest';
import {lookingStages, runExitCode} from '../../src/app/frozen.js';
import type {StageId} from '../../src/base/stage-id.js';
import type {StageResult} from '../../src/event/stage-result.js';

/** As `attach` hears them: the first event of a run names stages, the last what became of them. */
const looks = lookingStages([
  {stage: 'model', uses: 'scan'},
  {stage: 'songs', uses: 'dataset'},
  {stage: 'train', uses: 'train'},
]);
const failed = (stage: string): StageResult => ({
  kind: 'failed',
  stage: stage as StageId,
  duration_ms: 1,
  attempts: 1,
  log: undefined,
  problem: {code: 'dataset/unusable-songs', message: 'x'},
});
const blocked = (stage: string): StageResult => ({
  kind: 'blocked',
  stage: stage as StageId,
  by: 'songs' as StageId,
});

test('the exit code of a run is the same for who started it and for who followed it', () => {
  expect(runExitCode('failed', [failed('songs'), blocked('train')], looks), 'as plan says').toBe(2);
  expect(runExitCode('failed', [failed('train')], looks)).toBe(1);
  expect(runExitCode('interrupted', [failed('songs')], looks)).toBe(130);
  expect(runExitCode('done', [], looks)).toBe(0);
});
