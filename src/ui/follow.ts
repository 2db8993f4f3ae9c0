import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {join} from 'node:path';
import {pause} from '../base/timer.js';
import {linesFrom} from './growing-file.js';
import type {UiSource} from './source.js';

/** How often the record is looked at, and every how many looks the project is. */
const LOOK_EVERY_MS = 150;
const LOOKS_PER_SIGNATURE = 6;
/** A connection on which nothing is sent may be dead without anybody noticing. */
const QUIET_LOOKS = 100;

/** What one page follows. */
export interface FollowedRun {
  /** Undefined: no run, only what changes in the project. */
  readonly run: string | undefined;
  /** The byte of its events up to which the page knows them: what the browser sends as `Last-Event-ID`. */
  readonly from: number;
}

/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) until `signal` aborts:
 * `events` (a list of recorded events; its id is the byte behind them), `gone` (the record is no longer there) and `changed`
 * (runs came, ended or were deleted, or a pipeline file was edited).
 */
export async function follow(
  response: ServerResponse,
  source: UiSource,
  {run, from}: FollowedRun,
  signal: AbortSignal,
): Promise<void> {
  const send = sender(response, signal);
  const record = run === undefined ? undefined : source.recordOf(run);
  const events = record === undefined ? undefined : join(record, 'events.jsonl');
  let state: Reading = {at: from, ended: events === undefined};
  let signature = await source.signature();
  if (run !== undefined && record === undefined) await send('event: gone\ndata: {}\n\n');
  for (let look = 1; !signal.aborted; look++) {
    if (!state.ended) state = await sendNew(events!, state, send);
    if (look % LOOKS_PER_SIGNATURE === 0) {
      const now = await source.signature();
      if (now !== signature) await send('event: changed\ndata: {}\n\n');
      signature = now;
    }
    if (look % QUIET_LOOKS === 0) await send(': still here\n\n');
    await pause(LOOK_EVERY_MS, signal);
  }
}

interface Reading {
  readonly at: number;
  /** Nothing more can come: the record is gone, or there never was one to follow. */
  readonly ended: boolean;
}

/** All that is there, block by block. */
async function sendNew(path: string, {at}: Reading, send: (text: string) => Promise<void>): Promise<Reading> {
  for (;;) {
    const read = await linesFrom(path, at);
    if (read === 'absent') return {at, ended: false};
    if (read === 'gone') {
      await send('event: gone\ndata: {}\n\n');
      return {at, ended: true};
    }
    if (read.end === at) return {at, ended: false};
    const whole = read.lines.filter(isJson);
    await send(`id: ${read.end}\nevent: events\ndata: [${whole.join(',')}]\n\n`);
    at = read.end;
  }
}

/** A full disk may have cut a line short in the middle of a record. */
function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** Waits while the reader is slower than the disk, so that a long record is never in memory as a whole. */
function sender(response: ServerResponse, signal: AbortSignal): (text: string) => Promise<void> {
  return async (text) => {
    if (signal.aborted || response.write(text)) return;
    await once(response, 'drain', {signal}).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
}
