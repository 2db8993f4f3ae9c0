import {bytesText} from '../base/bytes-text.js';
import type {TrainingWork} from '../event/effort.js';
import type {MemoryForecast} from '../event/memory-forecast.js';
import {countText, durationText} from '../render/quantity.js';
import type {TrainingForecast} from '../run/forecast/training.js';
import {trainingSeconds} from '../run/forecast/training-time.js';

/** Pure: `about 3 h 20 min of training at the 118 GFLOP/s measured just now, songs encoded`. */
export function timeText(work: TrainingWork, forecast: TrainingForecast): string {
  if (forecast.kind === 'unknown') return `unknown: ${forecast.problem.message}`;
  const seconds = trainingSeconds(work, forecast);
  const rate = `${flopsText(forecast.pace.flops_per_second)}FLOP/s`;
  return `about ${durationText(Math.round(seconds) * 1000)} of training at the ${rate} measured just now, songs encoded`;
}

/** Pure: `3.15 GiB of the 24.0 GiB of cuda:0`, and what would help when it is too much. */
export function memoryText(forecast: TrainingForecast): string {
  if (forecast.kind === 'unknown') return `unknown: ${forecast.problem.message}`;
  if (forecast.memory.kind === 'later') return `unknown: ${forecast.memory.reason}`;
  const {total_bytes, limit_bytes, device} = forecast.memory;
  const need = `${bytesText(total_bytes)} of the ${bytesText(limit_bytes)} of ${device}, with the longest song`;
  return [need, ...advice(forecast.memory)].join('\n');
}

function advice({fits, suggestions}: MemoryForecast): string[] {
  if (fits === 'yes') return [];
  const changes = suggestions.map(({change, total_bytes}) => `${change} (${bytesText(total_bytes)})`);
  return [
    `That is too much. What helps: ${changes.length === 0 ? 'another device' : changes.join(', then ')}`,
  ];
}

export function stepsText({epochs, steps}: TrainingWork): string {
  return `${countText(epochs, 'epoch')}, ${countText(steps, 'training step')}`;
}

function flopsText(flops: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(flops) / 3)));
  return `${Number((flops / 1000 ** step).toPrecision(3))} ${units[step]}`;
}
