import {bytesText} from '../base/bytes-text.js';
import {unreachable} from '../base/unreachable.js';
import type {StageResult} from '../event/stage-result.js';
import {allFacts, type Fact, factsLine, type Room} from './facts.js';
import {
  type PhaseProgress,
  rateOf,
  remainingMs,
  type StageProgress,
  stepsAtRisk,
  type TrainingProgress,
} from './progress.js';
import {countText, durationText, numberText, playedText, rateText} from './quantity.js';
import {sparkline} from './trend.js';

/**
 * Where the line stands: a `row` of a live view has `room` columns and is redrawn; a `printed` one has all the room it wants and
 * no lines below it. `again`: the key that asks to stop at once, where there is one.
 */
export type LineStyle =
  | {readonly kind: 'row'; readonly room: Room; readonly again?: string | undefined}
  | {readonly kind: 'printed'; readonly again?: string | undefined};

/**
 * One line that says all about a running stage, without colours; `now` in milliseconds since the epoch:
 * `train  120/4000 steps · loss 0.0413 ▇▅▃▂ · best 0.0391 · ETA 26 min 51 s · elapsed 50.2 s · epoch 3/100 · 2.41 steps/s`.
 * Where there is little room, loss and ETA are what stays.
 */
export function progressLine(
  progress: StageProgress,
  now: number,
  style: LineStyle = {kind: 'printed'},
): string {
  const head = `${progress.stage}  `;
  return `${head}${progressFacts(progress, now, style.kind === 'row' ? narrower(style, head.length) : style)}`.trimEnd();
}

/** The same without the stage's name. */
export function progressFacts(progress: StageProgress, now: number, style: LineStyle): string {
  const facts = factsOf(progress, now, style);
  return style.kind === 'row' ? factsLine(facts, style.room) : allFacts(facts);
}

function narrower(style: Extract<LineStyle, {kind: 'row'}>, by: number): LineStyle {
  return {...style, room: {...style.room, columns: style.room.columns - by}};
}

function factsOf(progress: StageProgress, now: number, style: LineStyle): Fact[] {
  const {training, phase_count, stopping} = progress;
  if (stopping !== undefined) return stoppingFacts(progress, style);
  const work =
    phase_count !== undefined
      ? phaseFacts(phase_count)
      : [
          ...fact(3, countedText(progress)),
          ...(training === undefined ? [] : lossFacts(training, style)),
          ...fact(4, progress.phase),
        ];
  return [
    ...work,
    ...(progress.samples_failed > 0 ? fact(3, `${progress.samples_failed} failed`) : []),
    ...etaFact(progress, now),
    ...elapsedFact(progress, now),
    ...(training === undefined ? [] : fact(8, epochText(training))),
    ...fact(9, rateFact(progress)),
    ...(training === undefined
      ? fact(10, progress.note)
      : fact(11, `lr ${numberText(training.learning_rate)}`)),
    ...(training === undefined || style.kind === 'row' ? [] : savedFacts(training)),
    ...fact(12, memoryFact(progress)),
  ];
}

function fact(rank: number, ...texts: readonly (string | undefined)[]): Fact[] {
  const [first, ...shorter] = texts.filter((text) => text !== undefined);
  return first === undefined ? [] : [{texts: [first, ...shorter], rank}];
}

function lossFacts(training: TrainingProgress, style: LineStyle): Fact[] {
  const {smoothed_loss, best, skipped_steps, trend} = training;
  const drawn = style.kind === 'row' ? [12, 8].map((columns) => sparkline(trend, columns)) : [];
  return [
    ...(smoothed_loss === undefined ? [] : fact(1, `loss ${numberText(smoothed_loss)}`)),
    ...(skipped_steps > 0 ? fact(4, `${countText(skipped_steps, 'step')} without a finite loss`) : []),
    ...fact(6, ...drawn.map((curve) => (curve === '' ? undefined : curve))),
    ...(best === undefined ? [] : [{texts: bestTexts(best), rank: 7, trims: 10}]),
  ];
}

function bestTexts({loss, by, epoch}: NonNullable<TrainingProgress['best']>): readonly [string, string] {
  const text = `best ${by === 'validation' ? 'validation ' : ''}${numberText(loss)}`;
  return [`${text} (epoch ${epoch})`, text];
}

/** What a live row has lines for. */
function savedFacts({validation_loss, checkpoint}: TrainingProgress): Fact[] {
  return [
    ...(validation_loss === undefined ? [] : fact(7, `validation ${numberText(validation_loss)}`)),
    ...(checkpoint === undefined ? [] : fact(12, `checkpoint ${checkpoint}`)),
  ];
}

function epochText({epoch, epochs}: TrainingProgress): string {
  return epochs === undefined ? `epoch ${epoch}` : `epoch ${epoch}/${epochs}`;
}

/** `encoding songs 3/8 · 4:12 of 11:05 of music`. */
function phaseFacts({phase, done, total, unit, music}: PhaseProgress): Fact[] {
  const heard = music === undefined ? undefined : [music.done, music.total].map(playedText);
  return [
    {texts: [`${phase} ${done}/${total}`, `${done}/${total} ${unit}`], rank: 1, trims: 3},
    ...(heard === undefined ? [] : fact(4, `${heard[0]} of ${heard[1]} of music`, `${heard[0]}/${heard[1]}`)),
  ];
}

