import {createHash} from 'node:crypto';
import {type Chart, charts} from './charts.js';
import {configuration, environment, hashes} from './details.js';
import {gradientMap} from './gradients.js';
import {headline} from './headline.js';
import {dataElement, type Html, html, scriptElement} from './html.js';
import {letterOf} from './labels.js';
import {listening} from './listen.js';
import {LISTEN_SCRIPT} from './listen-script.js';
import type {ReportData, ReportPrompt, ReportRun} from './report-data.js';
import {REPORT_SCRIPT} from './script.js';
import {sensitivity} from './sensitivity.js';
import {sideBySide} from './side-by-side.js';
import {songTable} from './songs.js';
import {REPORT_STYLE} from './style.js';
import {timeline} from './timeline.js';

/** uPlot's own files, put into the page so that it needs no network. */
export interface PlotAssets {
  readonly script: string;
  readonly style: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** Pure: one self-contained HTML page. */
export function reportPage(data: ReportData, assets: PlotAssets): string {
  const [first] = data.runs;
  if (first === undefined) throw new TypeError('a report needs a run');
  const drawn = charts(data);
  const prompts = promptsOf(data.runs);
  const own = [
    ...(drawn.length === 0 ? [] : [assets.script, REPORT_SCRIPT]),
    ...(prompts.length === 0 ? [] : [LISTEN_SCRIPT]),
  ];
  const sections = sectionsOf(data, first, drawn);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(own, prompts.length === 0 ? 'no_files' : 'clips')}">
<meta name="color-scheme" content="light dark"><title>${first.pipeline}, run ${first.run}</title>
<style>${raw(assets.style)}${raw(REPORT_STYLE)}</style></head><body>
${headline(first)}
<nav>${sections.map(({id, title}) => html`<a href="#${id}">${title}</a>`)}</nav>
${sections.map(({id, title, body}) => html`<section id="${id}"><h2>${title}</h2>${body}</section>`)}
${drawn.length === 0 ? null : scripts(drawn, assets)}
${prompts.length === 0 ? null : scriptElement(LISTEN_SCRIPT)}
</body></html>
`;
  return page.html;
}

/**
 * What a browser may do with this page: draw it and run our own scripts, known by their hashes. Whatever else got into it
 * would not run, load or send anything. Clips come from beside the page (`'self'` where it is served, `file:` where it is opened
 * by double click) or are in it.
 */
function policy(own: readonly string[], files: 'clips' | 'no_files'): string {
  const hashes = own.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.length === 0 ? "'none'" : hashes.join(' ')}`,
    "style-src 'unsafe-inline'", // bars and swatches carry their size and colour
    ...(files === 'clips' ? ["img-src 'self' file: data:", "media-src 'self' file: data:"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function sectionsOf(data: ReportData, first: ReportRun, drawn: readonly Chart[]): Section[] {
  const {runs} = data;
  const prompts = promptsOf(runs);
  const gradients = runs.flatMap((run, index) =>
    run.trainings.flatMap(({stage, gradients: points}) => {
      const names = [
        ...(runs.length === 1 ? [] : [letterOf(index)]),
        ...(run.trainings.length === 1 ? [] : [stage]),
      ];
      return gradientMap(names.join(' '), points) ?? [];
    }),
  );
  return [
    ...(runs.length < 2 ? [] : [{id: 'side-by-side', title: 'Runs side by side', body: sideBySide(runs)}]),
    ...(prompts.length === 0 ? [] : [{id: 'listen', title: 'Listen', body: listening(prompts)}]),
    {id: 'training', title: 'Training', body: training(drawn)},
    ...(gradients.length === 0
      ? []
      : [{id: 'gradients', title: 'Gradients by layer', body: html`${gradients}`}]),
    ...first.estimates.map((estimate) => ({
      id: `estimate-${estimate.stage}`,
      title: 'Sensitivity',
      body: sensitivity(estimate),
    })),
    {id: 'stages', title: 'Stages', body: timeline(first)},
    ...(first.songs.length === 0 ? [] : [{id: 'songs', title: 'Songs', body: songTable(first)}]),
    {id: 'configuration', title: 'Configuration', body: configuration(first)},
    {id: 'hashes', title: 'Hashes', body: hashes(first)},
    {id: 'environment', title: 'Environment', body: environment(first, data.written_by)},
  ];
}

/** Of several runs, each prompt says of which it is. */
function promptsOf(runs: readonly ReportRun[]): ReportPrompt[] {
  if (runs.length === 1) return [...runs[0]!.prompts];
  return runs.flatMap(({prompts}, index) =>
    prompts.map((prompt) => ({...prompt, stage: `${letterOf(index)} ${prompt.stage}`})),
  );
}

function training(drawn: readonly Chart[]): Html {
  if (drawn.length === 0)
    return html`<p class="empty">No training step was recorded in this run: it has no train stage, or it ended before the first update.</p>`;
  const figures = drawn.map(
    ({title, about, size}) =>
      html`<figure class="${size}"><figcaption><b>${title}</b> <span class="dim">${about}</span></figcaption><div class="chart"></div></figure>`,
  );
  return html`<div class="controls"><label>smoothing <input id="smoothing" type="range" min="0" max="0.99" step="0.01" value="${startingSmoothing(drawn)}"> <output id="smoothing-value"></output></label>
<label><input id="logarithmic" type="checkbox"> logarithmic</label> <span class="dim hint">drag over a curve to zoom, double-click to see all</span></div>
<div class="charts">${figures}</div>`;
}

/** A short curve smoothed hard is a straight line. */
function startingSmoothing(drawn: readonly Chart[]): string {
  const longest = Math.max(...drawn.flatMap(({curves}) => curves.map(({points}) => points.length)));
  return longest > 60 ? '0.9' : '0.6';
}

function scripts(drawn: readonly Chart[], {script}: PlotAssets): Html {
  return html`${dataElement('report-charts', drawn)}
${scriptElement(script)}
${scriptElement(REPORT_SCRIPT)}`;
}

/** Our own and uPlot's files: neither holds anything a user wrote. */
function raw(text: string): Html {
  return {html: text};
}
