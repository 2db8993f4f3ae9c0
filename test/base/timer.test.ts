import {expect, test} from 'vitest';
import {within} from '../../src/base/timer.js';

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test.each([
  ['resolves', () => Promise.resolve()],
  ['rejects', () => Promise.reject(new Error('gone'))],
])('an event that %s in time leaves no timer that a process would wait for', async (_, event) => {
  const before = timers();
  await within(event(), 60_000).catch(() => {});
  expect(timers()).toBe(before);
});

test('an event that does not come is waited for no longer', async () => {
  await within(new Promise(() => {}), 5);
});
