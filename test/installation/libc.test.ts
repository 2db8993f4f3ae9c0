import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {libcHere, loaderLibc} from '../../src/app/engine/libc.js';
import {temporaryFolder} from '../temporary-folder.js';

/** The first bytes of a program whose second segment names its loader. */
function program(loader: string, {type = 3, word = 2}: {type?: number; word?: number} = {}): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('\x7fELF', 'latin1');
  bytes.writeUInt8(word, 4);
  bytes.writeUInt8(1, 5); // little-endian
  bytes.writeBigUInt64LE(64n, 0x20); // where segments are described
  bytes.writeUInt16LE(56, 0x36);
  bytes.writeUInt16LE(2, 0x38);
  bytes.writeUInt32LE(1, 64); // PT_LOAD
  bytes.writeUInt32LE(type, 120);
  bytes.writeBigUInt64LE(256n, 120 + 8);
  bytes.writeBigUInt64LE(BigInt(loader.length), 120 + 0x20);
  bytes.write(loader, 256, 'latin1');
  return bytes;
}

describe('the C library of a program', () => {
  test.each([
    {name: 'Debian', bytes: program('/lib64/ld-linux-x86-64.so.2\0'), libc: 'glibc'},
    {name: 'Nix', bytes: program('/nix/store/0-glibc-2.39/lib/ld-linux-aarch64.so.1\0'), libc: 'glibc'},
    {name: 'Alpine', bytes: program('/lib/ld-musl-x86_64.so.1\0'), libc: 'musl'},
    {name: 'another library', bytes: program('/system/bin/linker64\0'), libc: undefined},
    {name: 'a static program', bytes: program('/lib/ld-musl-x86_64.so.1\0', {type: 1}), libc: undefined},
    {name: 'a program of 32 bits', bytes: program('/lib/ld-musl-i386.so.1\0', {word: 1}), libc: undefined},
    {name: 'a script', bytes: Buffer.from('#!/bin/sh\n'), libc: undefined},
    {name: 'one cut off', bytes: program('/lib/ld-musl-x86_64.so.1\0').subarray(0, 130), libc: undefined},
  ])('$name', async ({bytes, libc}) => {
    const file = join(await temporaryFolder(), 'program');
    writeFileSync(file, bytes);
    expect(loaderLibc(file)).toBe(libc);
  });

  test.runIf(process.platform === 'linux')('is what Node says of itself', () => {
    const {header} = process.report.getReport() as unknown as {header: {glibcVersionRuntime?: string}};
    expect(libcHere()).toBe(header.glibcVersionRuntime === undefined ? 'musl' : 'glibc');
  });
});
