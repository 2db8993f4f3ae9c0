import {expect, test} from 'vitest';
import {bytesText} from '../../src/base/bytes-text.js';
import {
  amountText,
  countText,
  durationText,
  numberText,
  playedText,
  rateText,
} from '../../src/render/quantity.js';

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1.0 s'],
  [59_900, '59.9 s'],
  [59_960, '1 min 00 s'],
  [192_000, '3 min 12 s'],
  [3_599_600, '1 h 00 min'],
  [7_500_000, '2 h 05 min'],
  [273_600_000, '3 d 4 h'],
  [Number.NaN, 'unknown'],
  [-1, 'unknown'],
])('%d ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [812, '812 B'],
  [999, '999 B'],
  [1000, '0.98 KiB'],
  [4.21 * 2 ** 20, '4.21 MiB'],
  [139 * 2 ** 30, '139 GiB'],
  [5000 * 2 ** 50, '5000 PiB'],
])('%d bytes read %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  [0, '0:00'],
  [247.4, '4:07'],
  [3599.6, '1:00:00'],
  [3750, '1:02:30'],
])('%d s of music last %s', (seconds, text) => {
  expect(playedText(seconds)).toBe(text);
});

test.each([
  [2.414, 'steps', '2.41 steps/s'],
  [0.3125, 'steps', '3.20 s/step'],
  [0.5, 'batches', '2.00 s/batch'],
  [120, 'samples', '120 samples/s'],
])('%d %s a second read %s', (rate, unit, text) => {
  expect(rateText(rate, unit)).toBe(text);
});

test.each([
  [0.041312, '0.04131'],
  [3e-4, '3.00e-4'],
  [0, '0'],
  [123456, '1.23e5'],
])('the number %d reads %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('one is singular', () => {
  expect([countText(1, 'stage'), countText(0, 'stage'), countText(2, 'stage')]).toEqual([
    '1 stage',
    '0 stages',
    '2 stages',
  ]);
});

test.each([
  [864, '864'],
  [7168, '7.17k'],
  [999_499, '999k'],
  [999_500, '1.00M'],
  [12_582_912, '12.6M'],
  [2_400_000_000, '2.40B'],
])('%d things are %s', (count, text) => {
  expect(amountText(count)).toBe(text);
});
