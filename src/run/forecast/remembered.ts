import {readFileSync} from 'node:fs';
import {rename, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {isFileError, temporaryName} from '../../base/durable.js';
import {makeFolder} from '../../base/make-folder.js';
import type {StageMemory} from '../../event/memory-forecast.js';

/** Answers kept; the oldest go first. */
const MOST_REMEMBERED = 256;

/** Answers of earlier plans by the hash of their question. A file that is missing or damaged means asking again. */
export function readForecasts(path: string): Map<string, StageMemory> {
  try {
    const entries: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return new Map(Array.isArray(entries) ? (entries as [string, StageMemory][]) : []);
  } catch (error) {
    if (error instanceof SyntaxError || isFileError(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return new Map();
    throw error;
  }
}

export async function saveForecasts(path: string, known: ReadonlyMap<string, StageMemory>): Promise<void> {
  const temporary = temporaryName(path);
  await makeFolder(dirname(path));
  await writeFile(temporary, JSON.stringify([...known].slice(-MOST_REMEMBERED)));
  await rename(temporary, path);
}
