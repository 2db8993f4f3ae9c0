import {readState, writeState} from '../../base/state-file.js';

/** Answers kept; the oldest go first. */
const MOST_REMEMBERED = 256;

/** The engine's answers in earlier plans, by the hash of their question. A file that is missing or damaged means asking again. */
export function readAnswers<T>(path: string): Map<string, T> {
  const entries = readState(path);
  return new Map(Array.isArray(entries) ? (entries as [string, T][]) : []);
}

export async function saveAnswers<T>(path: string, known: ReadonlyMap<string, T>): Promise<void> {
  await writeState(path, [...known].slice(-MOST_REMEMBERED));
}
