import {appendFile as append, writeFile as write} from 'node:fs/promises';
import {onFile} from './system-error.js';

/** As Node's own, whose error for a full disk does not say which file had no room. */
export function writeFile(path: string, bytes: string | Uint8Array): Promise<void> {
  return onFile(path, () => write(path, bytes));
}

/** The same at the end of a file. */
export function appendFile(path: string, bytes: string | Uint8Array): Promise<void> {
  return onFile(path, () => append(path, bytes));
}
