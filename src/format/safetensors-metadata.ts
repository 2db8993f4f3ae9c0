import {createReadStream, createWriteStream} from 'node:fs';
import {open} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import {temporaryName} from '../base/durable.js';
import {removeFile} from '../base/remove.js';
import {rename} from '../base/rename.js';
import {readSafetensorsHeader} from './safetensors-read.js';

/**
 * Gives a safetensors file other values under metadata keys that it has already; all else of the header keeps its form and
 * the tensors their bytes. The file is replaced, not written into. Throws `safetensors/damaged`.
 */
export async function restateMetadata(path: string, values: Readonly<Record<string, string>>): Promise<void> {
  const {metadata} = await readSafetensorsHeader(path); // checked before a byte of it is trusted
  const {header, data_offset} = await rawHeader(path);
  const restated = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, values[key] ?? value]),
  );
  const aside = temporaryName(path);
  try {
    await pipeline(
      async function* () {
        yield encode({...header, __metadata__: restated});
        yield* createReadStream(path, {start: data_offset});
      },
      createWriteStream(aside, {flags: 'wx', flush: true}),
    );
    await rename(aside, path);
  } catch (error) {
    await removeFile(aside);
    throw error;
  }
}

async function rawHeader(path: string): Promise<{readonly header: object; readonly data_offset: number}> {
  const file = await open(path, 'r');
  try {
    const size = Buffer.alloc(8);
    await file.read(size, 0, 8, 0);
    const length = Number(size.readBigUInt64LE());
    const text = Buffer.alloc(length);
    await file.read(text, 0, length, 8);
    return {header: JSON.parse(text.toString('utf8')) as object, data_offset: 8 + length};
  } finally {
    await file.close();
  }
}

/** Padded as the engine pads: tensors begin at a multiple of 8 bytes. */
function encode(header: object): Uint8Array {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = Buffer.alloc(8 + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded));
  text.copy(bytes, 8);
  return bytes;
}
