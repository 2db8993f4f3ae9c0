import {configuration} from '../../render/report/details.js';
import {resultPaths} from '../../render/report/headline.js';
import {type Html, html} from '../../render/report/html.js';
import {promptRows} from '../../render/report/listen.js';
import type {ReportRun} from '../../render/report/report-data.js';
import {songTable} from '../../render/report/songs.js';

/**
 * What the page shows of a run apart from its events: of a stage what its file says, the curves that its metrics hold (events of a
 * training that went on from before lack the beginning), and parts made by the report's own code.
 */
export function runView(run: ReportRun) {
  return {
    run: run.run,
    pipeline: run.pipeline,
    outcome: run.outcome,
    started_at: run.started_at,
    duration_ms: run.duration_ms,
    stages: run.stages.map(({stage, uses, description}) => ({stage, uses, description})),
    trainings: run.trainings.map(({gradients: _, ...training}) => training),
    clips: run.prompts.reduce((sum, {clips}) => sum + clips.length, 0),
    html: {
      results: textOf(resultPaths(run)),
      listen: run.prompts.length === 0 ? '' : promptRows(run.prompts).html,
      songs: run.songs.length === 0 ? '' : html`<div class="wide">${songTable(run)}</div>`.html,
      configuration: configuration(run).html,
    },
  };
}

function textOf(part: Html | null): string {
  return part?.html ?? '';
}
