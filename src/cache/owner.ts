import {randomBytes} from 'node:crypto';
import {readFileSync, readlinkSync, statSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {hostname, uptime} from 'node:os';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import {isJsonObject, type Json} from '../base/json.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import {removeFile} from '../base/remove.js';
import {rename} from '../base/rename.js';
import {jsonIfReadable, jsonIn} from '../base/state-file.js';
import {isSystemError} from '../base/system-error.js';
import {writeFile} from '../base/write-file.js';
import {ownersDir} from './layout.js';
import {type Clock, monotonic, type Pulse, pulseOf, SILENT_FOR_BEATS} from './pulse.js';

/**
 * One process that uses a cache, described well enough for another to tell whether it still lives: on the same machine
 * by process id and start time (ids are reused), from another machine by watching whether its count of beats goes on.
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
/** Of a run's sign of life that is looked at once, to be shown: by two clocks that may differ. */
const SHOWN_FOR_MS = 300_000;

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
  let beats = 0;
  let beating: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (beating !== undefined) return; // a network disk that does not answer is asked once
    beats += 1;
    beating = beat(path, signOf(owner, beats)).finally(() => {
      beating = undefined;
    });
  }, HEARTBEAT_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await beating;
    await removeLeftover(path); // it no longer lives, and everyone who looks sees that
  };
}

/** Always of one length, so that a beat is written over the one before and no one ever reads half a sign. */
function signOf(owner: Owner, beats: number): string {
  return JSON.stringify({...owner, beat_ms: HEARTBEAT_MS, beats: String(beats).padStart(12, '0')});
}

/** Opened and closed each time: that is when a network disk passes on what was written, and looks for what others wrote. */
async function beat(path: string, sign: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      await file.write(sign, 0);
    } finally {
      await file.close();
    }
  } catch (error) {
    // The cache vanished under us, or its disk is full or gone; the next write will say so in words.
    if (!isSystemError(error)) throw error;
  }
}

/** Written aside, since one that reads half an owner takes it for dead. */
async function writeOwner(path: string, owner: Owner): Promise<void> {
  const temporary = `${path}.${owner.id}.tmp`;
  for (let attempt = 1; ; attempt += 1) {
    await makeFolder(dirname(path));
    try {
      await writeFile(temporary, signOf(owner, 0));
      await rename(temporary, path);
      return;
    } catch (error) {
      await removeFile(temporary).catch(() => {}); // what went wrong first is said
      // A runner on another machine may take what it does not know for a leftover.
      if (!isFileError(error, 'ENOENT') || attempt === 5) throw error;
    }
  }
}

/**
 * The owner behind an id, unless it is gone. One of another machine counts as alive until it was watched, by this process and
 * its own clock, for so long without a beat that it must be dead: no two clocks are ever compared.
 */
export function livingOwner(root: string, id: string, clock: Clock = monotonic): Owner | undefined {
  const found = lifeOf(root, id, clock);
  return found.pulse === 'none' ? undefined : found.owner;
}

/** The same, and how it is known. */
export function lifeOf(
  root: string,
  id: string,
  clock: Clock = monotonic,
): {readonly owner: Owner; readonly pulse: Exclude<Pulse, 'none'>} | {readonly pulse: 'none'} {
  const path = ownerPath(root, id);
  const sign = readSign(path);
  if (sign === undefined) return {pulse: 'none'};
  const {owner, beat_ms} = sign.of ?? {owner: unreadable(id), beat_ms: HEARTBEAT_MS};
  if (isOfThisMachine(owner)) return isRunning(owner) ? {owner, pulse: 'beating'} : {pulse: 'none'};
  const pulse = pulseOf(path, sign.text, {silent_after_ms: beat_ms * SILENT_FOR_BEATS, now: clock()});
  return pulse === 'none' ? {pulse} : {owner, pulse};
}

interface Sign {
  /** Changes with every beat. */
  readonly text: string;
  /** Undefined where somebody else's file may not be read: then only that it changes is known. */
  readonly of: {readonly owner: Owner; readonly beat_ms: number} | undefined;
}

/** Undefined for an owner that has left, and for what is no description of one: nothing is to be waited for there. */
function readSign(path: string): Sign | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const value = jsonIn(text);
    const owner = parseOwner(value);
    return owner === undefined ? undefined : {text, of: {owner, beat_ms: beatIn(value)}};
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP')) return undefined;
  }
  const stat = statSync(path, {throwIfNoEntry: false, bigint: true});
  return stat === undefined ? undefined : {text: `${stat.mtimeNs} ${stat.size}`, of: undefined};
}

/** How often an owner says that it beats, within reason. */
function beatIn(value: Json | undefined): number {
  const said = isJsonObject(value) ? value.beat_ms : undefined;
  return typeof said === 'number' && said >= 10 && said <= 120_000 ? said : HEARTBEAT_MS;
}

function unreadable(id: string): Owner {
  return {id, pid: Number.parseInt(id, 10) || 0, host: 'another user', machine: 'unknown', started: ''};
}

/**
 * Of a file that `showLifeAt` wrote, looked at once to be shown: from another machine by the age of its last beat, which two clocks
 * decide. Nothing is taken over by that.
 */
export function shownOwnerAt(path: string, now: number): Owner | undefined {
  const owner = parseOwner(jsonIfReadable(path));
  if (owner === undefined) return undefined;
  if (isOfThisMachine(owner)) return isRunning(owner) ? owner : undefined;
  const last = statSync(path, {throwIfNoEntry: false});
  return last !== undefined && now - last.mtimeMs < SHOWN_FOR_MS ? owner : undefined;
}

/** Undefined for what is no description of a process: nothing is to be waited for there. */
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
  return processText('/proc/sys/kernel/random/boot_id')?.trim();
}

/** Changes with every boot, and differs wherever a process id means another process. */
export function machineId(): string {
  return [hostname(), bootId() ?? countedBoot(), processNamespace()].join(' ');
}

let counted: string | undefined;

/** One answer for as long as this process lives: clocks are set. */
function countedBoot(): string {
  counted ??= bootAround(Date.now(), uptime());
  return counted;
}

/**
 * Names a boot where the system does not: by the ten minutes that the clock showed. Where two processes do not count the same, each
 * watches whether the other beats, as if that were elsewhere.
 */
export function bootAround(now: number, seconds_since: number): string {
  return `boot ${Math.round((now / 1000 - seconds_since) / 600)}`;
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
  const status = processText(`/proc/${pid}/stat`);
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

function processText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not Linux, or the process is gone
  }
}
