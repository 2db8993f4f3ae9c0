import {numberText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {ReportEstimate} from './report-data.js';

type Module = ReportEstimate['modules'][number];

/** The strongest are also named. */
const NAMED = 10;

/** Which modules the songs pull at, as the estimate stage measured it: a map of the model, and the strongest by name. */
export function sensitivity({modules}: ReportEstimate): Html {
  const most = Math.max(...modules.map(({score}) => score), Number.MIN_VALUE);
  const selected = modules.filter((module) => module.selected).length;
  return html`<p class="dim">${selected} of ${modules.length} modules are selected for training${selected === 0 ? '' : ' (ringed)'}. The stronger the colour, the more these songs pull at the module.</p>
<div class="sensitivity">${map(modules, most)}<div class="timeline named">${modules.slice(0, NAMED).map((module) => bar(module, most))}</div></div>`;
}

function bar({module, score, selected}: Module, most: number): Html {
  return html`<div><b>${module}</b><span class="bar"><i class="${selected ? '' : 'unselected'}" style="left:0;width:${share(score, most)}%"></i></span><em>${numberText(score)}</em></div>`;
}

function share(score: number, most: number): string {
  return ((Math.max(score, 0) / most) * 100).toFixed(2);
}

interface Place {
  readonly layer: number;
  /** `self_attn`, `cross_attn`, `mlp`; the heading of its columns. */
  readonly block: string;
  /** `q`, `gate`: the last word of its name. */
  readonly part: string;
}

function placeOf(module: string): Place | undefined {
  const found = /(?:^|\.)layers\.(\d+)\.(.+)\.([^.]+)$/.exec(module);
  if (found === null) return undefined;
  const [, layer = '', block = '', part = ''] = found;
  return {layer: Number(layer), block, part: part.replace(/_proj$/, '')};
}

/** Layers down, kinds of modules across. Modules outside any layer are only named beside it. */
function map(modules: readonly Module[], most: number): Html | null {
  const placed = modules.flatMap((module) => {
    const place = placeOf(module.module);
    return place === undefined ? [] : [{...place, module}];
  });
  if (placed.length === 0) return null;
  const columns = columnsOf(placed);
  const blocks = [...new Set(columns.map(({block}) => block))];
  const layers = [...new Set(placed.map(({layer}) => layer))].sort((a, b) => a - b);
  const at = new Map(
    placed.map(({layer, block, part, module}) => [`${layer} ${block} ${part}`, module] as const),
  );
  const rows = layers.map(
    (layer) =>
      html`<tr><th>${layer}</th>${columns.map(({block, part}) => cell(at.get(`${layer} ${block} ${part}`), most))}</tr>`,
  );
  return html`<table class="map"><thead>
<tr><th>layer</th>${blocks.map((block) => html`<th colspan="${columns.filter((column) => column.block === block).length}">${block.replaceAll('_', ' ')}</th>`)}</tr>
<tr><th></th>${columns.map(({part}) => html`<th>${part}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

function cell(module: Module | undefined, most: number): Html {
  if (module === undefined) return html`<td></td>`;
  const {module: name, score, selected} = module;
  const shade = 0.05 + 0.95 * (Math.max(score, 0) / most);
  return html`<td class="${selected ? 'selected' : ''}" style="--shade:${shade.toFixed(3)}" title="${name}: ${numberText(score)}"></td>`;
}

/** In the order in which a layer computes them. */
const ORDER = ['self_attn', 'cross_attn', 'mlp'];
const PARTS = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'];

function columnsOf(placed: readonly Place[]): Pick<Place, 'block' | 'part'>[] {
  const rank = (list: readonly string[], word: string) =>
    (list.indexOf(word) + list.length + 1) % (list.length + 1);
  const kinds = new Map(placed.map(({block, part}) => [`${block} ${part}`, {block, part}] as const));
  return [...kinds.values()].sort(
    (a, b) =>
      rank(ORDER, a.block) - rank(ORDER, b.block) ||
      a.block.localeCompare(b.block) ||
      rank(PARTS, a.part) - rank(PARTS, b.part) ||
      a.part.localeCompare(b.part),
  );
}
