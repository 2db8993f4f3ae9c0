import {bytesText} from '../base/bytes-text.js';
import {listed} from '../base/near-miss.js';
import {countText} from '../render/quantity.js';

/** What decides which work a machine can do. */
export interface MachineFacts {
  /** How many checks found what has to be repaired first. */
  readonly errors: number;
  readonly has_engine: boolean;
  /** Cards that the engine can compute on. */
  readonly cards: readonly Card[];
  /** Names of cards that the driver shows and the engine does not use. */
  readonly idle_cards: readonly string[];
  /** Memory of the machine, or of its container. */
  readonly host_bytes: number;
  readonly threads: number;
  readonly free_disk_bytes: number;
  readonly has_ffmpeg: boolean;
}

export interface Card {
  /** `cuda:0` */
  readonly device: string;
  readonly name: string;
  readonly memory_bytes: number;
}

/**
 * `not_ready`: nothing can be trained. `smoke_runs`: tiny models on the CPU. `small_2b`: a 2B model with its frozen weights in 8 bits.
 * `full_2b`: a 2B model as it is.
 */
export type Readiness = 'not_ready' | 'smoke_runs' | 'small_2b' | 'full_2b';

export interface MachineVerdict {
  readonly ready_for: Readiness;
  /** Whole sentences, the judgement first, then what is in the way of more. */
  readonly says: readonly string[];
}

const GIB = 2 ** 30;

/** Planned for a 2B model (docs/vram.md) and half a GiB for the driver: rank 64 and songs of four minutes; rank 16 in 8 bits. */
const FULL_2B = 5 * GIB;
const SMALL_2B = 3 * GIB;
/** A tiny model and a few clips, with the engine's own needs. */
const SMOKE_MEMORY = 1 * GIB;
const SMOKE_DISK = 1 * GIB;
/** Weights of a 2B model with VAE and text encoder, and room for the cache. */
const MODEL_DISK = 10 * GIB;

/** Pure: never "ready" for what could not be trained here. */
export function verdictOf(facts: MachineFacts): MachineVerdict {
  const obstacle = obstacleOf(facts);
  if (obstacle !== undefined) return {ready_for: 'not_ready', says: [`Not ready: ${obstacle}`]};
  const ready_for = readinessOf(largestCard(facts)?.memory_bytes ?? 0);
  return {ready_for, says: [judgement(ready_for, facts), ...reservations(ready_for, facts)]};
}

function obstacleOf({errors, has_engine, host_bytes, free_disk_bytes}: MachineFacts): string | undefined {
  if (errors > 0) return `${countText(errors, 'problem')} to solve before sidestep can work.`;
  if (!has_engine)
    return 'without the native engine nothing can be encoded or trained; pipelines can be written, validated and planned.';
  if (host_bytes < SMOKE_MEMORY)
    return `${bytesText(host_bytes)} of memory is too little even for a tiny model; ${bytesText(SMOKE_MEMORY)} is enough for that.`;
  if (free_disk_bytes < SMOKE_DISK)
    return `${bytesText(free_disk_bytes)} of disk is too little even for a smoke run; free ${bytesText(SMOKE_DISK)}, or set cache.dir to another disk.`;
  return undefined;
}

function readinessOf(card_bytes: number): Exclude<Readiness, 'not_ready'> {
  if (card_bytes >= FULL_2B) return 'full_2b';
  return card_bytes >= SMALL_2B ? 'small_2b' : 'smoke_runs';
}

function largestCard({cards}: MachineFacts): Card | undefined {
  return [...cards].sort((a, b) => b.memory_bytes - a.memory_bytes)[0];
}

function judgement(ready_for: Exclude<Readiness, 'not_ready'>, facts: MachineFacts): string {
  const card = largestCard(facts);
  const place = card === undefined ? '' : `${card.device} (${card.name}, ${bytesText(card.memory_bytes)})`;
  switch (ready_for) {
    case 'full_2b':
      return `Ready to train a 2B model on ${place}.`;
    case 'small_2b':
      return `Ready to train a 2B model on ${place} with its frozen weights in 8 bits: preset vram_8gb and base_precision: 8bit.`;
    case 'smoke_runs':
      return `Ready for smoke runs on the CPU (${countText(facts.threads, 'thread')}); a 2B model needs a CUDA card with 6 GB${cardTooSmall(card)}.`;
  }
}

function cardTooSmall(card: Card | undefined): string {
  return card === undefined
    ? ''
    : `, or 4 GB in 8 bits, and ${card.name} has ${bytesText(card.memory_bytes)}`;
}

function reservations(ready_for: Readiness, facts: MachineFacts): string[] {
  const {idle_cards, free_disk_bytes, has_ffmpeg, cards} = facts;
  return [
    ...(idle_cards.length > 0 && cards.length === 0
      ? [
          `${listed(idle_cards)}: the driver shows it, and the engine does not use it; the line "Engine on CUDA" says why.`,
        ]
      : []),
    ...(ready_for !== 'smoke_runs'
      ? [
          'The CUDA backend is new and was tested without a card: start with a short run, and compare its loss with the CPU.',
        ]
      : []),
    ...(free_disk_bytes < MODEL_DISK
      ? [
          `A 2B model with its encoders and a cache want ${bytesText(MODEL_DISK)} of disk; ${bytesText(free_disk_bytes)} are free.`,
        ]
      : []),
    ...(!has_ffmpeg
      ? ['Songs in m4a, aac and other formats need ffmpeg; wav, mp3, flac, ogg and opus do not.']
      : []),
  ];
}
