import {constants, lstatSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {isFileError} from '../base/durable.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';

/** More than any text, JSON or tokenizer that people write or programs make; less than what fills the memory. */
const mostBytes = 512 * 2 ** 20;

/** Does a folder list this name, whatever it is and wherever a link of that name leads? */
export function isListed(path: string): boolean {
  try {
    return lstatSync(fsPath(path), {throwIfNoEntry: false}) !== undefined;
  } catch (error) {
    if (isFileError(error, 'ENOTDIR')) return false;
    throw error;
  }
}

/**
 * Opens a file that a user named, for reading. A named pipe or a device is refused, not waited for.
 * Throws `file/missing`, `file/not-readable` and `file/not-a-file`, each naming the file.
 */
export async function openUserFile(path: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0); // opening a pipe must not wait for its writer
  const handle = await open(fsPath(path), flags).catch((error: unknown) => {
    throw cannotOpen(path, error);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw notAFile(path, found.isDirectory() ? 'a folder' : 'a pipe or a device');
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * A whole file that a user named. Throws what `openUserFile` throws, `file/too-large`, `file/not-readable` and, for what
 * git leaves in place of a large file, `file/lfs-pointer`.
 */
export async function readUserFile(path: string): Promise<Buffer> {
  const handle = await openUserFile(path);
  try {
    const {size} = await handle.stat();
    if (size > mostBytes) throw tooLarge(path, size);
    const bytes = await handle.readFile();
    refuseLfsPointer(bytes, path);
    return bytes;
  } catch (error) {
    throw error instanceof SidestepError ? error : cannotOpen(path, error);
  } finally {
    await handle.close();
  }
}

const lfsPointer = /^version https:\/\/git-lfs\.github\.com\/spec\//;

/** Throws `file/lfs-pointer` when these first bytes of a file are a Git LFS pointer's. */
export function refuseLfsPointer(bytes: Uint8Array, path: string): void {
  if (!lfsPointer.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'))) return;
  throw new SidestepError({
    code: 'file/lfs-pointer',
    message: `${shownPath(path)} is a Git LFS pointer: the text that stands in for a large file until it is fetched`,
    hint: 'Run `git lfs pull` in its repository, or download the file itself.',
  });
}

function cannotOpen(path: string, error: unknown): unknown {
  const shown = shownPath(path);
  if (isFileError(error, 'ENOENT', 'ENOTDIR'))
    return new SidestepError({
      code: 'file/missing',
      message: `${shown} does not exist`,
      hint: 'Relative paths start from the folder of the file that names them; a link may lead nowhere.',
    });
  if (isFileError(error, 'EISDIR')) return notAFile(path, 'a folder');
  if (isFileError(error, 'ENXIO', 'ENODEV')) return notAFile(path, 'a socket or a device');
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new SidestepError(
    {
      code: 'file/not-readable',
      message: `${shown} cannot be read (${String(error.code)})`,
      hint: isFileError(error, 'EACCES', 'EPERM')
        ? 'Change its permissions.'
        : 'Is the disk still there, the name not too long, the link not one to itself?',
    },
    {cause: error},
  );
}

function notAFile(path: string, found: string): SidestepError {
  return new SidestepError({
    code: 'file/not-a-file',
    message: `${shownPath(path)} is ${found}, expected a file`,
    hint: 'Name a file; the output of a program has to be saved into one first.',
  });
}

function tooLarge(path: string, size: number): SidestepError {
  return new SidestepError({
    code: 'file/too-large',
    message: `${shownPath(path)} has ${size} bytes, far more than a file of its kind`,
    hint: 'Probably another file was meant.',
  });
}
