import {type FileHandle, open} from 'node:fs/promises';
import {join} from 'node:path';
import {makeFolder} from '../base/make-folder.js';
import {unreachable} from '../base/unreachable.js';
import {bytesField, doubleField, doublesField, floatField, message, varintField} from './protobuf.js';
import {record} from './tfrecord.js';

/** One point of a curve, or a text, at a global step. */
export type Summary =
  | {readonly kind: 'scalar'; readonly tag: string; readonly step: number; readonly value: number}
  /** How often values fell between `edges[i]` and `edges[i + 1]`; one count fewer than edges. */
  | {
      readonly kind: 'histogram';
      readonly tag: string;
      readonly step: number;
      readonly edges: readonly number[];
      readonly counts: readonly number[];
    }
  /** A whole WAV file. TensorBoard knows by itself which plugin such a value is for, as long as nothing else is said of it. */
  | {
      readonly kind: 'audio';
      readonly tag: string;
      readonly step: number;
      readonly wave: Uint8Array;
      readonly sample_rate: number;
      readonly channels: number;
      /** Of one channel. */
      readonly samples: number;
    }
  /** Shown as Markdown. */
  | {readonly kind: 'text'; readonly tag: string; readonly step: number; readonly text: string};

/** What identifies an event file; TensorBoard shows all files of a folder as one run. */
export interface EventFileOrigin {
  /** Seconds since the epoch; also the clock of the first event. */
  readonly started_at: number;
  readonly host: string;
  readonly pid: number;
}

/** An event file being written. Only append; a crash loses at most the record that was being written. */
export interface EventFile {
  readonly path: string;
  /** Appends summaries of one moment, `at` in seconds since the epoch. */
  append(summaries: readonly Summary[], at: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an event file in `folder` that TensorBoard reads: `events.out.tfevents.TIME.HOST.PID.N`. After a resume pass
 * `purge_step`: TensorBoard then forgets the points from that global step on that an interrupted run left in older
 * files, so that curves do not run twice.
 */
export async function createEventFile(
  folder: string,
  options: {origin: EventFileOrigin; purge_step?: number},
): Promise<EventFile> {
  await makeFolder(folder);
  const {handle, path} = await openFresh(folder, options.origin);
  const {started_at} = options.origin;
  await handle.appendFile(record(fileVersionEvent(started_at)));
  if (options.purge_step !== undefined)
    await handle.appendFile(record(sessionStartEvent(options.purge_step, started_at)));
  return {
    path,
    append: async (summaries, at) => {
      const records = summaries.map((summary) => record(summaryEvent(summary, at)));
      await handle.appendFile(Buffer.concat(records));
    },
    close: () => handle.close(),
  };
}

/** A whole event file of numbers that were measured before: all of one moment, in seconds since the epoch. */
export function eventFileBytes(started_at: number, events: Iterable<Summary>): Buffer {
  const records = [record(fileVersionEvent(started_at))];
  for (const summary of events) records.push(record(summaryEvent(summary, started_at)));
  return Buffer.concat(records);
}

/** What TensorBoard takes for an event file. */
export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}

export function eventFileName({started_at, host, pid}: EventFileOrigin, serial: number): string {
  return `events.out.tfevents.${Math.floor(started_at)}.${host}.${pid}.${serial}`;
}

/** The serial number keeps several files of one process and second apart. */
async function openFresh(
  folder: string,
  origin: EventFileOrigin,
): Promise<{handle: FileHandle; path: string}> {
  for (let serial = 0; ; serial += 1) {
    const path = join(folder, eventFileName(origin, serial));
    try {
      return {handle: await open(path, 'ax'), path};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

// Field numbers are those of tensorboard's event.proto, summary.proto, tensor.proto and session_log.

function fileVersionEvent(at: number): Uint8Array {
  return message(doubleField(1, at), bytesField(3, 'brain.Event:2'));
}

function sessionStartEvent(step: number, at: number): Uint8Array {
  const start = 1;
  return message(doubleField(1, at), varintField(2, step), bytesField(7, message(varintField(1, start))));
}

function summaryEvent(summary: Summary, at: number): Uint8Array {
  const entry = message(bytesField(1, summary.tag), summaryValue(summary));
  return message(
    doubleField(1, at),
    varintField(2, summary.step),
    bytesField(5, message(bytesField(1, entry))),
  );
}

function summaryValue(summary: Summary): Uint8Array {
  switch (summary.kind) {
    case 'scalar':
      return floatField(2, summary.value);
    case 'histogram':
      return bytesField(5, histogram(summary));
    case 'audio':
      return bytesField(6, audio(summary));
    case 'text':
      return textValue(summary.text);
    default:
      return unreachable(summary);
  }
}

/** A HistogramProto; of the values themselves only their bins are known, so each counts as the middle of its bin. */
function histogram({edges, counts}: Extract<Summary, {kind: 'histogram'}>): Uint8Array {
  const moments = [0, 0, 0]; // how many, their sum, the sum of their squares
  for (const [i, count] of counts.entries()) {
    const middle = (edges[i]! + edges[i + 1]!) / 2;
    for (const power of moments.keys()) moments[power]! += count * middle ** power;
  }
  return message(
    doubleField(1, edges[0]!),
    doubleField(2, edges.at(-1)!),
    ...moments.map((moment, power) => doubleField(3 + power, moment)),
    doublesField(6, edges.slice(1)), // upper edges
    doublesField(7, counts),
  );
}

/** A Summary.Audio; that it holds a file and not samples its content type says. */
function audio({wave, sample_rate, channels, samples}: Extract<Summary, {kind: 'audio'}>): Uint8Array {
  return message(
    floatField(1, sample_rate),
    varintField(2, channels),
    varintField(3, samples),
    bytesField(4, wave),
    bytesField(5, 'audio/wav'),
  );
}

/** A string tensor of shape [1], and the metadata that hands it to TensorBoard's text plugin. */
function textValue(text: string): Uint8Array {
  const stringType = 7;
  const shape = message(bytesField(2, message(varintField(1, 1))));
  const tensor = message(varintField(1, stringType), bytesField(2, shape), bytesField(8, text));
  const metadata = message(bytesField(1, message(bytesField(1, 'text'))));
  return message(bytesField(8, tensor), bytesField(9, metadata));
}
