import {expect, test} from 'vitest';
import {loadAddon} from '../../src/native/addon.js';
import {measureProducts} from '../../src/native/describe.js';
import {addonPath} from '../addon-path.js';

test('the rate of the matrix product is measured, in FLOPs a second', async () => {
  const rate = await measureProducts(loadAddon(addonPath), {device: 'cpu', precision: 'f32', threads: 1});
  expect(rate).toBeGreaterThan(1e7); // any processor of this century, however busy
  expect(rate).toBeLessThan(1e15);
});

test('a device that does not exist has none', async () => {
  await expect(
    measureProducts(loadAddon(addonPath), {device: 'tpu', precision: 'f32', threads: 1}),
  ).rejects.toThrow('Expected a device such as cpu or cuda:0');
});
