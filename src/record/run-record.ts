import {closeSync, openSync, writeFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {isFileError} from '../base/durable.js';
import type {Json} from '../base/json.js';
import {makeFolderSync} from '../base/make-folder.js';
import type {StageId} from '../base/stage-id.js';
import {isSystemError} from '../base/system-error.js';
import type {RunEvent} from '../event/event.js';
import {readNewLines} from './new-lines.js';

/**
 * What happened in one run, below `.sidestep/runs/<id>/`: `events.jsonl`, `metrics.jsonl`, `pipeline.json` (the resolved
 * configuration) and `logs/STAGE.log`. Written as it happens, so that a killed run leaves everything up to its end.
 * Logs are written in blocks, a moment later: a program may print millions of lines.
 * Nothing here throws when the disk is full or the folder gone: results matter more than their record, which then has
 * gaps that `trouble` explains.
 */
export interface RunRecord {
  readonly id: string;
  readonly dir: string;
  readonly record: (event: RunEvent) => void;
  readonly log: (stage: StageId, line: string) => void;
  readonly writePipeline: (resolved: Json) => void;
  /** Where a stage's log is, whether or not it exists yet. */
  readonly logPath: (stage: StageId) => string;
  /** The first reason why something is missing from the record; undefined while it is whole. */
  readonly trouble: () => NodeJS.ErrnoException | undefined;
  readonly close: () => void;
}

/** An event as a line of `events.jsonl`: `at` is milliseconds since the epoch. */
export type RecordedEvent = RunEvent & {readonly at: number};

/** `20261122-221403123-7f3a`: date, time to the millisecond, and two random bytes; sorts by time. */
export function newRunId(now: Date, random: string): string {
  const digits = now
    .toISOString()
    .replace(/[-:T.]/g, '')
    .slice(0, 17);
  return `${digits.slice(0, 8)}-${digits.slice(8)}-${random}`;
}

export function openRunRecord(runsDir: string, id: string, clock: () => number): RunRecord {
  const dir = join(runsDir, id);
  let trouble: NodeJS.ErrnoException | undefined;
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      trouble ??= error;
    }
  };
  const files = openFiles(dir);
  const logs = blockwise((stage, block) => files.append(logName(stage), block), attempt);
  const logPath = (stage: StageId) => logPathIn(dir, stage);
  return {
    id,
    dir,
    record: (event) => {
      if (event.kind === 'stage_finished') attempt(logs.flush); // who is told of the end may read the whole log
      const line = JSON.stringify({at: clock(), ...event});
      attempt(() => files.append('events.jsonl', line));
      if (isMetric(event)) attempt(() => files.append('metrics.jsonl', line));
    },
    log: (stage, line) => attempt(() => logs.add(stage, line)),
    writePipeline: (resolved) =>
      attempt(() => {
        makeFolderSync(dir);
        writeFileSync(join(dir, 'pipeline.json'), JSON.stringify(resolved, undefined, 1));
      }),
    logPath,
    trouble: () => trouble,
    close: () => {
      attempt(logs.flush);
      attempt(files.close);
    },
  };
}

const BLOCK_CHARACTERS = 64 * 1024;
const BLOCK_MS = 100;

/** Gathers lines by stage and writes them together, when there are many or a moment has passed. */
function blockwise(write: (stage: StageId, block: string) => void, attempt: (write: () => void) => void) {
  const blocks = new Map<StageId, string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const all = [...blocks];
    blocks.clear(); // also what cannot be written: a full disk must not fill memory too
    for (const [stage, block] of all) write(stage, block);
  };
  return {
    flush,
    add: (stage: StageId, line: string): void => {
      const before = blocks.get(stage);
      const block = before === undefined ? line : `${before}\n${line}`;
      blocks.set(stage, block);
      if (block.length > BLOCK_CHARACTERS) flush();
      else timer ??= setTimeout(() => attempt(flush), BLOCK_MS).unref();
    },
  };
}

/** Files of lines below `dir`, each opened with its first line. Throws the file system's errors. */
function openFiles(dir: string) {
  const open = new Map<string, number>();
  const torn = new Set<string>();
  return {
    append: (name: string, line: string): void => {
      if (!open.has(name)) {
        makeFolderSync(dirname(join(dir, name)));
        open.set(name, openSync(join(dir, name), 'a'));
      }
      const start = torn.has(name) ? '\n' : ''; // ends what a full disk cut short
      torn.add(name);
      writeFileSync(open.get(name)!, `${start}${line}\n`);
      torn.delete(name);
    },
    close: (): void => {
      for (const file of open.values()) closeSync(file);
      open.clear();
    },
  };
}

const DAY_MS = 86_400_000;

/**
 * Ids of all recorded runs, oldest first. Those of more than a day ahead of `now` (milliseconds since the epoch) were made while the
 * clock was wrong: they are first, or each of them would be the newest for years. Within a day clocks of machines differ.
 */
export async function listRuns(runsDir: string, now = Date.now()): Promise<string[]> {
  try {
    const ids = (await readdir(runsDir)).filter((name) => /^\d{8}-\d{6,9}-\w+$/.test(name)).sort();
    const tomorrow = newRunId(new Date(now + DAY_MS), '');
    return [...ids.filter((id) => id > tomorrow), ...ids.filter((id) => id <= tomorrow)];
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return [];
    throw error;
  }
}

/** The events of a recorded run; a last line torn by a kill is left out. */
export async function readEvents(runsDir: string, id: string): Promise<RecordedEvent[]> {
  const lines = readNewLines(join(runsDir, id, 'events.jsonl'));
  return [...lines.read(), lines.rest()].flatMap(eventOf);
}

/** Of a run that may still be going on: each call returns what came since the last one. */
export function readNewEvents(runDir: string): () => RecordedEvent[] {
  const lines = readNewLines(join(runDir, 'events.jsonl'));
  return () => lines.read().flatMap(eventOf);
}

function eventOf(line: string): RecordedEvent[] {
  try {
    return [JSON.parse(line) as RecordedEvent];
  } catch {
    return []; // the empty end, or what a kill or a full disk cut short
  }
}

function isMetric(event: RunEvent): boolean {
  return ['step_finished', 'epoch_finished', 'validation_finished', 'metric', 'memory'].includes(event.kind);
}

/** Where the log of a stage is in a run's record. */
export function logPathIn(runDir: string, stage: StageId): string {
  return join(runDir, logName(stage));
}

/** Stage ids may hold `[rank=8]` and slashes of values; file names must not. */
function logName(stage: StageId): string {
  const name = stage.replace(/[^\w.=,+-]/g, (character) =>
    character === '[' || character === ']' ? character : `%${character.charCodeAt(0).toString(16)}`,
  );
  return `logs/${name}.log`;
}
