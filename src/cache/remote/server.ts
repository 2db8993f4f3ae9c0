import {createWriteStream} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import {pipeline} from 'node:stream/promises';
import {isFileError} from '../../base/durable.js';
import type {Problem} from '../../base/problem.js';
import {systemErrorName} from '../../base/system-error.js';
import {pause} from '../../base/timer.js';
import type {Address} from './address.js';
import {type Body, exchange, TimedOut} from './exchange.js';

/** A store of files by path, as far as a cache needs one. Every call rejects with `RemoteFailure` or what our own disk says. */
export interface RemoteServer {
  /** The size of a file there; undefined where there is none. */
  readonly sizeOf: (path: string, signal?: AbortSignal) => Promise<number | undefined>;
  /** A small file; undefined where there is none. */
  readonly text: (path: string, most_bytes: number, signal?: AbortSignal) => Promise<string | undefined>;
  /** Writes a file there to a new file here. */
  readonly download: (path: string, order: Download) => Promise<boolean>;
  readonly upload: (path: string, body: Body, order: Upload) => Promise<void>;
}

export interface Download {
  readonly to: string;
  /** More is not taken, less is a failure. */
  readonly size: number;
  readonly received: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

export interface Upload {
  readonly sha256: string;
  readonly replace: boolean;
  readonly sent?: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** How a question came to nothing. */
export class RemoteFailure extends Error {
  constructor(
    readonly problem: Problem,
    /** `all`: the next question would come to the same. `one`: it may be about this file. */
    readonly concerns: 'all' | 'one',
  ) {
    super(problem.message);
  }
}

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

interface Question {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'MKCOL';
  readonly path: string;
  readonly body?: Body;
  readonly sha256?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sent?: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

export function remoteServer(address: Address, patience: ServerPatience): RemoteServer {
  /** Asks until there is an answer that asking again would not change; `use` reads it. */
  const ask = async <T>(question: Question, use: (answer: IncomingMessage) => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      question.signal?.throwIfAborted();
      let wait = patience.first_pause_ms * 2 ** (attempt - 1) * (0.5 + Math.random());
      try {
        const answer = await askOnce(question, {address, patience});
        if (!isTransient(answer.statusCode!)) return await use(answer);
        wait = Math.max(wait, askedPause(answer));
        answer.destroy();
        if (attempt === patience.attempts) throw refused(address, question, answer.statusCode!);
      } catch (error) {
        question.signal?.throwIfAborted();
        if (error instanceof RemoteFailure || !isOfLine(error)) throw error;
        if (attempt === patience.attempts) throw unreachable(address, error);
      }
      await pause(wait, question.signal);
    }
  };
  const folders = new Map<string, Promise<void>>(); // each made once, however many files are on their way into it
  const makeCollection = (folder: string, signal: AbortSignal | undefined): Promise<number> =>
    ask({method: 'MKCOL', path: `${folder}/`, signal}, async (answer) => {
      answer.resume();
      return answer.statusCode!;
    });
  /**
   * WebDAV wants a folder to be there before a file is put into it; servers say so with this status or that, some after gigabytes. One
   * that knows no folders (any answer but 409) makes them itself.
   */
  const ensureFolder = (path: string, signal: AbortSignal | undefined): Promise<void> => {
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (!address.has_folders || folder === '' || !path.includes('/')) return Promise.resolve();
    const making = folders.get(folder) ?? makeFolder(folder, signal);
    folders.set(folder, making);
    making.catch(() => folders.delete(folder));
    return making;
  };
  const makeFolder = async (folder: string, signal: AbortSignal | undefined): Promise<void> => {
    if ((await makeCollection(folder, signal)) !== 409) return; // RFC 4918: what it is to be in is not there
    await ensureFolder(folder, signal);
    await makeCollection(folder, signal);
  };
  const put = (path: string, body: Body, {sha256, replace, sent, signal}: Upload) => {
    const headers = !replace && address.conditional ? {'if-none-match': '*'} : {};
    const question = {
      method: 'PUT',
      path,
      body,
      sha256,
      headers,
      signal,
      ...(sent === undefined ? {} : {sent}),
    } as const;
    return ask(question, async (answer) => {
      answer.resume();
      return answer.statusCode!;
    });
  };
  return {
    sizeOf: (path, signal) =>
      ask({method: 'HEAD', path, signal}, async (answer) => {
        answer.resume();
        const status = answer.statusCode!;
        if (isAbsent(status)) return undefined;
        if (status !== 200) throw refused(address, {method: 'HEAD', path, signal}, status);
        const length = Number(answer.headers['content-length'] ?? Number.NaN);
        return Number.isSafeInteger(length) ? length : undefined;
      }),
    text: (path, most_bytes, signal) =>
      ask({method: 'GET', path, signal}, async (answer) => {
        if (await isMissing(answer, address, {method: 'GET', path, signal})) return undefined;
        const chunks: Buffer[] = [];
        let bytes = 0;
        for await (const chunk of inTime(answer, patience)) {
          bytes += chunk.length;
          if (bytes > most_bytes) throw tooLarge(address, path, most_bytes);
          chunks.push(chunk);
        }
        return Buffer.concat(chunks).toString('utf8');
      }),
    download: (path, {to, size, received, signal}) => {
      let counted = 0;
      return ask({method: 'GET', path, signal}, async (answer) => {
        if (await isMissing(answer, address, {method: 'GET', path, signal})) return false;
        const length = Number(answer.headers['content-length'] ?? size);
        if (length !== size) {
          answer.destroy();
          throw otherSize(address, path, {size, length});
        }
        received(-counted); // an attempt that broke off is begun again
        counted = 0;
        const count = async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            counted += chunk.length;
            if (counted > size) throw tooLarge(address, path, size);
            received(chunk.length);
            yield chunk;
          }
        };
        await pipeline(inTime(answer, patience), count, createWriteStream(to, {flags: 'w'}));
        if (counted < size) throw new TimedOut(`the body ended after ${counted} of ${size} bytes`);
        return true;
      });
    },
    upload: async (path, body, order) => {
      await ensureFolder(path, order.signal);
      const status = await put(path, body, order);
      const fine = (status >= 200 && status < 300) || status === 412; // 412: somebody was first
      if (!fine) throw refused(address, {method: 'PUT', path, signal: order.signal}, status);
    },
  };
}

