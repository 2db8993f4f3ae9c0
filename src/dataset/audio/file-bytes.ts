import {type FileHandle, open} from 'node:fs/promises';
import {fsPath} from '../../base/path-bytes.js';

/** Random access to a file that never gives more than is there. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
  /** The bytes from `position`, fewer than `length` only at the end of the file. Always a fresh, unshared array. */
  at(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opens a file for the duration of `use`. */
export async function withFile<T>(path: string, use: (file: FileBytes) => Promise<T>): Promise<T> {
  const handle = await open(fsPath(path), 'r');
  try {
    return await use(await fileBytes(path, handle));
  } finally {
    await handle.close();
  }
}

/** The whole file piece by piece, `chunkBytes` at a time from byte `start` up to byte `end`. */
export async function* fileChunks(
  path: string,
  {chunkBytes, start = 0, end = Infinity}: {chunkBytes: number; start?: number; end?: number},
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const handle = await open(fsPath(path), 'r');
  try {
    const file = await fileBytes(path, handle);
    for (let position = start; position < end; ) {
      const chunk = await file.at(position, Math.min(chunkBytes, end - position));
      if (chunk.length === 0) return;
      yield chunk;
      position += chunk.length;
    }
  } finally {
    await handle.close();
  }
}

async function fileBytes(path: string, handle: FileHandle): Promise<FileBytes> {
  const {size} = await handle.stat();
  return {path, size, at: (position, length) => readAt(handle, position, Math.min(length, size - position))};
}

async function readAt(
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(Math.max(0, length));
  let done = 0;
  while (done < bytes.length) {
    const {bytesRead} = await handle.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) return bytes.slice(0, done);
    done += bytesRead;
  }
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A four-character code, as the chunks of RIFF and IFF files are named. */
export function codeAt(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(offset + i)));
}
