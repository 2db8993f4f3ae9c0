import {spawnSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {root} from './project.js';

/** Three acts: an experiment on another branch, two terminals at once, an edit under `watch`; Ctrl-C in each. */
const WALK = ['--only', 'person', '--acts', '3', '--rounds', '1', '--seed', '35'];

test('a person who edits numbers, presses Ctrl-C and runs again loses nothing; `npm run soak` plays long walks', () => {
  const soak = `${root}scripts/soak.mjs`;
  const {status, stdout, stderr} = spawnSync(process.execPath, [soak, ...WALK], {encoding: 'utf8'});
  expect(stdout + stderr).toContain('1 rounds, 0 failed');
  expect(status).toBe(0);
});
