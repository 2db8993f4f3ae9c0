import {mkdtemp, readdir, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {type TensorSource, writeSafetensors} from '../../src/format/safetensors-write.js';
import {toFloat32} from '../../src/format/tensor.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const newFolder = () => mkdtemp(join(tmpdir(), 'safetensors-'));

function f32(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** A file with any header text and data, however wrong. */
async function fileWith(header: string, data = new Uint8Array(0), claimed?: bigint): Promise<string> {
  const text = Buffer.from(header, 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(text.length));
  const path = join(await newFolder(), 'x.safetensors');
  await writeFile(path, Buffer.concat([length, text, data]));
  return path;
}

async function failure(attempt: Promise<unknown>): Promise<{code: string; message: string}> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SidestepError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error.problem;
}

describe('hostile and damaged headers are refused', () => {
  const four = new Uint8Array(4);
  test.each([
    {name: 'an empty header', header: '', says: 'does not start'},
    {name: 'a list', header: '[]', says: 'does not start'},
    {
      name: 'a string for offsets',
      header: '{"a":{"dtype":"F32","shape":[1],"data_offsets":"0"}}',
      says: 'data_offsets',
    },
    {
      name: 'a dtype no one knows',
      header: '{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}',
      says: 'F33',
    },
    {
      name: 'a dtype from the prototype',
      header: '{"a":{"dtype":"toString","shape":[1],"data_offsets":[0,4]}}',
      says: 'dtype',
    },
    {
      name: 'a shape that needs more bytes',
      header: '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
      says: 'needs 8',
    },
    {
      name: 'a negative size',
      header: '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
      says: 'shape',
    },
    {
      name: 'a product beyond 2^53',
      header: '{"a":{"dtype":"U8","shape":[94906267,94906267],"data_offsets":[0,4]}}',
      says: 'shape',
    },
    {
      name: 'offsets the wrong way round',
      header: '{"a":{"dtype":"F32","shape":[],"data_offsets":[4,0]}}',
      says: 'data_offsets',
    },
    {
      name: 'a gap',
      header:
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}',
      says: 'gap',
    },
    {
      name: 'an overlap',
      header:
        '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}',
      says: 'inside',
    },
    {
      name: 'bytes no one owns',
      header: '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}',
      says: 'end at byte',
    },
    {
      name: 'a tensor past the end',
      header: '{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}',
      says: 'end at byte',
    },
    {
      name: 'a name twice',
      header:
        '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
      says: 'twice',
    },
    {
      name: 'a number in the metadata',
      header: '{"__metadata__":{"a":1},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}',
      says: 'not a string',
    },
    {name: 'brackets without end', header: `{"a":${'['.repeat(100_000)}`, says: 'nested'},
  ])('$name', async ({header, says}) => {
    const problem = await failure(openSafetensors(await fileWith(header, four)));
    expect(problem.code).toBe('safetensors/damaged');
    expect(problem.message).toContain(says);
  });

  test.each([
    {name: 'longer than the file', claimed: 1000n},
    {name: 'longer than the format allows', claimed: 100_000_001n},
    {name: 'longer than any number here', claimed: 2n ** 64n - 1n},
  ])('a header that claims to be $name', async ({claimed}) => {
    const problem = await failure(openSafetensors(await fileWith('{}', four, claimed)));
    expect(problem.message).toContain(`${claimed} bytes`);
  });
});

describe('writing', () => {
  const tensors: TensorSource[] = [
    {name: 'b', dtype: 'F32', shape: [2, 1], data: f32(1, -2)},
    {name: '7', dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3)},
    {name: 'a', dtype: 'F32', shape: [], data: f32(0.5)},
    {name: 'e', dtype: 'I64', shape: [0, 4], data: new Uint8Array(0)},
  ];

  test('what is written is read back, and starts at a multiple of eight', async () => {
    const path = join(await newFolder(), 'x.safetensors');
    await writeSafetensors(path, {tensors, metadata: {z: 'last', a: 'ünïcode "quoted"'}});
    await using file = await openSafetensors(path);
    expect(file.metadata).toEqual({z: 'last', a: 'ünïcode "quoted"'});
    expect([...file.tensors.keys()]).toEqual(['e', 'a', 'b', '7']); // widest dtype first, then by name
    for (const {name, dtype, shape, data} of tensors)
      expect(await file.read(name)).toEqual({dtype, shape, data});
    expect(file.tensors.get('e')!.offset % 8).toBe(0);
  });

  test('the order in which content is given does not matter to the bytes', async () => {
    const folder = await newFolder();
    await writeSafetensors(join(folder, '1'), {tensors, metadata: {a: '1', b: '2'}});
    await writeSafetensors(join(folder, '2'), {tensors: tensors.toReversed(), metadata: {b: '2', a: '1'}});
    expect(await readFile(join(folder, '1'))).toEqual(await readFile(join(folder, '2')));
  });

  test.each(['torch_files/odd_tensors', 'torch_files/sample_bf16', 'torch_files/silence_latent'])(
    '%s, rewritten, is byte for byte what the upstream writer made',
    async (name) => {
      const original = join(golden, `${name}.safetensors`);
      await using file = await openSafetensors(original);
      const again = join(await newFolder(), 'again.safetensors');
      const sources = await Promise.all(
        [...file.tensors.keys()].map(async (key) => ({name: key, ...(await file.read(key))})),
      );
      await writeSafetensors(again, {tensors: sources, metadata: file.metadata});
      expect(await readFile(again)).toEqual(await readFile(original));
    },
  );

  test('a tensor that streams too few bytes leaves nothing behind', async () => {
    const folder = await newFolder();
    async function* short() {
      yield new Uint8Array(5);
    }
    const attempt = writeSafetensors(join(folder, 'x'), {
      tensors: [{name: 'a', dtype: 'U8', shape: [9], data: short()}],
    });
    expect((await failure(attempt)).code).toBe('safetensors/wrong-length');
    expect(await readdir(folder)).toEqual([]);
  });

  test('two tensors of one name are refused', async () => {
    const attempt = writeSafetensors(join(await newFolder(), 'x'), {tensors: [tensors[0]!, tensors[0]!]});
    expect((await failure(attempt)).code).toBe('safetensors/duplicate-tensor');
  });
});

test('a missing tensor is named', async () => {
  await using file = await openSafetensors(join(golden, 'torch_files/odd_tensors.safetensors'));
  expect(await failure(file.read('nope'))).toMatchObject({
    code: 'safetensors/tensor-missing',
    message: expect.stringContaining('"nope"'),
  });
});

test.each([
  {
    dtype: 'F16',
    bits: [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000],
    values: [1, -2, 2 ** -24, 65504, Infinity, -0],
  },
  {dtype: 'BF16', bits: [0x3f80, 0xc000, 0x0001, 0x7f80], values: [1, -2, 2 ** -133, Infinity]},
] as const)('$dtype bits become the float32 of the same value', ({dtype, bits, values}) => {
  const data = new Uint8Array(Uint16Array.from(bits).buffer);
  expect([...toFloat32({dtype, shape: [bits.length], data})]).toEqual([...values]);
});
