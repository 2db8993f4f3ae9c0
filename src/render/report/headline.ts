import {bytesText} from '../../base/bytes-text.js';
import {bestPlace, keptBestText} from '../best-text.js';
import {amountText, countText, durationText, numberText} from '../quantity.js';
import {type Html, html, withCode} from './html.js';
import {dateOf} from './labels.js';
import type {ReportRun, ReportSong, ReportTraining, TrainedMemory} from './report-data.js';

interface Figure {
  readonly value: string;
  readonly name: string;
  readonly about: string;
}

/** Which run this is, how it ended, and the numbers people look for first. */
export function headline(run: ReportRun): Html {
  const figures = [
    ...run.trainings.flatMap((training) => trainingFigures(training, run.trainings.length)),
    timeFigure(run),
    ...(run.songs.length === 0 ? [] : [songsFigure(run.songs)]),
  ];
  return html`<header><p class="kicker"><span class="outcome ${run.outcome}">${run.outcome}</span> ${dateOf(run)}</p>
<h1>${run.pipeline}</h1>
<p class="dim small">run <code>${run.run}</code> of <code>${run.file}</code></p>
<dl class="figures">${figures.map(({value, name, about}) => html`<div><dt>${name}</dt><dd>${value}</dd><p>${about}</p></div>`)}</dl>
${run.trainings.map((training) => judgement(training, run.trainings.length))}${resultPaths(run)}</header>`;
}

function trainingFigures(training: ReportTraining, siblings: number): Figure[] {
  const {stage, best_loss, best_by, steps, epochs, memory} = training;
  const of = siblings === 1 ? '' : `${stage}: `;
  return [
    {
      name: `${of}best ${best_by} loss`,
      value: best_loss === null ? '-' : numberText(best_loss),
      about: wayText(training),
    },
    {
      name: `${of}steps`,
      value: steps === null ? '-' : String(steps),
      about: epochs === null ? '' : `in ${countText(epochs, 'epoch')}`,
    },
    ...(memory === null ? [] : [trainedFigure(memory, of)]),
  ];
}

/** What is trained, and what training it keeps beside it. */
export function trainedFigure({trained_parameters, optimizer_bytes}: TrainedMemory, of: string): Figure {
  return {
    name: `${of}trained parameters`,
    value: amountText(trained_parameters),
    about: `the optimizer keeps ${bytesText(optimizer_bytes)} for them`,
  };
}

/** Where the loss that is judged by was lowest, where it came from and where it ended; all of one kind, or they could not be compared. */
function wayText(training: ReportTraining): string {
  const {best_by, final_loss, last_loss, points, validation} = training;
  const judged = best_by === 'validation' ? validation : points;
  const first = judged[0]?.loss ?? null;
  const last = final_loss ?? last_loss;
  const way = [
    ...(first === null ? [] : [`${numberText(first)} at first`]),
    ...(last === null ? [] : [`${numberText(last)} in the end`]),
  ];
  return [bestPlace(training), way.join(', ')].filter((part) => part !== '').join('; ');
}

/** Which state was kept as best and how the training is judged: sentences, too long to be below a figure. */
function judgement(training: ReportTraining, siblings: number): Html | null {
  const parts = [keptBestText(training), training.verdict].filter((part) => part !== '');
  if (parts.length === 0) return null;
  const of = siblings === 1 ? '' : `${training.stage}: `;
  return html`<p class="judgement">${of}${withCode(parts.join('; '))}</p>`;
}

function timeFigure({duration_ms, stages}: ReportRun): Figure {
  const saved = stages.reduce((sum, {saved_ms}) => sum + (saved_ms ?? 0), 0);
  return {
    name: 'time',
    value: duration_ms === null ? 'unknown' : durationText(duration_ms),
    about: saved === 0 ? 'nothing from the cache' : `${durationText(saved)} saved by the cache`,
  };
}

function songsFigure(songs: readonly ReportSong[]): Figure {
  const seconds = songs.reduce((sum, song) => sum + song.seconds, 0);
  return {name: 'songs', value: String(songs.length), about: `${durationText(seconds * 1000)} of music`};
}

/** Where the files are; the adapter in the cache is named while nothing was exported. */
export function resultPaths({results: written, trainings}: ReportRun): Html | null {
  const paths =
    written.length > 0
      ? written.map(({stage, output, path}) => [`${stage} ${output}`, path] as const)
      : trainings.flatMap(({stage, adapter}) =>
          adapter === null ? [] : [[`${stage} adapter`, adapter] as const],
        );
  if (paths.length === 0) return null;
  return html`<dl class="results">${paths.map(([name, path]) => html`<div><dt>${name}</dt><dd><code>${path}</code></dd></div>`)}</dl>`;
}
