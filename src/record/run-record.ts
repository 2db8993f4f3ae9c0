import {closeSync, mkdirSync, openSync, writeFileSync, writeSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isFileError} from '../base/durable.js';
import type {Json} from '../base/json.js';
import type {StageId} from '../base/stage-id.js';
import type {RunEvent} from '../event/event.js';

/**
 * What happened in one run, below `.sidestep/runs/<id>/`: `events.jsonl`, `metrics.jsonl`, `pipeline.json` (the resolved
 * configuration) and `logs/STAGE.log`. Written as it happens, so that a killed run leaves everything up to its end.
 */
export interface RunRecord {
  readonly id: string;
  readonly dir: string;
  readonly record: (event: RunEvent) => void;
  readonly log: (stage: StageId, line: string) => void;
  /** Where a stage's log lies, whether or not it exists yet. */
  readonly logPath: (stage: StageId) => string;
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
  mkdirSync(dir, {recursive: true});
  const files = new Map<string, number>();
  const append = (name: string, line: string) => {
    const file = files.get(name) ?? openSync(join(dir, name), 'a');
    files.set(name, file);
    writeSync(file, `${line}\n`);
  };
  const logPath = (stage: StageId) => join(dir, 'logs', `${fileName(stage)}.log`);
  return {
    id,
    dir,
    record: (event) => {
      const line = JSON.stringify({at: clock(), ...event});
      append('events.jsonl', line);
      if (isMetric(event)) append('metrics.jsonl', line);
    },
    log: (stage, line) => {
      if (!files.has(`logs/${fileName(stage)}.log`)) mkdirSync(join(dir, 'logs'), {recursive: true});
      append(`logs/${fileName(stage)}.log`, line);
    },
    logPath,
    close: () => {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

export function writeResolvedPipeline(record: RunRecord, pipeline: Json): void {
  writeFileSync(join(record.dir, 'pipeline.json'), JSON.stringify(pipeline, undefined, 1));
}

/** Ids of all recorded runs, oldest first. */
export async function listRuns(runsDir: string): Promise<string[]> {
  try {
    return (await readdir(runsDir)).filter((name) => /^\d{8}-\d{6,9}-\w+$/.test(name)).sort();
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return [];
    throw error;
  }
}

/** The events of a recorded run; a last line torn by a kill is left out. */
export async function readEvents(runsDir: string, id: string): Promise<RecordedEvent[]> {
  const text = await readIfThere(join(runsDir, id, 'events.jsonl'));
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as RecordedEvent];
    } catch {
      return []; // the empty end, or a torn last line
    }
  });
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return '';
    throw error;
  }
}

function isMetric(event: RunEvent): boolean {
  return ['step_finished', 'epoch_finished', 'validation_finished', 'metric', 'memory'].includes(event.kind);
}

/** Stage ids may hold `[rank=8]` and slashes of values; file names must not. */
function fileName(stage: StageId): string {
  return stage.replace(/[^\w.=,+-]/g, (character) =>
    character === '[' || character === ']' ? character : `%${character.charCodeAt(0).toString(16)}`,
  );
}
