import {defineConfig} from 'vitest/config';
import {browserExpected} from './test/browser.js';
import {slurmPossible} from './test/cluster/slurm-possible.js';
import {sshPossible} from './test/run/ssh-possible.js';

/** Tests that start the real command need dist/ first; the others must not wait for a compiler. */
const startsTheCommand = ['cli', 'watch', 'run', 'first-light', 'cluster'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const looksAtPages = ['test/**/*.browser.test.ts'];
if (!browserExpected()) console.log(`Without a Chromium on the PATH: ${looksAtPages} is left out.`);
if (!sshPossible) console.log('Without sshd, or not as root: what runs over ssh is left out.');
const onACluster = ['test/cluster/**/*.test.ts'];
if (!slurmPossible) console.log(`Without Slurm (slurm-wlm), or not as root: ${onACluster} is left out.`);
/** Compiles the engine in a copy, which takes minutes: `npm run test:recipes`, a step of .ci/run. */
const compilesTheEngine = process.env.RECIPES === 'all' ? [] : ['test/recipes/engine.test.ts'];
const common = {
  exclude: [
    ...compilesTheEngine,
    ...(browserExpected() ? [] : looksAtPages),
    ...(slurmPossible ? [] : onACluster),
  ],
  // Only a test that hangs may meet these: what takes seconds alone was seen to take 45 where many shared the machine.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: {poll: {timeout: 120_000}},
};

export default defineConfig({
  test: {
    coverage: {include: ['src/**'], exclude: ['src/schema/**']},
    maxWorkers: '100%', // the tests mostly wait for processes they have started: no core is kept back
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...common.exclude, ...startsTheCommand],
        },
      },
      {test: {...common, name: 'command', include: startsTheCommand, globalSetup: 'test/build.ts'}},
    ],
  },
});
