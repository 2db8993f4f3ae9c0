import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000, // a slow, shared CI machine must not decide a test
    hookTimeout: 120_000,
    coverage: {include: ['src/**'], exclude: ['src/schema/**']},
  },
});
