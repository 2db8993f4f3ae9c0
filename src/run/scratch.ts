import {statSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {namesIfListable} from '../base/folder.js';
import {sha256} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import {SidestepError} from '../base/problem.js';
import {isSystemError, systemErrorName} from '../base/system-error.js';
import {isProcess, machineId} from '../cache/owner.js';

/** What commands that leave nothing behind put in the system's temporary folder while they look, or try something. */
export type ScratchUse = 'plan' | 'doctor' | 'ci';

/** Calls `work` with such a folder, which is gone afterwards: see `newScratch`. */
export async function withScratch<T>(use: ScratchUse, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await newScratch(use);
  try {
    return await work(folder);
  } finally {
    await removeLeftover(folder);
  }
}

/**
 * An empty folder in the system's temporary folder; its caller removes it. What commands left there that were killed goes
 * first: the name says whose it is. Throws `run/no-temporary-folder` where nothing can be put there.
 */
export async function newScratch(use: ScratchUse): Promise<string> {
  await removeAbandoned();
  return newFolder(`sidestep-${use}-${machine()}-${process.pid}-`);
}

async function newFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new SidestepError(
      {
        code: 'run/no-temporary-folder',
        message: `Nothing can be put into ${tmpdir()}, the folder for temporary files (${systemErrorName(error)})`,
        hint: 'Set TMPDIR (TEMP on Windows) to a folder that is there, has room and may be written to.',
      },
      {cause: error},
    );
  }
}

/** Who shares the temporary folder may count processes otherwise (a container), or have counted them so before it was started again. */
function machine(): string {
  return sha256(machineId()).slice(0, 12);
}

const OURS = /^sidestep-(?:plan|doctor|ci)-([0-9a-f]{12})-(\d+)-/;

async function removeAbandoned(): Promise<void> {
  const here = machine();
  for (const name of namesIfListable(tmpdir())) {
    const [, owner, pid] = OURS.exec(name) ?? [];
    const path = join(tmpdir(), name);
    if (owner !== undefined && (owner === here ? !isProcess(Number(pid)) : isOld(path)))
      await removeLeftover(path);
  }
}

/** No one looks at anything for so long. */
const OLD_MS = 24 * 3600 * 1000;

function isOld(path: string): boolean {
  const stat = statSync(path, {throwIfNoEntry: false});
  return stat !== undefined && Date.now() - stat.mtimeMs > OLD_MS;
}
