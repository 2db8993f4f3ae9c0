import {type FileHandle, open} from 'node:fs/promises';
import {renameDurably, temporaryName} from '../base/durable.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {removeFile} from '../base/remove.js';
import {syncOpen} from '../base/sync-open.js';
import {byteSize, type DType, dtypes, elementCount} from './dtype.js';

/** A tensor to be written: its bytes at once, or chunk by chunk for what should not be in memory as a whole. */
export interface TensorSource {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly data: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface SafetensorsContent {
  readonly tensors: readonly TensorSource[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a safetensors file under a temporary name, syncs it and renames it: at any instant there is the old file or the
 * whole new one. The same content gives the same bytes: metadata by key, tensors by dtype (widest first) then name, as
 * upstream's writer orders them; the header is padded so that data starts at a multiple of 8 bytes.
 * Throws `safetensors/duplicate-tensor` and `safetensors/wrong-length`.
 */
export async function writeSafetensors(path: string, content: SafetensorsContent): Promise<void> {
  const tensors = inFileOrder(content.tensors);
  const header = encodeHeader(tensors, content.metadata ?? {});
  const temporary = temporaryName(path);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await writeAll(handle, header);
      for (const tensor of tensors) await writeTensor(handle, tensor, path);
      await syncOpen(handle);
    } finally {
      await handle.close();
    }
    await renameDurably(temporary, path);
  } catch (error) {
    await removeFile(temporary);
    throw error;
  }
}

function inFileOrder(tensors: readonly TensorSource[]): TensorSource[] {
  const rank = (tensor: TensorSource) => dtypes.indexOf(tensor.dtype);
  const sorted = tensors.toSorted((a, b) => rank(a) - rank(b) || byCodeUnit(a.name, b.name));
  const names = new Set(sorted.map((tensor) => tensor.name));
  if (names.size !== sorted.length || names.has('__metadata__'))
    throw new SidestepError({
      code: 'safetensors/duplicate-tensor',
      message: 'Tensor names must be unique and must not be __metadata__',
    });
  return sorted;
}

function encodeHeader(
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = [];
  const keys = Object.keys(metadata).sort(byCodeUnit);
  if (keys.length > 0)
    entries.push(['__metadata__', Object.fromEntries(keys.map((key) => [key, metadata[key]]))]);
  let offset = 0;
  for (const {name, dtype, shape, ...rest} of tensors) {
    const end = offset + expectedBytes({name, dtype, shape, ...rest});
    entries.push([name, {dtype, shape, data_offsets: [offset, end]}]);
    offset = end;
  }
  // Joined by hand: JSON.stringify would move keys that look like integers to the front.
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const text = Buffer.from(json, 'utf8');
  const padded = Math.ceil(text.length / 8) * 8;
  const header = Buffer.alloc(8 + padded, ' ');
  header.writeBigUInt64LE(BigInt(padded));
  text.copy(header, 8);
  return header;
}

function expectedBytes(tensor: TensorSource): number {
  const elements = elementCount(tensor.shape);
  if (elements === undefined)
    throw new SidestepError({
      code: 'safetensors/wrong-length',
      message: `Tensor ${JSON.stringify(tensor.name)} has the impossible shape [${tensor.shape}]`,
    });
  return elements * byteSize(tensor.dtype);
}

async function writeTensor(handle: FileHandle, tensor: TensorSource, path: string): Promise<void> {
  let written = 0;
  const chunks = tensor.data instanceof Uint8Array ? [tensor.data] : tensor.data;
  for await (const chunk of chunks) {
    await writeAll(handle, chunk);
    written += chunk.byteLength;
  }
  const expected = expectedBytes(tensor);
  if (written !== expected)
    throw new SidestepError({
      code: 'safetensors/wrong-length',
      message: `Tensor ${JSON.stringify(tensor.name)} for ${shownPath(path)}: ${tensor.dtype} [${tensor.shape}] needs ${expected} bytes, got ${written}`,
    });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength; )
    done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
