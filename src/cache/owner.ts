import {randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync, statSync, utimesSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {isJsonObject, type Json} from '../base/json.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import {rename} from '../base/rename.js';
import {jsonIfReadable} from '../base/state-file.js';
import {writeFile} from '../base/write-file.js';
import {ownersDir} from './layout.js';

/**
 * One process that uses a cache, described well enough for another to tell whether it still lives: on the same machine
 * by process id and start time (ids are reused), from another machine by the age of its sign of life.
 */
export interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** Same boot and same process namespace: process ids mean the same thing. */
  readonly machine: string;
  readonly started: string;
}

const HEARTBEAT_MS = 15_000;
/** Six beats may be missed: a suspended laptop wakes and writes before others see it as dead, mostly. */
const DEAD_AFTER_MS = 90_000;

/** Describes this process, or one that it has started. */
export function newOwner(pid: number = process.pid): Owner {
  const id = `${pid}-${randomBytes(6).toString('hex')}`;
  return {id, pid, host: hostname(), machine: machineId(), started: startTime(pid) ?? ''};
}

/** Leaves the sign of life that claims point to, and keeps it fresh until the returned function is called. */
export function showLife(root: string, owner: Owner): Promise<() => Promise<void>> {
  return showLifeAt(ownerPath(root, owner.id), owner);
}

/** The same in a file of any other place. */
export async function showLifeAt(path: string, owner: Owner): Promise<() => Promise<void>> {
  await writeOwner(path, owner);
  const beat = setInterval(() => touch(path), HEARTBEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await removeLeftover(path); // it no longer lives, and whoever looks sees that
  };
}

/** Written aside, since whoever reads half an owner takes it for dead. */
async function writeOwner(path: string, owner: Owner): Promise<void> {
  const temporary = `${path}.${owner.id}.tmp`;
  for (let attempt = 1; ; attempt += 1) {
    await makeFolder(dirname(path));
    try {
      await writeFile(temporary, JSON.stringify(owner));
      await rename(temporary, path);
      return;
    } catch (error) {
      await rm(temporary, {force: true}).catch(() => {}); // what went wrong first is said
      // A runner on another machine may take what it does not know for a leftover.
      if (!isFileError(error, 'ENOENT') || attempt === 5) throw error;
    }
  }
}

/** The owner behind an id, if it lives; undefined when it is gone. */
export function livingOwner(root: string, id: string, now: number): Owner | undefined {
  return livingOwnerAt(ownerPath(root, id), now);
}

/** The same of a file that `showLifeAt` wrote. */
export function livingOwnerAt(path: string, now: number): Owner | undefined {
  const owner = parseOwner(jsonIfReadable(path));
  if (owner === undefined) return undefined;
  if (isOfThisMachine(owner)) return isRunning(owner) ? owner : undefined;
  const beat = statSync(path, {throwIfNoEntry: false});
  return beat !== undefined && now - beat.mtimeMs < DEAD_AFTER_MS ? owner : undefined;
}

/** Undefined for what is no description of a process: whoever left it is not to be waited for. */
export function parseOwner(value: Json | undefined): Owner | undefined {
  if (!isJsonObject(value)) return undefined;
  const {id, pid, host, machine, started} = value;
  if (typeof id !== 'string' || !Number.isSafeInteger(pid) || Number(pid) <= 0) return undefined;
  if (typeof host !== 'string' || typeof machine !== 'string' || typeof started !== 'string')
    return undefined;
  return {id, pid: Number(pid), host, machine, started};
}

/** Whether process ids of its machine mean something here. */
export function isOfThisMachine({machine}: Owner): boolean {
  return machine === machineId();
}

/** Of an owner on this machine: whether that very process still runs. */
export function isRunning({pid, started}: Owner): boolean {
  return startTime(pid) === started;
}

/** Whether this machine has a process of that number. */
export function isProcess(pid: number): boolean {
  return startTime(pid) !== undefined;
}

export function ownerPath(root: string, id: string): string {
  return join(ownersDir(root), `${id}.json`);
}

/** Changes with every boot; undefined where the system does not say. */
export function bootId(): string | undefined {
  return readText('/proc/sys/kernel/random/boot_id')?.trim();
}

/** Changes with every boot, and differs wherever a process id means another process. */
export function machineId(): string {
  return [hostname(), bootId() ?? 'unknown boot', processNamespace()].join(' ');
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return 'the only one'; // not Linux
  }
}

/** When a process started, in the kernel's own units; undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  const status = readText(`/proc/${pid}/stat`);
  // After the command's name in parentheses (which may contain anything) the 20th field is the start time.
  if (status !== undefined) return isZombie(status) ? undefined : fieldsOf(status)[19];
  if (process.platform === 'linux') return undefined;
  try {
    process.kill(pid, 0);
    return 'alive'; // without start times a reused process id can only delay us
  } catch (error) {
    return isFileError(error, 'EPERM') ? 'alive' : undefined;
  }
}

/** Killed but not yet collected by its parent: it will do nothing more. */
function isZombie(status: string): boolean {
  return fieldsOf(status)[0] === 'Z';
}

function fieldsOf(status: string): string[] {
  return status.slice(status.lastIndexOf(')') + 2).split(' ');
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not Linux, or the process is gone
  }
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The cache vanished under us; the next write will say so in words.
  }
}
