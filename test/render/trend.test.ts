import {expect, test} from 'vitest';
import {emptyTrend, sparkline, type Trend, withPoint} from '../../src/render/trend.js';

const trendOf = (values: readonly number[]): Trend => values.reduce(withPoint, emptyTrend);
const straight = (count: number): number[] => Array.from({length: count}, (_, index) => index);

test.each([
  {name: 'too little to see', values: [3], columns: 8, curve: ''},
  {name: 'a fall', values: [8, 7, 6, 5, 4, 3, 2, 1], columns: 8, curve: '█▇▆▅▄▃▂▁'},
  {name: 'no change', values: [2, 2, 2], columns: 8, curve: '▅▅▅'},
  {name: 'neighbours share a column', values: [0, 0, 0, 0, 7, 7], columns: 3, curve: '▁▁█'},
  {name: 'a hundred thousand steps', values: straight(100_000), columns: 8, curve: '▁▂▃▄▅▆▇█'},
])('$name', ({values, columns, curve}) => {
  expect(sparkline(trendOf(values), columns)).toBe(curve);
});

test('a curve takes no more room the longer it gets, and forgets no part of it', () => {
  const trend = trendOf(straight(100_000));
  expect(trend.points.length).toBeLessThanOrEqual(64);
  expect(trend.points[0]).toBeLessThan(3200);
  expect(trend.points.at(-1)).toBeGreaterThan(96_000);
});
