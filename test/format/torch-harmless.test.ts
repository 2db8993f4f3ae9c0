import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {readTorchFile} from '../../src/format/torch-file.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A zip of stored records, as torch.save writes, with this pickle in it. */
function archive(pickle: Uint8Array): Buffer {
  const name = Buffer.from('archive/data.pkl');
  const head = Buffer.alloc(26);
  head.writeUInt16LE(20, 0);
  head.writeUInt32LE(crc32(pickle), 10);
  head.writeUInt32LE(pickle.length, 14);
  head.writeUInt32LE(pickle.length, 18);
  head.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, name, pickle]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), head, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

async function unpickled(pickle: string): Promise<unknown> {
  const path = join(await temporaryFolder(), 'x.pt');
  await writeFile(path, archive(Buffer.from(pickle, 'latin1')));
  return readTorchFile(path);
}

const text = (words: string) => `X${String.fromCharCode(words.length)}\0\0\0${words}`;

// Each a value as Python's pickle, protocol 2 or 4, writes it
const harmless: readonly {name: string; value: string}[] = [
  {name: 'torch.bfloat16', value: 'ctorch\nbfloat16\n'},
  {name: 'torch.float8_e4m3fn', value: 'ctorch\nfloat8_e4m3fn\n'},
  {name: 'a storage class', value: 'ctorch\nFloatStorage\n'},
  {name: '{1} of protocol 2', value: 'c__builtin__\nset\n](K\x01e\x85R'},
  {name: '{1} of protocol 4', value: '\x8f\x94(K\x01\x90'},
  {name: 'frozenset of protocol 4', value: '(K\x01\x91\x94'},
  {
    name: 'a numpy scalar',
    value: `cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n${text('f8')}\x89\x88\x87R(K\x03${text('<')}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb${text('12345678')}\x86R`,
  },
  {name: 'pathlib.PosixPath', value: `cpathlib\nPosixPath\n(${text('/')}${text('a')}tR`},
  {name: 'datetime', value: `cdatetime\ndatetime\n${text('1234567890')}\x85R`},
  {name: 'a Namespace', value: `cargparse\nNamespace\n)\x81}${text('a')}K\x01sb`},
  {name: 'a deque', value: 'ccollections\ndeque\n)R(K\x01e'},
];

test.each(harmless)('$name beside the data is left out, the rest stays', async ({value}) => {
  expect(await unpickled(`\x80\x04}(${text('a')}${value}${text('b')}K\x07u.`)).toEqual(new Map([['b', 7]]));
});

test('keys that name nothing are left out', async () => {
  const map = new Map([['b', 7]]);
  expect(await unpickled(`\x80\x02}(NK\x01K\x01K\x02\x86K\x03${text('b')}K\x07u.`)).toEqual(map);
});

test('a defaultdict is a dictionary', async () => {
  const value = `ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R(${text('b')}K\x07u`;
  expect(await unpickled(`\x80\x02${value}.`)).toEqual(new Map([['b', 7]]));
});

test.each([
  'cos\nsystem\n',
  'c__builtin__\neval\n',
  'c__builtin__\ngetattr\n',
  'ctorch\nload\n',
  'cnumpy\nload\n',
])('%j is refused, not read over', async (name) => {
  const error = await unpickled(`\x80\x02}${text('a')}${name}${text('x')}\x85Rs.`).catch(
    (reason: unknown) => reason,
  );
  expect(error instanceof SidestepError && error.problem.code).toBe('pickle/refused');
});

/** 59 lists, each holding the one before it twice: 2^59 walks for a walk that does not remember. */
function doubled(open: string, put: (i: number) => string, of: (i: number) => string): string {
  let pickle = `(${open}${put(0)}`;
  for (let i = 1; i < 60; i += 1) pickle += of(i);
  return `${pickle}t`;
}
const get = (i: number) => `h${String.fromCharCode(i)}`;
const put = (i: number) => `q${String.fromCharCode(i)}`;

test.each([
  {name: 'lists', value: doubled(']', put, (i) => `](${get(i - 1)}${get(i - 1)}e${put(i)}`)},
  {name: 'dictionaries', value: doubled('}', put, (i) => `}(K\x01${get(i - 1)}K\x02${get(i - 1)}u${put(i)}`)},
])('shared $name end', async ({value}) => {
  expect(await unpickled(`\x80\x02${value}.`)).toBeTruthy();
});

test('a device made of shared lists ends', async () => {
  const lists = doubled(']', put, (i) => `](${get(i - 1)}${get(i - 1)}e${put(i)}`);
  const error = await unpickled(`\x80\x02ctorch\ndevice\n${lists}R.`).catch((reason: unknown) => reason);
  expect(error instanceof SidestepError && error.problem.code).toBe('pickle/refused');
});
