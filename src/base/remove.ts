import {rm} from 'node:fs/promises';
import {type BusyEffects, ownBusyEffects, whileBusy} from './busy.js';

/** What removing needs of a system; tests hand in one that refuses. */
export interface RemoveEffects extends BusyEffects {
  readonly rm: typeof rm;
}

const system: RemoveEffects = {...ownBusyEffects, rm};

/** Removes a file; where nothing is, nothing happens. Throws the file system's error, and for a folder. Windows' busy files are waited for. */
export async function removeFile(path: string, effects: RemoveEffects = system): Promise<void> {
  await whileBusy(() => effects.rm(path, {force: true}), effects);
}

/**
 * Removes a folder with all that is in it, or a file; where nothing is, nothing happens. Throws the file system's error. A folder is not
 * empty after all when something was written into it meanwhile, or when Windows keeps a file that was removed until it is closed: that passes.
 */
export async function removeTree(path: string, effects: RemoveEffects = system): Promise<void> {
  await whileBusy(() => effects.rm(path, {recursive: true, force: true}), effects, ['ENOTEMPTY']);
}
