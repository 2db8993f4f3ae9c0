import {fileURLToPath} from 'node:url';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {fingerprintOf, hashFile, isHash, sha256} from '../../src/base/hash.js';
import {canonicalJson, type Json, own} from '../../src/base/json.js';

test('equal values have equal texts, whatever the order of their keys; different ones do not', () => {
  const shuffled = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, shuffled(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const text = canonicalJson(a as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(a)));
      expect(canonicalJson(shuffled(a as Json))).toBe(text);
      if (canonicalJson(b as Json) === text)
        expect(JSON.parse(JSON.stringify(b))).toEqual(JSON.parse(JSON.stringify(a)));
    }),
  );
});

test.each([
  {value: {b: 1, a: [true, null]}, text: '{"a":[true,null],"b":1}'},
  {value: {ä: 1, z: 2, Z: 3}, text: '{"Z":3,"z":2,"ä":1}'}, // by code unit, not by locale
  {value: -0, text: '0'},
  {value: 1e21, text: '1e+21'},
])('$text', ({value, text}) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, {a: undefined}, [() => 1]])(
  'what JSON cannot say is refused, not lost: %s',
  (value) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow(TypeError);
  },
);

test('a fingerprint is the SHA-256 of the canonical text', () => {
  expect(fingerprintOf({b: 1, a: 2})).toBe(sha256('{"a":2,"b":1}'));
  expect(isHash(fingerprintOf({}))).toBe(true);
  expect(isHash('f'.repeat(63))).toBe(false);
});

test('a file hashes as its bytes do', async () => {
  const {hash, size} = await hashFile(fileURLToPath(new URL(import.meta.url)));
  expect(isHash(hash)).toBe(true);
  expect(size).toBeGreaterThan(1000);
});

test('keys of a user are keys as any other', () => {
  expect(own({}, 'constructor')).toBeUndefined();
  expect(own({constructor: 1}, 'constructor')).toBe(1);
});
