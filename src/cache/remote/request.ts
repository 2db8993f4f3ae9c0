import type {IncomingMessage} from 'node:http';
import {isFileError} from '../../base/durable.js';
import {pause} from '../../base/timer.js';
import type {Address} from './address.js';
import {type Body, exchange, TimedOut} from './exchange.js';
import {RemoteFailure, remoteRedirected, remoteRefused, remoteUnreachable} from './failure.js';

/** What is patient enough; tests hand in other figures. */
export interface ServerPatience {
  /** Without a byte. */
  readonly silence_ms: number;
  readonly attempts: number;
  readonly first_pause_ms: number;
}

/** A server that sends slower than this has failed, however steadily it drips. */
const SLOWEST_BYTES_PER_MS = 8;
const MOST_REDIRECTS = 5;
/** Servers may ask for hours. */
const LONGEST_PAUSE_MS = 20_000;

export interface RemoteRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'MKCOL';
  readonly path: string;
  readonly body?: Body;
  readonly sha256?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sent?: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** Where requests go, and how long they may take. */
export interface Connection {
  readonly address: Address;
  readonly patience: ServerPatience;
}

/**
 * Asks until there is an answer that asking again would not change; `use` reads it. Rejects with `RemoteFailure` or with what our own
 * disk says.
 */
export async function sendRequest<T>(
  {address, patience}: Connection,
  request: RemoteRequest,
  use: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    request.signal?.throwIfAborted();
    let wait = patience.first_pause_ms * 2 ** (attempt - 1) * (0.5 + Math.random());
    try {
      const answer = await askOnce(request, {address, patience});
      if (!isTransient(answer.statusCode!)) return await use(answer);
      wait = Math.max(wait, askedPause(answer));
      answer.destroy();
      if (attempt === patience.attempts) throw remoteRefused(address, request, answer.statusCode!);
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof RemoteFailure || !isOfLine(error)) throw error;
      if (attempt === patience.attempts) throw remoteUnreachable(address, error);
    }
    await pause(wait, request.signal);
  }
}

/** Asks for a status alone. */
export function statusOf(connection: Connection, request: RemoteRequest): Promise<number> {
  return sendRequest(connection, request, async (answer) => {
    answer.resume();
    return answer.statusCode!;
  });
}

/** Follows redirects where nothing is sent. The token goes to the server it is meant for and to no other. */
async function askOnce(
  {method, path, body, sha256, headers = {}, sent, signal}: RemoteRequest,
  {address, patience}: Connection,
): Promise<IncomingMessage> {
  const {silence_ms} = patience;
  const bytes = body?.kind === 'file' ? body.size : 0;
  const limit_ms = 2 * silence_ms + bytes / SLOWEST_BYTES_PER_MS;
  const about = {headers, ...(sha256 === undefined ? {} : {sha256})};
  let {url, headers: signed} = await address.signed(method, path, about);
  for (let hops = 0; ; hops += 1) {
    const more = {...(body === undefined ? {} : {body}), ...(sent === undefined ? {} : {sent})};
    const answer = await exchange({method, url, headers: signed, silence_ms, limit_ms, signal, ...more});
    const to = answer.headers.location;
    if (![301, 302, 303, 307, 308].includes(answer.statusCode!) || to === undefined) return answer;
    if (method === 'PUT' || method === 'MKCOL') return answer;
    answer.destroy();
    const next = URL.canParse(to, url.href) ? new URL(to, url) : undefined;
    if (next === undefined || hops === MOST_REDIRECTS || !isAsSafe(url, next))
      throw remoteRedirected(address, path);
    if (next.origin !== url.origin) signed = headers;
    url = next;
  }
}

function isAsSafe(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

/** A body that comes too slowly ends with an error. */
export async function* inTime(answer: IncomingMessage, {silence_ms}: ServerPatience): AsyncGenerator<Buffer> {
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const ms = performance.now() - began;
    if (ms > 2 * silence_ms && bytes / ms < SLOWEST_BYTES_PER_MS)
      throw new TimedOut(`only ${bytes} bytes came in ${Math.round(ms / 1000)} s`);
    yield chunk;
  }
}

function isTransient(status: number): boolean {
  return [408, 425, 429, 500, 502, 503, 504].includes(status);
}

function askedPause({headers}: IncomingMessage): number {
  const seconds = Number(headers['retry-after'] ?? 0);
  return Number.isFinite(seconds) ? Math.min(LONGEST_PAUSE_MS, seconds * 1000) : 0;
}

/** What a disk says and no line does. */
const OURS = ['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG', 'EIO', 'ENOENT', 'EISDIR', 'ENOTDIR', 'EMFILE', 'ENFILE'];

/** The line, the far side or its certificate: not our own disk. */
function isOfLine(error: unknown): boolean {
  if (error instanceof TimedOut) return true;
  if (!(error instanceof Error) || isFileError(error, ...OURS)) return false;
  const {code, syscall} = error as NodeJS.ErrnoException;
  return syscall !== 'open' && typeof code === 'string';
}
