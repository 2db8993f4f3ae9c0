import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import type {Branded} from './brand.js';
import {canonicalJson, type JsonObject} from './json.js';
import {fsPath} from './path-bytes.js';
import {onFile} from './system-error.js';

/** SHA-256 of the bytes of one object or file, as 64 hexadecimal digits. */
export type ContentHash = Branded<'ContentHash'>;

/** SHA-256 of all that decides an output (never paths, thread counts, display options), as 64 hexadecimal digits. */
export type Fingerprint = Branded<'Fingerprint'>;

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function contentHash(bytes: string | Uint8Array): ContentHash {
  return sha256(bytes) as ContentHash;
}

/** The one maker of fingerprints; the parts are named so that a difference can be explained. */
export function fingerprintOf(parts: JsonObject): Fingerprint {
  return sha256(canonicalJson(parts)) as Fingerprint;
}

/** Reads a whole file through SHA-256 in constant memory. Throws the file system's error. */
export async function hashFile(path: string): Promise<{hash: ContentHash; size: number}> {
  const digest = createHash('sha256');
  let size = 0;
  await onFile(path, async () => {
    for await (const chunk of createReadStream(fsPath(path), {highWaterMark: 1 << 20})) {
      digest.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  });
  return {hash: digest.digest('hex') as ContentHash, size};
}

const HEX_64 = /^[0-9a-f]{64}$/;

/** Accepts text that looks like a SHA-256, e.g. out of a file or the name of one. */
export function isHash(text: string): text is ContentHash & Fingerprint {
  return HEX_64.test(text);
}
