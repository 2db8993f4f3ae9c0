import {expect, test} from 'vitest';
import type {Problem} from '../../src/base/problem.js';
import {samplesFailed} from '../../src/run/samples-failed.js';

const damaged: Problem = {code: 'audio/truncated', message: 'half of it is missing', hint: 'Copy it again.'};
const full: Problem = {
  code: 'native/out-of-memory',
  message: 'The device has no memory left',
  hint: 'Encode fewer at a time: `concurrency: 1`.',
};
const other: Problem = {
  code: 'native/cuda-failed',
  message: 'The driver failed',
  hint: 'See `sidestep doctor`.',
};

test.each([
  {
    name: 'files',
    problems: [damaged, {...damaged, code: 'native/audio-too-short'}],
    hint: 'The others are done and kept. Fix or remove these files, or go on without them: `on_error: skip`.',
  },
  {
    name: 'the engine, in one way',
    problems: [full, full],
    hint: 'The others are done and kept. The files are not at fault. Encode fewer at a time: `concurrency: 1`.',
  },
  {
    name: 'the engine, in several ways',
    problems: [full, other],
    hint: 'The others are done and kept. The files are not at fault. What is said of each has what helps.',
  },
  {
    name: 'files and the engine',
    problems: [damaged, full],
    hint: 'The others are done and kept. Some files are at fault: fix or remove them, or go on without them (`on_error: skip`). For the others, what is said beside each helps.',
  },
])('at fault: $name', ({problems, hint}) => {
  const failed = new Map(problems.map((problem, index) => [`song ${index}`, problem]));
  expect(samplesFailed(failed, 9)).toMatchObject({code: 'run/samples-failed', hint});
});
