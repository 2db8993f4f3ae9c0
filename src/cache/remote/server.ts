import {createWriteStream} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import {pipeline} from 'node:stream/promises';
import type {Address} from './address.js';
import {folderMaker} from './collections.js';
import {type Body, TimedOut} from './exchange.js';
import {remoteOtherSize, remoteRefused, remoteTooLarge} from './failure.js';
import {
  type Connection,
  inTime,
  type RemoteRequest,
  type ServerPatience,
  sendRequest,
  statusOf,
} from './request.js';

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

export function remoteServer(address: Address, patience: ServerPatience): RemoteServer {
  const connection = {address, patience};
  const ensureFolder = folderMaker(connection);
  return {
    sizeOf: (path, signal) => sizeOf(connection, path, signal),
    text: (path, most_bytes, signal) => text(connection, path, {most_bytes, signal}),
    download: (path, order) => download(connection, path, order),
    upload: async (path, body, order) => {
      await ensureFolder(path, order.signal);
      await upload(connection, path, {body, ...order});
    },
  };
}

function sizeOf(
  connection: Connection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const request = {method: 'HEAD', path, signal} as const;
  return sendRequest(connection, request, async (answer) => {
    answer.resume();
    const status = answer.statusCode!;
    if (isAbsent(status)) return undefined;
    if (status !== 200) throw remoteRefused(connection.address, request, status);
    const length = Number(answer.headers['content-length'] ?? Number.NaN);
    return Number.isSafeInteger(length) ? length : undefined;
  });
}

function text(
  connection: Connection,
  path: string,
  {most_bytes, signal}: {readonly most_bytes: number; readonly signal: AbortSignal | undefined},
): Promise<string | undefined> {
  const request = {method: 'GET', path, signal} as const;
  return sendRequest(connection, request, async (answer) => {
    if (await isMissing(answer, connection.address, request)) return undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of inTime(answer, connection.patience)) {
      bytes += chunk.length;
      if (bytes > most_bytes) throw remoteTooLarge(connection.address, path, most_bytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  });
}

function download(
  connection: Connection,
  path: string,
  {to, size, received, signal}: Download,
): Promise<boolean> {
  const {address, patience} = connection;
  const request = {method: 'GET', path, signal} as const;
  let counted = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      counted += chunk.length;
      if (counted > size) throw remoteTooLarge(address, path, size);
      received(chunk.length);
      yield chunk;
    }
  };
  return sendRequest(connection, request, async (answer) => {
    if (await isMissing(answer, address, request)) return false;
    const length = Number(answer.headers['content-length'] ?? size);
    if (length !== size) {
      answer.destroy();
      throw remoteOtherSize(address, path, {size, length});
    }
    received(-counted); // an attempt that broke off is begun again
    counted = 0;
    await pipeline(inTime(answer, patience), count, createWriteStream(to, {flags: 'w'}));
    if (counted < size) throw new TimedOut(`the body ended after ${counted} of ${size} bytes`);
    return true;
  });
}

async function upload(
  connection: Connection,
  path: string,
  {body, sha256, replace, sent, signal}: Upload & {readonly body: Body},
): Promise<void> {
  const {address} = connection;
  const headers = !replace && address.conditional ? {'if-none-match': '*'} : {};
  const more = sent === undefined ? {} : {sent};
  const request = {method: 'PUT', path, body, sha256, headers, signal, ...more} as const;
  const status = await statusOf(connection, request);
  const fine = (status >= 200 && status < 300) || status === 412; // 412: somebody was first
  if (!fine) throw remoteRefused(address, request, status);
}

async function isMissing(
  answer: IncomingMessage,
  address: Address,
  request: RemoteRequest,
): Promise<boolean> {
  const status = answer.statusCode!;
  if (status === 200) return false;
  // S3 says this of what is not there, to those who may not list what is.
  const hidden = status === 403 && !address.has_folders && (await errorCode(answer)) === 'AccessDenied';
  answer.destroy();
  if (isAbsent(status) || hidden) return true;
  throw remoteRefused(address, request, status);
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
