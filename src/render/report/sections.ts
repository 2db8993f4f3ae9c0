import {bytesText, countText, durationText, numberText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {
  GradientPoint,
  ReportEstimate,
  ReportRun,
  ReportSong,
  ReportStage,
  TokenCount,
} from './report-data.js';

/** The numbers people look for first. */
export function headline(run: ReportRun): Html {
  const cards: [string, string][] = [
    ['outcome', run.outcome],
    ['time', run.duration_ms === null ? 'unknown' : durationText(run.duration_ms)],
    ...run.trainings.flatMap(({best_loss, best_by, last_loss, steps, epochs}): [string, string][] => [
      [`best ${best_by} loss`, best_loss === null ? '-' : numberText(best_loss)],
      ['last loss', last_loss === null ? '-' : numberText(last_loss)],
      ['steps', steps === null ? '-' : `${steps} in ${countText(epochs ?? 0, 'epoch')}`],
    ]),
    ...(run.songs.length === 0 ? [] : ([['songs', songsText(run.songs)]] as [string, string][])),
  ];
  const adapters = run.trainings.flatMap(({adapter}) => adapter ?? []);
  return html`<header><h1>${run.pipeline} <small>${run.run}</small></h1>
<p class="dim">${run.file}${run.started_at === null ? '' : ` · ${new Date(run.started_at).toISOString().slice(0, 16).replace('T', ' ')} UTC`}</p>
<dl class="cards">${cards.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${adapters.map((path) => html`<p>adapter: <code>${path}</code></p>`)}</header>`;
}

function songsText(songs: readonly ReportSong[]): string {
  const seconds = songs.reduce((sum, song) => sum + song.seconds, 0);
  return `${songs.length}, ${durationText(seconds * 1000)} of music`;
}

/** One bar a stage, from when it started to when it ended; cached stages take no time and say what they saved. */
export function timeline({stages, duration_ms}: ReportRun): Html {
  const whole = Math.max(
    1,
    duration_ms ?? 0,
    ...stages.map((stage) => (stage.started_ms ?? 0) + (stage.duration_ms ?? 0)),
  );
  return html`<section><h2>Stages</h2><div class="timeline">${stages.map((stage) => timelineRow(stage, whole))}</div></section>`;
}

function timelineRow(stage: ReportStage, whole: number): Html {
  const {stage: id, uses, result, started_ms, duration_ms, description} = stage;
  const left = ((started_ms ?? 0) / whole) * 100;
  const width = Math.max(0.4, ((duration_ms ?? 0) / whole) * 100);
  const bar =
    started_ms === null || duration_ms === null
      ? html`<i class="none"></i>`
      : html`<i class="${result}" style="left:${left.toFixed(2)}%;width:${Math.min(width, 100 - left).toFixed(2)}%"></i>`;
  return html`<div title="${description ?? uses}"><b>${id}</b><span class="bar">${bar}</span><em>${stageWords(stage)}</em></div>
${stage.problem === null ? null : html`<p class="problem">${stage.problem}</p>`}`;
}

function stageWords({result, duration_ms, saved_ms, samples}: ReportStage): string {
  if (result === 'cached') return `from cache${saved_ms === null ? '' : `, saved ${durationText(saved_ms)}`}`;
  const time = duration_ms === null ? '' : ` ${durationText(duration_ms)}`;
  const counts =
    samples === null ? '' : `, ${samples.computed} of ${countText(samples.total, 'sample')} computed`;
  return `${result === 'succeeded' ? 'ran' : result.replace('_', ' ')}${time}${counts}`;
}

/** Every song with what the text encoder sees of it. */
export function datasetTable({songs}: ReportRun): Html | null {
  if (songs.length === 0) return null;
  const rows = songs.map(
    (song) => html`<tr><td>${song.name}</td><td class="number">${song.seconds.toFixed(1)} s</td>
<td class="number">${tokensText(song.prompt_tokens)}</td><td class="number">${tokensText(song.lyric_tokens)}</td>
<td><details><summary>${captionOf(song.prompt)}</summary><pre>${song.prompt}</pre><pre>${song.lyrics}</pre></details></td></tr>`,
  );
  return html`<section><h2>Songs</h2><div class="wide"><table><thead><tr><th>song</th><th>length</th><th>prompt tokens</th><th>lyric tokens</th><th>caption</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function tokensText(count: TokenCount | null): Html | string {
  if (count === null) return '-';
  return count.lost === 0
    ? String(count.tokens)
    : html`${count.tokens} <b class="problem">−${count.lost}</b>`;
}

function captionOf(prompt: string): string {
  return /# Caption\n(.*)/.exec(prompt)?.[1] ?? prompt.slice(0, 60);
}

const MOST_BARS = 48;

/** Which modules the songs pull at, as the estimate stage measured it. */
export function sensitivity({stage, modules}: ReportEstimate): Html {
  const most = Math.max(...modules.map(({score}) => score), Number.MIN_VALUE);
  const bars = modules
    .slice(0, MOST_BARS)
    .map(
      ({module, score, selected}) =>
        html`<div><b>${module}</b><span class="bar"><i class="selected-${selected}" style="left:0;width:${((score / most) * 100).toFixed(2)}%"></i></span><em>${numberText(score)}</em></div>`,
    );
  const left =
    modules.length > MOST_BARS ? html`<p class="dim">and ${modules.length - MOST_BARS} with less</p>` : null;
  return html`<section><h2>Sensitivity <small>${stage}</small></h2><p class="dim">Selected for training in full colour.</p><div class="timeline wide-names">${bars}</div>${left}</section>`;
}

/** Gradient norm by layer (rows) and step (columns), on a logarithmic scale from the smallest to the largest. */
export function gradientMap(stage: string, gradients: readonly GradientPoint[]): Html | null {
  const layers = [...new Set(gradients.flatMap((point) => Object.keys(point.layers)))].sort(byNumber);
  const norms = gradients.flatMap((point) =>
    Object.values(point.layers).flatMap((norm) => (norm !== null && norm > 0 ? [norm] : [])),
  );
  if (norms.length === 0) return null;
  const [low, high] = [Math.log(Math.min(...norms)), Math.log(Math.max(...norms))];
  const shade = (norm: number | null | undefined) =>
    norm === null || norm === undefined || norm <= 0
      ? 0
      : 0.08 + (0.92 * (Math.log(norm) - low)) / Math.max(high - low, 1e-9);
  const rows = layers.map(
    (layer) =>
      html`<tr><th>${layer}</th>${gradients.map(({global_step, layers: values}) => html`<td style="--shade:${shade(values[layer]).toFixed(3)}" title="${layer}, step ${global_step}: ${numberText(values[layer] ?? 0)}"></td>`)}</tr>`,
  );
  return html`<section><h2>Gradient norms by layer <small>${stage}</small></h2>
<p class="dim">Steps ${gradients[0]!.global_step} to ${gradients.at(-1)!.global_step}; from ${numberText(Math.exp(low))} (faint) to ${numberText(Math.exp(high))} (strong).</p>
<div class="wide"><table class="heat"><tbody>${rows}</tbody></table></div></section>`;
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', {numeric: true});
}

export function configuration({stages}: ReportRun): Html {
  const blocks = stages.map(
    ({stage, uses, params}) =>
      html`<details><summary>${stage} <small>${uses}</small></summary><div class="wide"><table>${params.map(([path, value]) => html`<tr><td><code>${path}</code></td><td><code>${value}</code></td></tr>`)}</table></div></details>`,
  );
  return html`<section><h2>Configuration</h2>${blocks}</section>`;
}

export function hashes({stages}: ReportRun): Html {
  const rows = stages.flatMap(({stage, fingerprint, outputs}) => [
    html`<tr><td>${stage}</td><td>fingerprint</td><td><code>${fingerprint ?? 'unknown'}</code></td><td></td></tr>`,
    ...outputs.map(
      ({name, hash, size}) =>
        html`<tr><td></td><td>${name}</td><td><code>${hash}</code></td><td class="number">${bytesText(size)}</td></tr>`,
    ),
  ]);
  return html`<section><h2>Hashes</h2><details><summary>fingerprints and content hashes</summary><div class="wide"><table>${rows}</table></div></details></section>`;
}

export function environment({environment: rows}: ReportRun, writtenBy: string): Html {
  return html`<section><h2>Environment</h2><table>${rows.map(([name, value]) => html`<tr><td>${name}</td><td>${value}</td></tr>`)}
<tr><td>report written by</td><td>${writtenBy}</td></tr></table></section>`;
}

/** Several runs: what differs, one column a run. */
export function differences(runs: readonly ReportRun[]): Html | null {
  if (runs.length < 2) return null;
  const settings = runs.map(
    (run) =>
      new Map(
        run.stages.flatMap(({stage, params}) =>
          params.map(([path, value]) => [`${stage}.${path}`, value] as const),
        ),
      ),
  );
  const keys = [...new Set(settings.flatMap((values) => [...values.keys()]))];
  const differing = keys.filter((key) => new Set(settings.map((values) => values.get(key))).size > 1);
  const results: [string, (run: ReportRun) => string][] = [
    ['outcome', (run) => run.outcome],
    [
      'best loss',
      (run) =>
        run.trainings.map(({best_loss}) => (best_loss === null ? '-' : numberText(best_loss))).join(', '),
    ],
    ['steps', (run) => run.trainings.map(({steps}) => steps ?? '-').join(', ')],
    ['time', (run) => (run.duration_ms === null ? '-' : durationText(run.duration_ms))],
  ];
  return html`<section><h2>Runs side by side</h2><div class="wide"><table><thead><tr><th></th>${runs.map(({run}) => html`<th>${run}</th>`)}</tr></thead><tbody>
${results.map(([name, value]) => html`<tr><td>${name}</td>${runs.map((run) => html`<td>${value(run)}</td>`)}</tr>`)}
${differing.map((key) => html`<tr><td><code>${key}</code></td>${settings.map((values) => html`<td><code>${values.get(key) ?? 'not set'}</code></td>`)}</tr>`)}
</tbody></table></div></section>`;
}
