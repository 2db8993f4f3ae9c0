import {numberText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {GradientPoint} from './report-data.js';

/** More columns than this are narrower than a finger or a mouse can point at. */
const MOST_COLUMNS = 60;

/** Gradient norm by layer (rows) and step (columns), on a logarithmic scale from the smallest to the largest. */
export function gradientMap(name: string, measured: readonly GradientPoint[]): Html | null {
  const gradients = evenly(measured, MOST_COLUMNS);
  const layers = [...new Set(gradients.flatMap((point) => Object.keys(point.layers)))].sort(byNumber);
  const norms = gradients.flatMap((point) =>
    Object.values(point.layers).flatMap((norm) => (norm !== null && norm > 0 ? [norm] : [])),
  );
  if (norms.length === 0) return null;
  const [low, high] = [Math.min(...norms), Math.max(...norms)];
  const cell = (layer: string, {global_step, layers: values}: GradientPoint): Html =>
    html`<td style="--shade:${shade(values[layer], low, high).toFixed(3)}" title="${layer}, step ${global_step}: ${wordsOf(values[layer])}"></td>`;
  const rows = layers.map(
    (layer) => html`<tr><th>${layer}</th>${gradients.map((point) => cell(layer, point))}</tr>`,
  );
  return html`${name === '' ? null : html`<h3>${name}</h3>`}
<table class="heat"><tbody>${rows}</tbody></table>
<p class="heat-scale dim small"><span>step ${gradients[0]!.global_step}</span><span class="key">${numberText(low)}<i></i>${numberText(high)}</span><span>step ${gradients.at(-1)!.global_step}</span></p>`;
}

/** The first, the last, and so many between them. */
function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({length: most}, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

function shade(norm: number | null | undefined, low: number, high: number): number {
  if (norm === null || norm === undefined || norm <= 0) return 0;
  return 0.08 + (0.92 * Math.log(norm / low)) / Math.max(Math.log(high / low), 1e-9);
}

function wordsOf(norm: number | null | undefined): string {
  return norm === null || norm === undefined ? 'not finite' : numberText(norm);
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', {numeric: true});
}
