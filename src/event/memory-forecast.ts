import {bytesText} from '../base/bytes-text.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import {LATENT_HZ} from '../stage/latent-rate.js';

/** In place of a limit: of a machine or a card that no one has looked at. */
export const UNKNOWN_LIMIT_BYTES = Number.MAX_SAFE_INTEGER;

/** What a stage will take on its device, before it runs. */
export type StageMemory =
  | ({readonly kind: 'known'} & MemoryForecast)
  /** It cannot be said yet, and why. */
  | {readonly kind: 'later'; readonly reason: string};

/** Bytes by purpose. They are what the engine asks for, found by running the step on a planning device. */
export interface MemoryForecast {
  /** `cpu` or `cuda:N`. */
  readonly device: string;
  readonly weights_bytes: number;
  /** Trained parameters, their gradients and their average. */
  readonly adapter_bytes: number;
  readonly optimizer_bytes: number;
  /** Activations and scratch; on a card also the batches on their way there. */
  readonly activation_bytes: number;
  /** Of a card: driver, libraries, recorded steps, scratch memory and a reserve. Bounds, not measurements. */
  readonly overhead_bytes: number;
  readonly total_bytes: number;
  /** What the device has, or what the settings allow; on a CPU that ranks or shards share, the share of one. */
  readonly limit_bytes: number;
  /** Of a training: processes that share it and take this each, on a CPU of the same memory, else on a card of its own. Absent: one. */
  readonly ranks?: number;
  /** Of a stage of samples: the same of processes that share those on this machine. Absent: one. */
  readonly shards?: number;
  /** `known`: of the samples that are there. `at_most`: no sample will be longer than this. */
  readonly lengths: 'known' | 'at_most';
  /** Of the longest sample, after cropping; null where they decide nothing. */
  readonly latent_frames: number | null;
  readonly condition_tokens: number | null;
  /** `no`: whatever the samples turn out to be. `perhaps`: not if they are as long as they may be. */
  readonly fits: 'yes' | 'perhaps' | 'no';
  /** Of a training: what is computed twice because it does not fit, or because the stage says so. */
  readonly recomputation?: RecomputationForecast;
  /** Of a training on a card that has no room for all layers. */
  readonly streaming?: StreamingForecast;
  /** Of a training that makes clips on its way. */
  readonly clips?: ClipsForecast;
  /** What would lower the need, each together with those before it; empty when it fits. */
  readonly suggestions: readonly MemorySuggestion[];
}

export interface RecomputationForecast {
  readonly layers: number;
  /** Layers that keep all their activations, and layers that keep some. */
  readonly kept_layers: number;
  readonly partly_kept_layers: number;
  /** Of the arithmetic of a step that recomputes every layer, the share that is not done. */
  readonly work_saved: number;
}

/** Layers whose frozen weights wait in page-locked memory of the host and are fetched in each pass. */
export interface StreamingForecast {
  readonly streamed_layers: number;
  /** On the host; not in the total. A forward and a backward pass fetch them once each. */
  readonly streamed_bytes: number;
}

/** What one listening point of a training takes. Clips that do not fit are left out, with a warning. */
export interface ClipsForecast {
  readonly clips: number;
  /** Beside what the training holds. */
  readonly extra_bytes: number;
  /** How many forward and backward passes over a batch take as long. */
  readonly micro_steps: number;
}

export interface MemorySuggestion {
  /** As it would be in the stage: `batch_size: 1`. */
  readonly change: string;
  readonly total_bytes: number;
}

/** Pure: why a stage is refused before it begins, and what would make it fit. */
export function memoryProblem(
  {stage, position}: {readonly stage: string; readonly position?: SourcePosition},
  forecast: MemoryForecast,
): Problem {
  const {limit_bytes} = forecast;
  const least = forecast.fits === 'no' && forecast.lengths === 'at_most' ? ', with songs of any length' : '';
  return {
    code: 'run/memory-insufficient',
    message: `${stage} needs ${needOf(forecast)}, which ${onSeveralCards(forecast) ? 'have' : 'has'} ${bytesText(limit_bytes * sharers(forecast))}${least}: ${partsText(forecast)}`,
    hint: hintFor(forecast),
    ...(position === undefined ? {} : {position}),
  };
}

/** `4.17 GiB on cpu`, `8.34 GiB on cpu for 2 ranks`, `4.17 GiB on each of 2 cards`. */
function needOf(forecast: MemoryForecast): string {
  const {total_bytes, device} = forecast;
  const {count, unit} = processesOf(forecast);
  if (count === 1) return `${bytesText(total_bytes)} on ${device}`;
  return onSeveralCards(forecast)
    ? `${bytesText(total_bytes)} on each of ${count} cards`
    : `${bytesText(count * total_bytes)} on ${device} for ${count} ${unit}`;
}

/** That take what is forecast each, and what they are called: a stage has ranks or shards, never both. */
export function processesOf({ranks = 1, shards = 1}: Pick<MemoryForecast, 'ranks' | 'shards'>): {
  readonly count: number;
  readonly unit: 'ranks' | 'shards';
} {
  return shards > 1 ? {count: shards, unit: 'shards'} : {count: ranks, unit: 'ranks'};
}

function onSeveralCards(forecast: MemoryForecast): boolean {
  return processesOf(forecast).count > 1 && forecast.device !== 'cpu';
}

/** How many take a share of the same memory. */
export function sharers(forecast: MemoryForecast): number {
  return forecast.device === 'cpu' ? processesOf(forecast).count : 1;
}

/** `weights 3.15 GiB, adapter 336 MiB, …`, largest first, without what is nothing. */
export function partsText(forecast: MemoryForecast): string {
  const parts: readonly (readonly [string, number])[] = [
    ['weights', forecast.weights_bytes],
    ['adapter', forecast.adapter_bytes],
    ['optimizer', forecast.optimizer_bytes],
    ['activations', forecast.activation_bytes],
    ['driver and libraries', forecast.overhead_bytes],
  ];
  return parts
    .filter(([, bytes]) => bytes > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, bytes]) => `${name} ${bytesText(bytes)}`)
    .join(', ');
}

function hintFor(forecast: MemoryForecast): string {
  const {suggestions, limit_bytes} = forecast;
  const {count, unit} = processesOf(forecast);
  const fewer = count > 1 ? `fewer ${unit} (resources.${unit}), ` : '';
  const other = `${fewer}another device (resources.device), or the setting memory_limit_gib if the limit is wrong`;
  if (suggestions.length === 0) return `What helps: ${other}.`;
  const steps = suggestions.map(({change, total_bytes}) => `  ${change}  → ${bytesText(total_bytes)}`);
  const enough = suggestions.at(-1)!.total_bytes <= limit_bytes;
  const end = enough ? '' : `\nThat is not enough: it takes ${other}.`;
  return `What helps, each with those before it:\n${steps.join('\n')}${end}`;
}

/** How long a song of so many latent frames is, to the second. */
export function songSeconds(latent_frames: number): number {
  return Math.round(latent_frames / LATENT_HZ);
}
