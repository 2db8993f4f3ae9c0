import {stat, rename as systemRename} from 'node:fs/promises';
import {type BusyEffects, isBusy, ownBusyEffects, whileBusy} from './busy.js';

/** What renaming needs of a system; tests hand in one that refuses. */
export interface RenameEffects extends BusyEffects {
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly isFolder: (path: string) => Promise<boolean>;
}

const system: RenameEffects = {
  ...ownBusyEffects,
  rename: systemRename,
  isFolder: async (path) => (await stat(path).catch(() => undefined))?.isDirectory() === true,
};

/**
 * Renames a file or a folder; a file of that name gives way. Windows refuses while some program has either of them open, which passes,
 * and it says of a folder that is in the way what it says of that: such a folder is `ENOTEMPTY` here, as elsewhere.
 */
export async function rename(from: string, to: string, effects: RenameEffects = system): Promise<void> {
  if (effects.platform !== 'win32') return effects.rename(from, to);
  await whileBusy(async () => {
    try {
      await effects.rename(from, to);
    } catch (error) {
      if (isBusy(error) && (await effects.isFolder(to)))
        throw Object.assign(error as NodeJS.ErrnoException, {code: 'ENOTEMPTY'});
      throw error;
    }
  }, effects);
}
