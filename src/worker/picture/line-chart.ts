/** One curve: points in order of x. */
export interface DrawnCurve {
  readonly label: string;
  readonly colour: string;
  readonly width: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly x_label: string;
  readonly curves: readonly DrawnCurve[];
}

const WIDTH = 800;
const HEIGHT = 400;
const MARGIN = {left: 64, right: 16, top: 40, bottom: 44};

/** A chart as SVG that stands alone and is readable on light and dark backgrounds. The same data gives the same bytes. */
export function lineChart({title, x_label, curves}: LineChart): string {
  const shown = curves.filter(({points}) => points.length > 0);
  const xs = range(shown.flatMap(({points}) => points.map(([x]) => x)));
  const ys = range(shown.flatMap(({points}) => points.map(([, y]) => y)));
  const toX = (x: number) =>
    MARGIN.left + ((x - xs.low) / (xs.high - xs.low)) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y: number) =>
    HEIGHT - MARGIN.bottom - ((y - ys.low) / (ys.high - ys.low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const paths = shown.map(({points, colour, width}) => {
    const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`);
    return `<path d="${path.join('')}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">`,
    `<text x="${MARGIN.left}" y="20" font-size="15">${escaped(title)}</text>`,
    ...ticks(ys).map((y) => horizontal(toY(y), label(y))),
    ...ticks(xs).map((x) => text({x: toX(x), y: HEIGHT - 24, anchor: 'middle'}, label(x))),
    text({x: WIDTH / 2, y: HEIGHT - 6, anchor: 'middle'}, escaped(x_label)),
    ...paths,
    ...shown.map(({label: name, colour}, i) => legend(name, colour, i)),
    '</svg>',
    '',
  ].join('\n');
}

interface Range {
  readonly low: number;
  readonly high: number;
}

function range(values: readonly number[]): Range {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(low)) return {low: 0, high: 1};
  return high > low ? {low, high} : {low: low - 0.5, high: low + 0.5};
}

/** About five round numbers inside the range. */
function ticks({low, high}: Range): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.floor(high / step) - Math.ceil(low / step) + 1;
  return Array.from({length: count}, (_, i) => (Math.ceil(low / step) + i) * step);
}

function label(value: number): string {
  return Number(value.toPrecision(6)).toString();
}

function horizontal(y: number, name: string): string {
  const line = `<path d="M${MARGIN.left} ${y.toFixed(1)}H${WIDTH - MARGIN.right}" stroke="#8884" fill="none"/>`;
  return line + text({x: MARGIN.left - 8, y: y + 4, anchor: 'end'}, name);
}

function text(at: {x: number; y: number; anchor: string}, content: string): string {
  return `<text x="${at.x.toFixed(1)}" y="${at.y.toFixed(1)}" text-anchor="${at.anchor}">${content}</text>`;
}

function legend(name: string, colour: string, index: number): string {
  const x = WIDTH - MARGIN.right - 150;
  const y = 20 + 16 * index;
  return `<path d="M${x} ${y - 4}h20" stroke="${colour}" stroke-width="3"/><text x="${x + 26}" y="${y}">${escaped(name)}</text>`;
}

export function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
