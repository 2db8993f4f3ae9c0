import {createReadStream, realpathSync, type Stats, statSync} from 'node:fs';
import type {ServerResponse} from 'node:http';
import {sep} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {isSystemError} from '../base/system-error.js';

/** Where `path` really is, if that is a file in one of the folders; undefined for all else, links out of them included. */
export function servedFileIn(folders: readonly string[], path: string): string | undefined {
  const real = realOf(path);
  if (real === undefined || statOf(real)?.isFile() !== true) return undefined;
  const inside = folders.some((folder) => {
    const top = realOf(folder);
    return top !== undefined && real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`);
  });
  return inside ? real : undefined;
}

function realOf(path: string): string | undefined {
  return unlessRefused(() => realpathSync(path));
}

function statOf(path: string): Stats | undefined {
  return unlessRefused(() => statSync(path));
}

function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (isSystemError(error) || error instanceof TypeError) return undefined; // a TypeError: a zero byte in the path
    throw error;
  }
}

/** Bytes of a file, counted from 0, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What `Range` asks for (RFC 9110, section 14.1.2), which players do to jump: undefined is all of it, as for forms that may be left
 * unanswered (several ranges, other units); `outside` begins behind the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'outside' | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '')
    return Number(last) === 0 ? 'outside' : {first: Math.max(0, size - Number(last)), last: size - 1};
  if (Number(first) >= size) return 'outside';
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return {first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1)};
}

/** Sends a file, or the part of it that was asked for. Objects of the cache never change, samples of a record neither. */
export async function sendFile(
  response: ServerResponse,
  path: string,
  {type, range: header}: {readonly type: string; readonly range: string | undefined},
): Promise<void> {
  const {size} = statSync(path);
  const range = rangeOf(header, size);
  response.setHeader('Accept-Ranges', 'bytes');
  if (range === 'outside') {
    response.writeHead(416, {'Content-Range': `bytes */${size}`}).end();
    return;
  }
  const {first, last} = range ?? {first: 0, last: size - 1};
  const part = range === undefined ? {} : {'Content-Range': `bytes ${first}-${last}/${size}`};
  response.writeHead(range === undefined ? 200 : 206, {
    'Content-Type': type,
    'Content-Length': last - first + 1,
    'Cache-Control': 'private, max-age=86400, immutable',
    ...part,
  });
  if (size === 0) {
    response.end();
    return;
  }
  await pipeline(createReadStream(path, {start: first, end: last}), response).catch((error: unknown) => {
    if (!isSystemError(error) && !hasLeft(error)) throw error;
  });
}

/** Players break off as soon as they have heard enough. */
function hasLeft(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
