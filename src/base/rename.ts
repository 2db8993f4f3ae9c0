import {stat, rename as systemRename} from 'node:fs/promises';
import {isSystemError, systemErrorName} from './system-error.js';
import {pause} from './timer.js';

/** What renaming needs of a system; tests hand in one that refuses. */
export interface RenameEffects {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly isFolder: (path: string) => Promise<boolean>;
  readonly pause: (ms: number) => Promise<void>;
}

const system: RenameEffects = {
  platform: process.platform,
  rename: systemRename,
  isFolder: async (path) => (await stat(path).catch(() => undefined))?.isDirectory() === true,
  pause,
};

/** Together two seconds: longer than a virus scanner or an indexer holds on to a file that is new. */
const PAUSES_MS = [1, 4, 15, 60, 240, 480, 1200];

/**
 * Renames a file or a folder; a file of that name gives way. Windows refuses while some program has either of them open, which passes,
 * and it says of a folder that is in the way what it says of that: such a folder is `ENOTEMPTY` here, as elsewhere.
 */
export async function rename(from: string, to: string, effects: RenameEffects = system): Promise<void> {
  if (effects.platform !== 'win32') return effects.rename(from, to);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await effects.rename(from, to);
    } catch (error) {
      const wait = PAUSES_MS[attempt];
      if (!isBusy(error)) throw error;
      if (await effects.isFolder(to))
        throw Object.assign(error as NodeJS.ErrnoException, {code: 'ENOTEMPTY'});
      if (wait === undefined) throw error;
      await effects.pause(wait);
    }
  }
}

function isBusy(error: unknown): boolean {
  return isSystemError(error) && ['EPERM', 'EACCES', 'EBUSY'].includes(systemErrorName(error)!);
}
