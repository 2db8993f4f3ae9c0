import {escaped} from './line-chart.js';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Selected bars stand out. */
  readonly selected: boolean;
}

const ROW = 16;
const NAME_WIDTH = 250;
const BAR_WIDTH = 480;

/** Horizontal bars, largest first as given, as SVG that stands alone. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const height = 48 + ROW * bars.length;
  const largest = bars.reduce((most, {value}) => Math.max(most, value), 0) || 1;
  const rows = bars.map(({label, value, selected}, i) => {
    const y = 36 + ROW * i;
    const width = ((value / largest) * BAR_WIDTH).toFixed(1);
    const colour = selected ? '#3b82f6' : '#8886';
    return [
      `<text x="${NAME_WIDTH - 6}" y="${y + 11}" text-anchor="end">${escaped(label)}</text>`,
      `<rect x="${NAME_WIDTH}" y="${y + 2}" width="${width}" height="${ROW - 4}" fill="${colour}"/>`,
      `<text x="${(NAME_WIDTH + Number(width) + 4).toFixed(1)}" y="${y + 11}">${value.toPrecision(3)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 ${height}" font-family="sans-serif" font-size="11" fill="#888">`,
    `<text x="12" y="20" font-size="15">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}
