import {type Connection, statusOf} from './request.js';

/** Sees to it that the folder of a file is there. */
export type EnsureFolder = (path: string, signal: AbortSignal | undefined) => Promise<void>;

/**
 * WebDAV wants a folder to be there before a file is put into it; servers say so with this status or that, some after gigabytes. One
 * that knows no folders (any answer but 409) makes them itself. Each is made once, however many files are on their way into it.
 */
export function folderMaker(connection: Connection): EnsureFolder {
  const folders = new Map<string, Promise<void>>();
  const makeCollection = (folder: string, signal: AbortSignal | undefined): Promise<number> =>
    statusOf(connection, {method: 'MKCOL', path: `${folder}/`, signal});
  const ensureFolder: EnsureFolder = (path, signal) => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!connection.address.has_folders || folder === '' || !path.includes('/')) return Promise.resolve();
    const making = folders.get(folder) ?? makeFolder(folder, signal);
    folders.set(folder, making);
    making.catch(() => folders.delete(folder));
    return making;
  };
  const makeFolder: EnsureFolder = async (folder, signal) => {
    if ((await makeCollection(folder, signal)) !== 409) return; // RFC 4918: what it is to be in is not there
    await ensureFolder(folder, signal);
    await makeCollection(folder, signal);
  };
  return ensureFolder;
}
