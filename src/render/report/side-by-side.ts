import {durationText, numberText} from '../quantity.js';
import {type Html, html} from './html.js';
import {colourOf, dateOf, differingParams, letterOf} from './labels.js';
import type {ReportRun, ReportTraining} from './report-data.js';

const rows: readonly (readonly [name: string, value: (run: ReportRun) => string])[] = [
  ['outcome', ({outcome}) => outcome],
  ['best loss', (run) => ofTrainings(run, ({best_loss}) => best_loss)],
  ['at epoch', (run) => ofTrainings(run, ({best_at}) => best_at?.epoch ?? null)],
  ['last loss', (run) => ofTrainings(run, ({final_loss, last_loss}) => final_loss ?? last_loss)],
  ['steps', (run) => ofTrainings(run, ({steps}) => steps)],
  ['time', ({duration_ms}) => (duration_ms === null ? '-' : durationText(duration_ms))],
];

function ofTrainings(run: ReportRun, value: (training: ReportTraining) => number | null): string {
  const values = run.trainings.map((training) => value(training));
  return values.length === 0 ? '-' : values.map((one) => (one === null ? '-' : numberText(one))).join(', ');
}

/** Several runs: how they came out and what was set differently, one column a run. */
export function sideBySide(runs: readonly ReportRun[]): Html {
  const heads = runs.map(
    (run, index) =>
      html`<th><i class="swatch" style="background:${colourOf(index)}"></i>${letterOf(index)}<br><span class="dim small">${dateOf(run)}<br><code>${run.run}</code></span></th>`,
  );
  const differing = differingParams(runs);
  return html`<div class="wide"><table class="side-by-side"><thead><tr><th></th>${heads}</tr></thead><tbody>
${rows.map(([name, value]) => html`<tr><th>${name}</th>${runs.map((run) => html`<td>${value(run)}</td>`)}</tr>`)}
${differing.map(({key, values}) => html`<tr class="setting"><th><code>${key}</code></th>${values.map((value) => html`<td><code>${value ?? 'not set'}</code></td>`)}</tr>`)}
</tbody></table></div>
${differing.length === 0 ? html`<p class="dim">No setting differs.</p>` : null}`;
}
