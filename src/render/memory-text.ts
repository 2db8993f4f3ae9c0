import {bytesText} from '../base/bytes-text.js';
import type {RunEvent} from '../event/event.js';
import {
  type MemoryForecast,
  partsText,
  processesOf,
  type StageMemory,
  sharers,
  songSeconds,
  UNKNOWN_LIMIT_BYTES,
} from '../event/memory-forecast.js';
import type {Palette} from './palette.js';
import {countText} from './quantity.js';

/** What a stage will take on its device; below it what that is made of, a line each, further in. */
export function memoryLines(memory: StageMemory, colours: Palette): string[] {
  if (memory.kind === 'later') return [colours.dim(`memory: ${memory.reason}`)];
  const details = [partsText(memory), ...streamingText(memory), ...keptText(memory), ...clipsText(memory)];
  return [needLine(memory, colours), ...details.map((line) => `  ${colours.dim(line)}`)];
}

function needLine(memory: MemoryForecast, colours: Palette): string {
  const line = needText(memory);
  return memory.fits === 'no' ? colours.red(line) : memory.fits === 'perhaps' ? colours.yellow(line) : line;
}

/** `keeps the activations of 13 of 24 layers and parts of 1 more`, then `14% less work a step than recomputing all`. */
function keptText({recomputation}: MemoryForecast): string[] {
  if (recomputation === undefined) return [];
  const {layers, kept_layers, partly_kept_layers, work_saved} = recomputation;
  const saved = Math.round(100 * work_saved);
  const less = saved > 0 ? [`${saved}% less work a step than recomputing all`] : [];
  if (kept_layers === layers) return [['keeps all activations', ...less].join(': ')];
  const parts = partly_kept_layers > 0 ? ` and parts of ${partly_kept_layers} more` : '';
  return [`keeps the activations of ${kept_layers} of ${layers} layers${parts}`, ...less];
}

/** `weights of 9 layers wait on the host: 2.41 GiB, fetched twice a micro-step`. */
function streamingText({streaming}: MemoryForecast): string[] {
  if (streaming === undefined) return [];
  const {streamed_layers, streamed_bytes} = streaming;
  return [
    `weights of ${countText(streamed_layers, 'layer')} wait on the host: ${bytesText(streamed_bytes)}, fetched twice a micro-step`,
  ];
}

/** `4 clips at a time: 1.2 GiB more, as long as about 30 micro-steps`. */
function clipsText({clips}: MemoryForecast): string[] {
  if (clips === undefined) return [];
  const {clips: count, extra_bytes, micro_steps} = clips;
  const each = count === 1 ? 'a clip' : `${count} clips`;
  return [
    `${each} at a time: ${bytesText(extra_bytes)} more, as long as about ${countText(micro_steps, 'micro-step')}`,
  ];
}

/** `needs 4.17 GiB of 24.0 GiB on cuda:0 for songs of at most 240 s`; of ranks or shards the need of all. */
export function needText(memory: MemoryForecast): string {
  const {total_bytes, limit_bytes, lengths, latent_frames, fits} = memory;
  const atMost = lengths === 'at_most' ? 'at most ' : '';
  const songs = latent_frames === null ? '' : ` for songs of ${atMost}${songSeconds(latent_frames)} s`;
  const verdict = fits === 'perhaps' ? '; songs as long as that would not fit' : '';
  const all = sharers(memory);
  const limit = limit_bytes >= UNKNOWN_LIMIT_BYTES / all ? '' : ` of ${bytesText(limit_bytes * all)}`;
  return `needs ${bytesText(total_bytes * all)}${limit} on ${placeText(memory)}${songs}${verdict}`;
}

/** `cpu, 1.50 GiB for each of 2 ranks`, `each of 4 cards`. */
function placeText(memory: MemoryForecast): string {
  const {device, total_bytes} = memory;
  const {count, unit} = processesOf(memory);
  if (count === 1) return device;
  return device === 'cpu'
    ? `${device}, ${bytesText(total_bytes)} for each of ${count} ${unit},`
    : `each of ${count} cards`;
}

/** For the head of a run: what is special about stages, and what those to come will take, as far as that is known; `plan` says of what. */
export function headerLines(event: Extract<RunEvent, {kind: 'run_started'}>, colours: Palette): string[] {
  return event.stages.flatMap(({stage, memory, note}) => {
    const about = [
      ...(note === undefined ? [] : [note]),
      ...(memory?.kind === 'known' ? [needLine(memory, colours), ...streamingText(memory)] : []),
    ];
    return about.map((words) => `${colours.bold(stage)}  ${words}`);
  });
}
