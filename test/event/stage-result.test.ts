import {expect, test} from 'vitest';
import {stageId} from '../../src/base/stage-id.js';
import {exitCode, type StageResult} from '../../src/event/stage-result.js';

const ended = {attempts: 1, duration_ms: 1, log: undefined};

test.each([
  [{kind: 'succeeded', fingerprint: '', objects: [], duration_ms: 1, samples: undefined}, 0],
  [{kind: 'cached', fingerprint: '', saved_ms: 1}, 0],
  [{kind: 'skipped', condition: 'false'}, 0],
  [{kind: 'failed', problem: {code: 'a/b', message: ''}, ...ended}, 1],
  [{kind: 'crashed', signal: 'SIGSEGV', exit_code: undefined, stderr_tail: '', ...ended}, 1],
  [{kind: 'blocked', by: 'a'}, 1],
  [{kind: 'not_started', after: 'stop'}, 130], // between two stages: no one was interrupted, and nothing failed
  [{kind: 'not_started', after: 'a'}, 1],
  [{kind: 'interrupted', resumable: true, duration_ms: 1}, 130],
])('of one stage that ended as %j a shell sees %i', (result, code) => {
  expect(exitCode({...result, stage: stageId('s')} as StageResult)).toBe(code);
});