function stoppingFacts(progress: StageProgress, style: LineStyle): Fact[] {
  const {training, phase_count, stopping} = progress;
  if (stopping === 'force') return [...fact(1, 'stopping now'), ...fact(3, countedText(progress))];
  const [long, short] = stopTexts(progress);
  const steps = stepsAtRisk(progress);
  const loses = steps > 0 ? `, losing ${countText(steps, 'step')}` : '';
  const {again} = style;
  return [
    ...fact(
      1,
      ...(again === undefined
        ? [`stopping: ${long}`]
        : [
            `stopping: ${long}; ${again} again to stop now${loses}`,
            `stopping ${short}; ${again} again: now${loses}`,
          ]),
      ...(steps > 0 && again !== undefined
        ? [`stopping ${short}; again loses ${countText(steps, 'step')}`]
        : []),
      `stopping ${short}`,
      'stopping',
    ),
    ...fact(
      3,
      phase_count === undefined ? countedText(progress) : `${phase_count.done}/${phase_count.total}`,
    ),
    ...(training?.smoothed_loss === undefined ? [] : fact(2, `loss ${numberText(training.smoothed_loss)}`)),
  ];
}

function stopTexts({training, phase_count}: StageProgress): readonly [string, string] {
  if (training !== undefined) return ['saves after this step', 'after this step'];
  if (phase_count !== undefined) return ['what is done is kept', 'soon'];
  return ['saves what it can', 'soon'];
}

/** How a stage ended, in one line without colours. */
export function resultLine(result: StageResult): string {
  switch (result.kind) {
    case 'succeeded':
      return `${result.stage}  done in ${durationText(result.duration_ms)}${samplesText(result)}`;
    case 'cached':
      return `${result.stage}  cached${result.saved_ms > 0 ? ` (saved ${durationText(result.saved_ms)})` : ''}`;
    case 'skipped':
      return `${result.stage}  skipped: ${result.condition}`;
    case 'failed':
      return `${result.stage}  failed after ${durationText(result.duration_ms)}${attemptsText(result.attempts)}`;
    case 'crashed':
      return `${result.stage}  crashed (${deathText(result)}) after ${durationText(result.duration_ms)}${attemptsText(result.attempts)}`;
    case 'blocked':
      return `${result.stage}  not run: ${result.by} did not succeed`;
    case 'interrupted':
      return `${result.stage}  interrupted after ${durationText(result.duration_ms)}, ${nextTimeText(result)}`;
    case 'not_started':
      return `${result.stage}  not started${result.after === 'stop' ? ': the run was stopped' : `: ${result.after} failed`}`;
    default:
      return unreachable(result);
  }
}

function nextTimeText({resumable, ended}: Extract<StageResult, {kind: 'interrupted'}>): string {
  if (!resumable) return 'starts at the beginning next time';
  return ended === 'killed' ? 'continues from what it saved last' : 'continues from here next time';
}

/** What ended a process that said nothing itself. */
export function deathText(result: Extract<StageResult, {kind: 'crashed'}>): string {
  if (result.signal !== undefined) return `signal ${result.signal}`;
  return result.exit_code === undefined ? 'no exit code' : `exit code ${result.exit_code}`;
}

function countedText(progress: StageProgress): string | undefined {
  if (progress.unit === undefined) return undefined;
  if (progress.unit === 'bytes') {
    const total = progress.total === undefined ? '' : ` of ${bytesText(progress.total)}`;
    return `${bytesText(progress.done)}${total}`;
  }
  const total = progress.total === undefined ? '' : `/${progress.total}`;
  return `${progress.done}${total} ${progress.unit}`;
}

/** Of a stage that counts nothing this is the first thing to say: it still runs. */
function elapsedFact({state, started_at, unit, phase_count}: StageProgress, now: number): Fact[] {
  if (state !== 'running' || started_at === undefined) return [];
  const text = durationText(now - started_at);
  return unit === undefined && phase_count === undefined ? fact(2, text) : fact(5, `elapsed ${text}`);
}

function rateFact(progress: StageProgress): string | undefined {
  const {phase_count} = progress;
  const rate = rateOf(phase_count ?? progress);
  if (rate === undefined) return undefined;
  if (phase_count?.music !== undefined) return `${numberText(Number(rate.toPrecision(3)))}× real time`;
  const unit = phase_count?.unit ?? progress.unit;
  if (unit === undefined) return undefined;
  return unit === 'bytes' ? `${bytesText(rate)}/s` : rateText(rate, unit);
}

function etaFact(progress: StageProgress, now: number): Fact[] {
  const {phase_count} = progress;
  const {marks} = phase_count ?? progress;
  const total = phase_count?.music?.total ?? phase_count?.total ?? progress.total;
  const remaining = remainingMs({marks, total}, now);
  return remaining === undefined || remaining === 0 ? [] : fact(2, `ETA ${durationText(remaining)}`);
}

function memoryFact({memory}: StageProgress): string | undefined {
  if (memory === undefined) return undefined;
  const {resident_bytes, device_bytes, device} = memory;
  const resident = `memory ${bytesText(resident_bytes)}`;
  const own = device === undefined || device === 'cpu' || device_bytes === undefined; // a CPU's is part of the process's
  return own ? resident : `${resident} and ${bytesText(device_bytes)} on ${device}`;
}

function samplesText(result: Extract<StageResult, {kind: 'succeeded'}>): string {
  if (result.samples === undefined) return '';
  const {computed, cached, failed} = result.samples;
  const parts = [`${computed} computed`, `${cached} from cache`];
  if (failed > 0) parts.push(`${failed} failed`);
  return ` (${countText(result.samples.total, 'sample')}: ${parts.join(', ')})`;
}

function attemptsText(attempts: number): string {
  return attempts > 1 ? `, ${attempts} attempts` : '';
}
