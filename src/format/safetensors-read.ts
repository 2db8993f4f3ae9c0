import type {FileHandle} from 'node:fs/promises';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {
  checkHeaderLength,
  damagedSafetensors,
  parseHeader,
  type SafetensorsHeader,
  type TensorEntry,
} from './safetensors-header.js';
import type {Tensor} from './tensor.js';
import {openUserFile, refuseLfsPointer} from './user-file.js';

/** An open safetensors file. Only the header is in memory; tensors are read when asked for. */
export interface SafetensorsFile extends SafetensorsHeader, AsyncDisposable {
  readonly path: string;
  /** Reads one tensor; throws `safetensors/tensor-missing` when there is none of that name. */
  read(name: string): Promise<Tensor>;
  close(): Promise<void>;
}

/** Opens a safetensors file and checks its header. Throws `safetensors/damaged`, `file/lfs-pointer` and what `openUserFile` throws. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await openUserFile(path);
  try {
    const header = await readHeader(handle, path);
    const close = () => handle.close();
    const read = (name: string) => readTensor(handle, {path, name, entry: header.tensors.get(name)});
    return {...header, path, read, close, [Symbol.asyncDispose]: close};
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads only the header: names, dtypes, shapes and metadata, however large the file is. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const handle = await openUserFile(path);
  try {
    return await readHeader(handle, path);
  } finally {
    await handle.close();
  }
}

async function readHeader(handle: FileHandle, path: string): Promise<SafetensorsHeader> {
  const fileBytes = (await handle.stat()).size;
  if (fileBytes < 8) throw damagedSafetensors(path, `it has only ${fileBytes} bytes`);
  refuseLfsPointer(await readExactly(handle, {path, position: 0, length: Math.min(64, fileBytes)}), path);
  const prefix = await readExactly(handle, {path, position: 0, length: 8});
  const length = new DataView(prefix.buffer).getBigUint64(0, true);
  const headerBytes = checkHeaderLength(length, {file: path, fileBytes});
  const json = await readExactly(handle, {path, position: 8, length: headerBytes});
  return parseHeader(json, {file: path, headerBytes, fileBytes});
}

async function readTensor(
  handle: FileHandle,
  wanted: {path: string; name: string; entry: TensorEntry | undefined},
): Promise<Tensor> {
  const {path, name, entry} = wanted;
  if (entry === undefined)
    throw new SidestepError({
      code: 'safetensors/tensor-missing',
      message: `${shownPath(path)} has no tensor named ${JSON.stringify(name)}`,
    });
  const data = await readExactly(handle, {path, position: entry.offset, length: entry.byteLength});
  return {dtype: entry.dtype, shape: entry.shape, data};
}

async function readExactly(
  handle: FileHandle,
  span: {path: string; position: number; length: number},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(span.length);
  let done = 0;
  while (done < span.length) {
    const {bytesRead} = await handle.read(bytes, done, span.length - done, span.position + done);
    if (bytesRead === 0)
      throw damagedSafetensors(span.path, `it ended at byte ${span.position + done} while being read`);
    done += bytesRead;
  }
  return bytes;
}
