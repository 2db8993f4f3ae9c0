import {lstatSync} from 'node:fs';
import {chmod, type FileHandle, open, readdir, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {makeFolder} from './make-folder.js';
import {removeFile} from './remove.js';
import {rename} from './rename.js';
import {syncOpen} from './sync-open.js';
import {onFile, systemErrorName} from './system-error.js';

/** The steps of a durable write, each named just before it happens. */
export type WriteStep = 'create' | 'write' | 'sync' | 'rename' | 'sync_folder' | 'remove';

/**
 * Called before every step that changes a disk. Tests hand in functions that throw (a full disk) or kill the process
 * (a power cut), to show that no instant is a bad one; everyone else hands in `noFault`.
 */
export type FaultHook = (step: WriteStep, path: string) => void;

export const noFault: FaultHook = () => {};

let serial = 0;

/** A name beside `path` that no other writer, in this process or another, will choose. */
export function temporaryName(path: string): string {
  serial += 1;
  return `${path}.${process.pid}-${Date.now().toString(36)}-${serial}.tmp`;
}

/** Is this the name of a file that is being written, by `temporaryName` or by a runner under its own name? */
export function isTemporaryName(name: string): boolean {
  return /\.[0-9]+-([0-9a-z]+-[0-9]+|[0-9a-f]{12})\.tmp$/.test(name);
}

/**
 * Replaces a file so that after a crash at any instant it has its old or its new content, never a mixture and never
 * nothing. The permissions that it had stay: they may keep others out. Throws the file system's error; the old content then
 * stays. `ownName` is where it is written first.
 */
export async function writeDurably(
  path: string,
  bytes: string | Uint8Array,
  fault: FaultHook = noFault,
  ownName?: string,
): Promise<void> {
  const temporary = ownName ?? temporaryName(path);
  fault('create', temporary);
  await makeFolder(dirname(path));
  try {
    await writeSynced(temporary, {bytes, mode: modeOf(path)}, fault);
    await renameDurably(temporary, path, fault);
  } catch (error) {
    await removeFile(temporary).catch(() => {}); // a full disk must not get fuller; what went wrong first is said
    throw error;
  }
  if (ownName === undefined) await clearAbandoned(path); // others are swept away by their runners
}

/** Removes what writers of this file that were killed left beside it; of living ones nothing is touched. */
async function clearAbandoned(path: string): Promise<void> {
  const beside = dirname(path);
  for (const name of await readdir(beside)) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const [, rest, pid] = OF_PROCESS.exec(name) ?? [];
    if (rest !== basename(path) || isAlive(Number(pid))) continue;
    await removeFile(join(beside, name)).catch(() => {}); // it stays where nothing can be removed
  }
}

/** What `temporaryName` makes: the name, the process, the time, a serial number. */
const OF_PROCESS = /^(.+)\.(\d+)-[0-9a-z]+-\d+\.tmp$/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorName(error) !== 'ESRCH'; // somebody else's
  }
}

/** Undefined where no file is. */
function modeOf(path: string): number | undefined {
  const found = lstatSync(path, {throwIfNoEntry: false});
  return found?.isFile() ? found.mode & 0o777 : undefined;
}

interface NewContent {
  readonly bytes: string | Uint8Array;
  /** Permissions; undefined: those of any new file. */
  readonly mode: number | undefined;
}

async function writeSynced(path: string, {bytes, mode}: NewContent, fault: FaultHook): Promise<void> {
  const file = await open(path, 'wx');
  try {
    if (mode !== undefined && ((await file.stat()).mode & 0o777) !== mode) await file.chmod(mode);
    fault('write', path);
    await onFile(path, () => file.writeFile(bytes));
    fault('sync', path);
    await onFile(path, () => syncOpen(file)); // on disk before it gets its real name
  } finally {
    await file.close();
  }
}

/** Renames and makes the new name last; the content must have been synced before. */
export async function renameDurably(from: string, to: string, fault: FaultHook = noFault): Promise<void> {
  fault('rename', to);
  await rename(from, to);
  fault('sync_folder', dirname(to));
  await syncFolder(dirname(to));
}

/** Makes a finished file's content last. */
export async function syncFile(path: string, fault: FaultHook = noFault): Promise<void> {
  fault('sync', path);
  const file = await openToSync(path);
  try {
    await onFile(path, () => syncOpen(file));
  } finally {
    await file.close();
  }
}

/** Windows makes only last what is open for writing, as no read-only file can be; elsewhere a reader may ask for it. */
async function openToSync(path: string): Promise<FileHandle> {
  if (process.platform !== 'win32') return open(path, 'r');
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!isFileError(error, 'EPERM', 'EACCES')) throw error;
  }
  const {mode} = await stat(path);
  await chmod(path, mode | 0o200);
  try {
    return await open(path, 'r+');
  } finally {
    await chmod(path, mode);
  }
}

/** Makes the names in a folder last. Windows cannot open folders and orders its journal itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await onFile(path, () => syncOpen(folder));
  } finally {
    await folder.close();
  }
}

/** Makes a folder and all that is in it last. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, {withFileTypes: true})) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await syncFile(path);
  }
  await syncFolder(folder);
}

/** Is this error the file system's, of this code (`ENOENT`, `ENOSPC`)? */
export function isFileError(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  return codes.includes(systemErrorName(error) ?? '');
}
