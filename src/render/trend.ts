/** A curve in bounded space: when it is full, neighbours are averaged, and from then on twice as many make a point. Pure. */
export interface Trend {
  readonly points: readonly number[];
  /** Values that make a point. */
  readonly per_point: number;
  /** Those of the point that is still open. */
  readonly open: readonly number[];
}

export const emptyTrend: Trend = {points: [], per_point: 1, open: []};

/** Even, so that halving leaves none over. */
const MOST_POINTS = 64;

export function withPoint({points, per_point, open}: Trend, value: number): Trend {
  const gathered = [...open, value];
  if (gathered.length < per_point) return {points, per_point, open: gathered};
  const all = [...points, mean(gathered)];
  if (all.length < MOST_POINTS) return {points: all, per_point, open: []};
  return {points: averaged(all, MOST_POINTS / 2), per_point: per_point * 2, open: []};
}

const BARS = '▁▂▃▄▅▆▇█';

/** The curve in at most so many columns, the lowest value as the lowest bar; empty below two points. */
export function sparkline({points, open}: Trend, columns: number): string {
  const all = open.length === 0 ? points : [...points, mean(open)];
  if (all.length < 2) return '';
  const shown = averaged(all, Math.min(columns, all.length));
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const barOf = (value: number): string => {
    const height = high === low ? 0.5 : (value - low) / (high - low);
    return BARS[Math.round(height * (BARS.length - 1))]!;
  };
  return shown.map(barOf).join('');
}

/** As many means as asked for, of neighbours, none of which is left out. */
function averaged(values: readonly number[], count: number): number[] {
  return Array.from({length: count}, (_, index) => {
    const from = Math.floor((index * values.length) / count);
    const to = Math.floor(((index + 1) * values.length) / count);
    return mean(values.slice(from, to));
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
