import {emptyTrend, sparkline, withPoint} from './trend.js';

/** `▁▄█▇▆▅▄▃▂▁  1e-5 → 1e-4 → 1e-6`: a learning-rate curve of some points in one line; empty below two of them. */
export function curveLine(rates: readonly number[], columns = 40): string {
  const [first, last] = [rates[0], rates.at(-1)];
  const bars = sparkline(rates.reduce(withPoint, emptyTrend), columns);
  if (first === undefined || last === undefined || bars === '') return '';
  const peak = Math.max(...rates);
  const shown = [first, ...(peak > first && peak > last ? [peak] : []), last].map(rateText);
  return `${bars}  ${[...new Set(shown)].join(' → ')}`;
}

/** `3e-4`. */
function rateText(rate: number): string {
  return rate === 0
    ? '0'
    : rate
        .toExponential(2)
        .replace(/\.?0+e/, 'e')
        .replace('e+0', '');
}
