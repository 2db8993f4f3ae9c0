import {readState, writeState} from '../../base/state-file.js';
import type {StageMemory} from '../../event/memory-forecast.js';

/** Answers kept; the oldest go first. */
const MOST_REMEMBERED = 256;

/** Answers of earlier plans by the hash of their question. A file that is missing or damaged means asking again. */
export function readForecasts(path: string): Map<string, StageMemory> {
  const entries = readState(path);
  return new Map(Array.isArray(entries) ? (entries as [string, StageMemory][]) : []);
}

export async function saveForecasts(path: string, known: ReadonlyMap<string, StageMemory>): Promise<void> {
  await writeState(path, [...known].slice(-MOST_REMEMBERED));
}
