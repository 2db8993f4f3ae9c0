import {countText, durationText} from '../quantity.js';
import {type Html, html} from './html.js';
import type {ReportRun, ReportStage} from './report-data.js';

/** One row a stage, its bar from when it started to when it ended; what came from the cache is hatched. */
export function timeline({stages, duration_ms}: ReportRun): Html {
  const whole = Math.max(
    1,
    duration_ms ?? 0,
    ...stages.map((stage) => (stage.started_ms ?? 0) + (stage.duration_ms ?? 0)),
  );
  const rows = stages.map((stage) => row(stage, whole));
  return html`<p class="dim">${summary(stages)}</p>
<div class="timeline">${rows}<div class="scale"><b></b><span><i>0</i><i>${durationText(whole / 2)}</i><i>${durationText(whole)}</i></span><em></em></div></div>`;
}

function summary(stages: readonly ReportStage[]): string {
  const cached = stages.filter(({result}) => result === 'cached');
  const saved = cached.reduce((sum, {saved_ms}) => sum + (saved_ms ?? 0), 0);
  const ran = stages.filter(({started_ms}) => started_ms !== null).length;
  if (cached.length === 0) return `${countText(ran, 'stage')} ran, none came from the cache.`;
  return `${countText(ran, 'stage')} ran; ${cached.length} came from the cache and saved ${durationText(saved)}.`;
}

function row(stage: ReportStage, whole: number): Html {
  const {stage: id, uses, result, description, problem} = stage;
  return html`<div title="${description ?? uses}"><b>${id}</b><span class="bar${result === 'cached' ? ' cached' : ''}">${bar(stage, whole)}</span><em>${words(stage)}</em></div>
${problem === null ? null : html`<p class="problem">${problem}</p>`}`;
}

function bar({started_ms, duration_ms, result}: ReportStage, whole: number): Html | null {
  if (started_ms === null || duration_ms === null) return null;
  const left = Math.min(99.6, (started_ms / whole) * 100);
  const width = Math.min(Math.max(0.4, (duration_ms / whole) * 100), 100 - left);
  return html`<i class="${result}" style="left:${left.toFixed(2)}%;width:${width.toFixed(2)}%"></i>`;
}

function words({result, duration_ms, saved_ms, samples}: ReportStage): string {
  if (result === 'cached') return `cached${saved_ms === null ? '' : `, saved ${durationText(saved_ms)}`}`;
  const how = result === 'succeeded' ? [] : [result.replace('_', ' ')];
  const time = duration_ms === null ? [] : [durationText(duration_ms)];
  const counts =
    samples === null || samples.cached === 0
      ? []
      : [`${samples.computed} of ${countText(samples.total, 'sample')} computed`];
  return [...how, ...time, ...counts].join(', ');
}
