import {expect, test} from 'vitest';
import {slurmRefusal} from '../../src/run/slurm/commands.js';

const policy = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";

test.each([
  {
    name: 'too many jobs in the queue for now',
    said: `sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: ${policy}`,
    answer: {
      kind: 'later',
      words: `sbatch: error: Batch job submission failed: ${policy} [AssocMaxSubmitJobLimit]`,
    },
  },
  {
    name: 'the same of a quality of service',
    said: `sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: ${policy}`,
    answer: {kind: 'later'},
  },
  {
    name: 'more time than any job may have: waiting does not help',
    said: `sbatch: error: QOSMaxWallDurationPerJobLimit\nsbatch: error: Batch job submission failed: ${policy}`,
    answer: {
      kind: 'refused',
      words: `sbatch: error: Batch job submission failed: ${policy} [QOSMaxWallDurationPerJobLimit]`,
    },
  },
  {
    name: 'an older version that does not say which limit',
    said: `sbatch: error: Batch job submission failed: ${policy}`,
    answer: {kind: 'later'},
  },
  {
    name: 'a partition that is not there',
    said: 'sbatch: error: Batch job submission failed: Invalid partition name specified',
    answer: {kind: 'refused'},
  },
  {
    name: 'a controller that restarts',
    said: 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)',
    answer: {kind: 'later'},
  },
])('$name', ({said, answer}) => {
  expect(slurmRefusal(said)).toMatchObject(answer);
});
