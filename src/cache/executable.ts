import {statSync} from 'node:fs';
import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {makeFolder} from '../base/make-folder.js';
import {removeFile} from '../base/remove.js';
import {isSystemError} from '../base/system-error.js';
import type {Cache} from './cache.js';
import type {TreeFile} from './entry.js';
import {temporaryDir} from './layout.js';

/**
 * Whether a file of a tree may be executed, as far as that means something here: where a file system has no permissions
 * (exFAT, a disk of Windows under WSL, SMB) every file looks executable or none does, and results must be the same there.
 */
export async function isExecutable(cache: Cache, mode: number): Promise<boolean> {
  return mayExecute(mode) && (await keepsPermissions(cache));
}

/** Whether a file of a tree has the permissions that it can have here. */
export async function fitsHere(cache: Cache, mode: number, {executable}: TreeFile): Promise<boolean> {
  return mayExecute(mode) === (executable === true) || !(await keepsPermissions(cache));
}

function mayExecute(mode: number): boolean {
  return (mode & 0o111) !== 0;
}

async function keepsPermissions(cache: Cache): Promise<boolean> {
  cache.keeps_permissions ??= await tryPermissions(cache);
  return cache.keeps_permissions;
}

let probes = 0;

/** A file that is made without a permission and then gets it shows whether there are any. */
async function tryPermissions({root, owner}: Cache): Promise<boolean> {
  const folder = temporaryDir(root, owner.id);
  const probe = join(folder, `permissions-${++probes}`);
  try {
    await makeFolder(folder);
    await writeFile(probe, '', {mode: 0o600});
    const before = mayExecute(statSync(probe).mode);
    await chmod(probe, 0o700).catch(() => {}); // refused where there are none
    return !before && mayExecute(statSync(probe).mode);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return !mayExecute(statSync(join(root, 'FORMAT')).mode); // a cache that cannot be written
  } finally {
    await removeFile(probe).catch(() => {}); // it goes with the folder of its runner
  }
}