/** Follows redirects where nothing is sent. The token goes to the server it is meant for and to no other. */
async function askOnce(
  {method, path, body, sha256, headers = {}, sent, signal}: Question,
  {address, patience}: {readonly address: Address; readonly patience: ServerPatience},
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
      throw redirected(address, path);
    if (next.origin !== url.origin) signed = headers;
    url = next;
  }
}

function isAsSafe(from: URL, to: URL): boolean {
  return to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:');
}

/** A body that comes too slowly ends with an error. */
async function* inTime(answer: IncomingMessage, {silence_ms}: ServerPatience): AsyncGenerator<Buffer> {
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

async function isMissing(answer: IncomingMessage, address: Address, question: Question): Promise<boolean> {
  const status = answer.statusCode!;
  if (status === 200) return false;
  // S3 says this of what is not there, to those who may not list what is.
  const hidden = status === 403 && !address.has_folders && (await errorCode(answer)) === 'AccessDenied';
  answer.destroy();
  if (isAbsent(status) || hidden) return true;
  throw refused(address, question, status);
}

function isAbsent(status: number): boolean {
  return status === 404 || status === 410;
}

async function errorCode(answer: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1');
    if (text.length > 65_536) break;
  }
  return /<Code>(\w+)<\/Code>/.exec(text)?.[1];
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

function unreachable({name}: Address, error: unknown): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-unreachable',
      message: `The cache at ${name} cannot be reached: ${lineWords(error)}`,
      hint: 'The run goes on without it, as if it were empty.',
    },
    'all',
  );
}

function lineWords(error: unknown): string {
  if (error instanceof TimedOut) return error.message;
  const {code = '', message} = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'no name server answers',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    EHOSTUNREACH: 'no way leads there',
    ENETUNREACH: 'there is no network',
    ETIMEDOUT: 'nothing answers',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    DEPTH_ZERO_SELF_SIGNED_CERT:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
    SELF_SIGNED_CERT_IN_CHAIN:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      'its certificate is not trusted (NODE_EXTRA_CA_CERTS names a file with its authority)',
  };
  const name = code in words ? code : (systemErrorName(error) ?? code);
  const said =
    words[name] ?? (/SSL|TLS|EPROTO/.test(name + message) ? 'it does not speak TLS as it should' : message);
  return `${said} (${name})`;
}

/** Of statuses that asking again would not change, and of those that asking again did not. */
function refused({name, rights}: Address, {method, path}: Question, status: number): RemoteFailure {
  const reading = method === 'GET' || method === 'HEAD';
  const what = reading ? `reading ${path}` : `writing ${path}`;
  const message = `The cache at ${name} refuses ${what} with status ${status}`;
  if (status === 401 || status === 403)
    return new RemoteFailure(
      {code: 'cache/remote-no-right', message, hint: `${rights}. The run goes on without it.`},
      'all',
    );
  const hint =
    status === 413 || status === 507
      ? 'The file is too large for it, or it is full. The result stays here.'
      : 'The run goes on without it. Its own log may say why.';
  return new RemoteFailure({code: 'cache/remote-refused', message, hint}, 'one');
}

function redirected({name}: Address, path: string): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-refused',
      message: `The cache at ${name} sends those who ask for ${path} in a circle, or to a place without encryption`,
      hint: 'Is it the address of the store itself? The run goes on without it.',
    },
    'one',
  );
}

function otherSize(
  {name}: Address,
  path: string,
  {size, length}: {readonly size: number; readonly length: number},
): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-damaged',
      message: `The cache at ${name} has ${length} bytes under ${path}, which should be ${size}`,
      hint: 'It is not used; what it should have been is computed here.',
    },
    'one',
  );
}

function tooLarge({name}: Address, path: string, bytes: number): RemoteFailure {
  return new RemoteFailure(
    {
      code: 'cache/remote-damaged',
      message: `The cache at ${name} sends more than the ${bytes} bytes that ${path} has`,
      hint: 'It is not used; what it should have been is computed here.',
    },
    'one',
  );
}
