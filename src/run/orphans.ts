import {unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {isFileError} from '../base/durable.js';
import {namesIn} from '../base/folder.js';
import {makeFolderSync} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {jsonIfReadable} from '../base/state-file.js';
import {isSystemError} from '../base/system-error.js';
import type {Cache} from '../cache/cache.js';
import {temporaryDir} from '../cache/layout.js';
import {isOfThisMachine, isRunning, livingOwner, newOwner, type Owner, parseOwner} from '../cache/owner.js';

/**
 * Notes that this runner has started a process, before that process is told what to do. A worker ends with its runner, but
 * not at the same instant: it may be in a long call, or stopped. The next runner reads the note, and ends it first.
 * Returns what takes the note back once the process has ended.
 */
export function noteChild(cache: Cache, pid: number): () => void {
  const folder = childrenDir(cache, cache.owner.id);
  const child = newOwner(pid);
  const path = join(folder, `${child.id}.json`);
  makeFolderSync(folder);
  writeFileSync(path, JSON.stringify(child));
  return () => removeNote(path);
}

/**
 * Ends what killed runners of this cache have left running, and resolves when it is gone: from then on no one else writes
 * into the folders that they worked in. Throws `run/orphan-remains`.
 */
export async function endOrphans(cache: Cache): Promise<void> {
  for (const runner of namesIn(join(cache.root, 'tmp'))) {
    if (livingOwner(cache.root, runner) !== undefined) continue;
    for (const child of childrenOf(cache, runner)) await endOrphan(child);
  }
}

/** How long a process that was killed may take to be gone: one in the middle of a write to a slow disk has to wait for it. */
const GONE_WITHIN_MS = 60_000;

async function endOrphan(child: Owner): Promise<void> {
  if (!isOfThisMachine(child)) return; // its runner has been silent for long, and it ends with its runner
  for (const end = Date.now() + GONE_WITHIN_MS; isRunning(child); await sleep(10)) {
    // Without start times (they are Linux's) the number may have passed to somebody else: then we only wait.
    if (process.platform === 'linux') kill(child.pid);
    if (Date.now() > end) throw remains(child);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!isFileError(error, 'ESRCH', 'EPERM')) throw error; // it has just ended by itself, or is another user's
  }
}

function remains({pid}: Owner): SidestepError {
  return new SidestepError({
    code: 'run/orphan-remains',
    message: `Process ${pid}, a worker of an earlier run that was killed, does not end, and may still write`,
    hint: `If it is one (a process of Node that runs sidestep), end it (\`${endCommand(pid)}\`) and run again. If even that does not help, it waits for a disk or a device that does not answer.`,
  });
}

function endCommand(pid: number): string {
  return process.platform === 'win32' ? `taskkill /F /PID ${pid}` : `kill -9 ${pid}`;
}

/** A note of a process that has ended does no harm. */
function removeNote(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function childrenOf(cache: Cache, runner: string): Owner[] {
  const folder = childrenDir(cache, runner);
  // Half a note: its runner was killed before the worker was told anything. No note: another runner took care of it.
  return namesIn(folder).flatMap((name) => parseOwner(jsonIfReadable(join(folder, name))) ?? []);
}

function childrenDir(cache: Cache, runner: string): string {
  return join(temporaryDir(cache.root, runner), 'children');
}
