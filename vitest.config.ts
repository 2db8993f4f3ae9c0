import {defineConfig} from 'vitest/config';

/** Tests that start the real command need dist/ first; the others must not wait for a compiler. */
const startsTheCommand = ['cli', 'watch', 'run', 'first-light'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
const common = {
  testTimeout: 60_000, // a slow, shared CI machine must not decide a test
  hookTimeout: 120_000,
};

export default defineConfig({
  test: {
    coverage: {include: ['src/**'], exclude: ['src/schema/**']},
    projects: [
      {test: {...common, name: 'unit', include: ['test/**/*.test.ts'], exclude: startsTheCommand}},
      {test: {...common, name: 'command', include: startsTheCommand, globalSetup: 'test/build.ts'}},
    ],
  },
});
