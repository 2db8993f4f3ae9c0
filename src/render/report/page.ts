import {charts} from './charts.js';
import {type Html, html, scriptJson} from './html.js';
import type {ReportData} from './report-data.js';
import {REPORT_SCRIPT} from './script.js';
import {
  configuration,
  datasetTable,
  differences,
  environment,
  gradientMap,
  hashes,
  headline,
  sensitivity,
  timeline,
} from './sections.js';
import {REPORT_STYLE} from './style.js';

/** uPlot's own files, put into the page so that it needs no network. */
export interface PlotAssets {
  readonly script: string;
  readonly style: string;
}

/** Pure: one self-contained HTML page. */
export function reportPage(data: ReportData, assets: PlotAssets): string {
  const [first] = data.runs;
  if (first === undefined) throw new TypeError('a report needs a run');
  const drawn = charts(data);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${first.pipeline} ${first.run}</title>
<style>${raw(assets.style)}${raw(REPORT_STYLE)}</style></head><body>
${headline(first)}
${differences(data.runs)}
${drawn.length === 0 ? html`<p class="dim">No training step was recorded in this run.</p>` : curves(drawn.length)}
${data.runs.flatMap((run) => run.trainings.map(({stage, gradients}) => gradientMap(data.runs.length === 1 ? stage : `${run.run} ${stage}`, gradients)))}
${first.estimates.map(sensitivity)}
${timeline(first)}
${datasetTable(first)}
${configuration(first)}
${hashes(first)}
${environment(first, data.written_by)}
${drawn.length === 0 ? null : scripts(drawn, assets)}
</body></html>
`;
  return page.html;
}

function curves(count: number): Html {
  return html`<section><h2>Training</h2>
<p><label>smoothing <input id="smoothing" type="range" min="0" max="0.99" step="0.01" value="0.9"></label></p>
${Array.from({length: count}, () => html`<div class="chart"></div>`)}</section>`;
}

function scripts(drawn: ReturnType<typeof charts>, {script}: PlotAssets): Html {
  return html`<script type="application/json" id="report-charts">${scriptJson(drawn)}</script>
<script>${raw(script)}</script>
<script>${raw(REPORT_SCRIPT)}</script>`;
}

/** Our own and uPlot's files: neither holds anything a user wrote. */
function raw(text: string): Html {
  return {html: text};
}
