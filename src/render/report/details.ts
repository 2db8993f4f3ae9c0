import {bytesText} from '../../base/bytes-text.js';
import {countText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {ReportParam, ReportRun, ReportStage} from './report-data.js';

/** Every parameter of every stage; those somebody wrote down come first, with their place. */
export function configuration({stages}: ReportRun): Html {
  return html`<div class="folded">${stages.map(stageConfiguration)}</div>`;
}

function stageConfiguration({stage, uses, params, description, note}: ReportStage): Html {
  const said = params.filter(({said_at}) => said_at !== null);
  const rest = params.filter(({said_at}) => said_at === null);
  return html`<details><summary><b>${stage}</b> <span class="dim">${uses}</span> <span class="dim count">${said.length} set, ${countText(rest.length, 'default')}</span></summary>
${description === null ? null : html`<p class="dim">${description}</p>`}${note === null ? null : html`<p>${note}</p>`}
<table class="params">${said.map(paramRow)}</table>
${rest.length === 0 ? null : html`<details class="defaults"><summary class="dim">${countText(rest.length, 'default')}</summary><table class="params">${rest.map(paramRow)}</table></details>`}</details>`;
}

function paramRow({path, value, said_at}: ReportParam): Html {
  return html`<tr class="${said_at === null ? 'default' : 'said'}"><th><code>${path}</code></th><td><code>${value}</code></td><td class="dim small">${said_at ?? ''}</td></tr>`;
}

export function hashes({stages}: ReportRun): Html {
  return html`<div class="folded">${stages.map(stageHashes)}</div>`;
}

function stageHashes({stage, fingerprint, outputs}: ReportStage): Html {
  const rows = outputs.map(
    ({name, hash, size}) =>
      html`<tr><th>${name}</th><td><code>${hash}</code></td><td class="number dim">${bytesText(size)}</td></tr>`,
  );
  return html`<details><summary><b>${stage}</b> <code class="dim">${fingerprint === null ? 'unknown' : `${fingerprint.slice(0, 12)}…`}</code></summary>
<table class="params"><tr><th>fingerprint</th><td><code>${fingerprint ?? 'unknown: it did not run'}</code></td><td></td></tr>${rows}</table></details>`;
}

export function environment({environment: rows}: ReportRun, writtenBy: string): Html {
  const all = [...rows, ['report written by', writtenBy] as const];
  return html`<table class="params">${all.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)}</table>`;
}
