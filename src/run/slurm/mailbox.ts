import {closeSync, existsSync, openSync, readFileSync, readSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {StringDecoder} from 'node:string_decoder';
import {namesIn} from '../../base/folder.js';
import type {Fingerprint} from '../../base/hash.js';
import {removeLeftover} from '../../base/leftover.js';
import {makeFolder} from '../../base/make-folder.js';
import {rename} from '../../base/rename.js';
import {jsonIfReadable} from '../../base/state-file.js';
import {isSystemError} from '../../base/system-error.js';
import {frameOf, frameReader} from '../../protocol/frame.js';
import {commandName, JOB_FILES} from '../../protocol/job-files.js';
import type {RunnerMessage, WorkerMessage, WorkerSign} from '../../protocol/message.js';
import {lineSplitter} from '../child-output.js';

/** The runner's side of a job's folder; see protocol/job-files.ts. */
export interface Mailbox {
  /** Reads what has come since. */
  readonly look: () => void;
  readonly send: (message: RunnerMessage) => Promise<void>;
}

/** What is known of the job, beside its files: enough for another runner to find it. */
export interface JobNote {
  readonly name: string;
  /** Undefined until Slurm has said it. */
  readonly job?: string;
  /** Its number, where it is one of an array's. */
  readonly task?: number;
}

const NOTE = 'slurm.json';

export function readJobNote(folder: string): JobNote | undefined {
  const note = jsonIfReadable(join(folder, NOTE)) as Partial<JobNote> | undefined;
  if (typeof note?.name !== 'string' || !existsSync(join(folder, JOB_FILES.job))) return undefined;
  return note as JobNote;
}

export async function writeJobNote(folder: string, note: JobNote): Promise<void> {
  await writeWhole(join(folder, NOTE), JSON.stringify(note));
}

/** All that a job finds when it starts; the note comes first, so that a job is never there without a name. */
export async function fillJobFolder(
  folder: string,
  {first, note}: {readonly first: RunnerMessage; readonly note: JobNote},
): Promise<void> {
  for (const said of [JOB_FILES.events, JOB_FILES.commands]) await removeLeftover(join(folder, said)); // by a job before it
  await makeFolder(join(folder, JOB_FILES.commands));
  await makeFolder(join(folder, JOB_FILES.out));
  await writeJobNote(folder, note);
  await writeWhole(join(folder, JOB_FILES.job), frameOf(first));
}

export interface MailListener {
  readonly message: (message: WorkerMessage | WorkerSign) => void;
  readonly output: (line: string) => void;
}

/** Hears all that a job has ever said, from the beginning; what an earlier runner has answered is not asked again. */
export function openMailbox(folder: string, listener: MailListener): Mailbox {
  const commands = join(folder, JOB_FILES.commands);
  const before = namesIn(commands).filter((name) => /^\d+$/.test(name));
  let sent = Math.max(0, ...before.map(Number));
  const answered = answeredIn(before.map((name) => join(commands, name)));
  const message = (said: WorkerMessage | WorkerSign): void => {
    if (said.kind !== 'part_ready' || !answered.has(said.fingerprint)) listener.message(said);
  };
  const frames = frameReader({
    message: (said) => message(said as WorkerMessage | WorkerSign),
    text: () => {},
  });
  const lines = lineSplitter(listener.output);
  const events = tail(join(folder, JOB_FILES.events), frames.take);
  const output = tail(join(folder, JOB_FILES.output), lines.take);
  return {
    look: () => {
      output();
      events();
    },
    send: (said) => {
      sent += 1;
      return writeWhole(join(commands, commandName(sent)), frameOf(said));
    },
  };
}

/** The parts that a job was started to make. */
export function partsIn(folder: string): Fingerprint[] {
  const parts: Fingerprint[] = [];
  const frames = frameReader({
    message: (said) => {
      const message = said as RunnerMessage;
      if (message.kind === 'run') parts.push(...message.job.parts.map(({fingerprint}) => fingerprint));
    },
    text: () => {},
  });
  tail(join(folder, JOB_FILES.job), frames.take)();
  return parts;
}

const LAST_WORDS: ReadonlySet<string> = new Set<WorkerMessage['kind']>(['done', 'stopped', 'lost', 'failed']);

/** Whether a worker has nothing more to say after this. */
export function isLastWord({kind}: WorkerMessage | WorkerSign): boolean {
  return LAST_WORDS.has(kind);
}

/** The last word of a job that has ended, as far as it came to one. */
export function lastWordIn(folder: string): WorkerMessage['kind'] | undefined {
  let last: WorkerMessage['kind'] | undefined;
  const frames = frameReader({
    message: (said) => {
      const {kind} = said as WorkerMessage | WorkerSign;
      if (isLastWord(said as WorkerMessage | WorkerSign)) last = kind as WorkerMessage['kind'];
      if (kind === 'hello') last = undefined; // it was started again
    },
    text: () => {},
  });
  tail(join(folder, JOB_FILES.events), frames.take)();
  return last;
}

function answeredIn(paths: readonly string[]): Set<Fingerprint> {
  const answered = new Set<Fingerprint>();
  const frames = frameReader({
    message: (said) => {
      const message = said as RunnerMessage;
      if (message.kind === 'part_committed') answered.add(message.fingerprint);
    },
    text: () => {},
  });
  for (const path of paths) frames.take(readFileSync(path, 'utf8'));
  return answered;
}

/** Each call hears what a growing file has got since the last. Opened again each time: only then does a network disk look again. */
function tail(path: string, listener: (text: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(64 * 1024);
  let offset = 0;
  return () => {
    try {
      const file = openSync(path, 'r');
      try {
        for (;;) {
          const bytes = readSync(file, buffer, 0, buffer.length, offset);
          if (bytes === 0) return;
          offset += bytes;
          listener(decoder.write(buffer.subarray(0, bytes)));
        }
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error; // not there yet, or a network disk that stumbles: it is looked at again
    }
  };
}

/** A reader of the file finds all of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}
