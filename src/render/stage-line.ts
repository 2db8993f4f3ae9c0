import {bytesText} from '../base/bytes-text.js';
import {unreachable} from '../base/unreachable.js';
import type {StageResult} from '../event/stage-result.js';
import {rateOf, remainingMs, type StageProgress} from './progress.js';
import {countText, durationText, numberText, rateText} from './quantity.js';

/**
 * One line that says all about a running stage, without colours; `now` in milliseconds since the epoch:
 * `train  120/4000 steps · epoch 3 · loss 0.0413 · ETA 26 min 51 s · 2.41 steps/s · lr 0.0003 · 4.21 GiB on device`.
 * What people look for first stands first, since a narrow terminal cuts the rest off.
 */
export function progressLine(progress: StageProgress, now: number): string {
  const facts = [
    countedText(progress) ?? elapsedText(progress, now),
    ...trainingFacts(progress),
    progress.samples_failed > 0 ? `${progress.samples_failed} failed` : undefined,
    progress.phase,
    etaFact(progress),
    rateFact(progress),
    rateOfLearning(progress),
    memoryFact(progress),
    progress.training === undefined ? progress.note : undefined,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? progress.stage : `${progress.stage}  ${facts.join(' · ')}`;
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
      return `${result.stage}  interrupted after ${durationText(result.duration_ms)}, ${
        result.resumable === 'yes' ? 'continues from here next time' : 'starts anew next time'
      }`;
    case 'not_started':
      return `${result.stage}  not started`;
    default:
      return unreachable(result);
  }
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

/** Of a stage that counts nothing: at least that it still runs. */
function elapsedText({state, started_at}: StageProgress, now: number): string | undefined {
  return state === 'running' && started_at !== undefined ? durationText(now - started_at) : undefined;
}

function trainingFacts({training}: StageProgress): (string | undefined)[] {
  if (training === undefined) return [];
  return [
    `epoch ${training.epoch}`,
    training.smoothed_loss === undefined ? undefined : `loss ${numberText(training.smoothed_loss)}`,
    training.skipped_steps > 0
      ? `${countText(training.skipped_steps, 'step')} without a finite loss`
      : undefined,
  ];
}

function rateOfLearning({training}: StageProgress): string | undefined {
  return training === undefined ? undefined : `lr ${numberText(training.learning_rate)}`;
}

function rateFact(progress: StageProgress): string | undefined {
  const rate = rateOf(progress);
  if (rate === undefined || progress.unit === undefined) return undefined;
  return progress.unit === 'bytes' ? `${bytesText(rate)}/s` : rateText(rate, progress.unit);
}

function etaFact(progress: StageProgress): string | undefined {
  const remaining = remainingMs(progress);
  return remaining === undefined || remaining === 0 ? undefined : `ETA ${durationText(remaining)}`;
}

function memoryFact({memory}: StageProgress): string | undefined {
  if (memory === undefined) return undefined;
  const {resident_bytes, device_bytes, device} = memory;
  const onDevice =
    device_bytes === undefined ? '' : `, ${bytesText(device_bytes)} on ${device ?? 'the device'}`;
  return `${bytesText(resident_bytes)}${onDevice}`;
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
