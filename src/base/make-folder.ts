import {lstatSync, mkdirSync, statSync} from 'node:fs';
import {lstat, mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {systemErrorName} from './system-error.js';

/**
 * Makes a folder and what it is in. Node's own `recursive: true` hides why it cannot: a full disk and a link that leads
 * nowhere are both ENOENT there, it fails when somebody else removes a parent in between, and below /proc it never ends.
 * Throws the file system's own error, for the folder that could not be made.
 */
export async function makeFolder(path: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const missing = await missingParts(path);
    try {
      for (const folder of missing) await makeOne(folder);
      return;
    } catch (error) {
      if (systemErrorName(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error; // somebody removes what we make
    }
  }
}

/** The same at once. */
export function makeFolderSync(path: string): void {
  for (let attempt = 1; ; attempt += 1) {
    const missing = missingPartsSync(path);
    try {
      for (const folder of missing) makeOneSync(folder);
      return;
    } catch (error) {
      if (systemErrorName(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** More removals in a row than a neighbour's clean-up makes; a link that leads nowhere fails every time. */
const ATTEMPTS = 20;

async function missingParts(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      if ((await stat(at)).isDirectory()) return missing;
      throw notAFolder(at);
    } catch (error) {
      if (systemErrorName(error) !== 'ENOENT' || dirname(at) === at) throw error;
      missing.unshift(at);
    }
  }
}

function missingPartsSync(path: string): string[] {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    const found = statSync(at, {throwIfNoEntry: false});
    if (found?.isDirectory()) return missing;
    if (found !== undefined) throw notAFolder(at);
    missing.unshift(at);
  }
}

/** Another process may have made it in between. */
async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (systemErrorName(error) !== 'EEXIST') throw error;
    if (await isFolder(folder)) return;
    // Neighbours make and remove it: ENOENT from here means to try once more.
    if (!(await lstat(folder)).isDirectory()) throw error;
  }
}

function makeOneSync(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (systemErrorName(error) !== 'EEXIST') throw error;
    if (statSync(folder, {throwIfNoEntry: false})?.isDirectory()) return;
    if (!lstatSync(folder).isDirectory()) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

function notAFolder(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), {
    code: 'ENOTDIR',
    errno: -20,
    syscall: 'mkdir',
    path,
  });
}
