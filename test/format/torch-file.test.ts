import {readFileSync} from 'node:fs';
import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {unpickle} from '../../src/format/pickle.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {isTensor, readTorchFile, type TorchValue} from '../../src/format/torch-file.js';
import {torchHooks} from '../../src/format/torch-pickle.js';

const golden = fileURLToPath(new URL('../golden/torch_files/', import.meta.url));
const index = JSON.parse(readFileSync(join(golden, 'INDEX.json'), 'utf8')) as {
  must_load: string[];
  must_refuse: string[];
};

/** What the file named in INDEX.json holds, beside the tensors themselves. */
async function codeOf(path: string): Promise<string> {
  try {
    await readTorchFile(path);
  } catch (error) {
    if (error instanceof SidestepError) {
      expect(error.problem.message).toContain(path);
      return error.problem.code;
    }
    throw error;
  }
  return 'loaded';
}

/** Every tensor anywhere in the value, by the last dictionary key on the way to it. */
function tensorsIn(
  value: TorchValue,
  name = '',
  found = new Map<string, TorchValue>(),
): Map<string, TorchValue> {
  if (isTensor(value)) found.set(name, value);
  else if (value instanceof Map) for (const [key, entry] of value) tensorsIn(entry, String(key), found);
  else if (Array.isArray(value)) for (const entry of value) tensorsIn(entry, name, found);
  return found;
}

describe('files that must load equal their safetensors twin, tensor by tensor', () => {
  test.each(index.must_load)('%s', async (file) => {
    const value = await readTorchFile(join(golden, file));
    const tensors = tensorsIn(value, file.replace('.pt', ''));
    await using twin = await openSafetensors(join(golden, file.replace('.pt', '.safetensors')));
    const names = [...twin.tensors.keys()].filter((name) => name !== 'loaded'); // the transposed form
    expect([...tensors.keys()].sort()).toEqual(names.sort());
    for (const name of names) expect(tensors.get(name), name).toEqual(await twin.read(name));
  });
});

describe('files that must be refused are, by a stable code', () => {
  const codes: Record<string, string> = {
    'hostile_os_system.pt': 'pickle/refused',
    'hostile_raw_pickle.pt': 'torch-file/not-a-zip',
    'hostile_eval.pt': 'pickle/refused',
    'truncated_half.pt': 'torch-file/damaged',
    'truncated_tail.pt': 'torch-file/damaged',
    'empty.pt': 'torch-file/not-a-zip',
    'not_a_zip.pt': 'torch-file/not-a-zip',
    'short_storage.pt': 'torch-file/short-storage',
  };
  test.each(index.must_refuse)('%s', async (file) => {
    expect(await codeOf(join(golden, file))).toBe(codes[file]);
  });

  test('the Python name that was refused is in the message', async () => {
    await expect(readTorchFile(join(golden, 'hostile_eval.pt'))).rejects.toThrow('__builtin__.eval');
  });
});

test.each([
  {file: 'sample_legacy_nonzip.pt', code: 'torch-file/not-a-zip'},
  {file: 'zip_traversal.pt', code: 'torch-file/unsafe-name'},
])('$file is refused cleanly', async ({file, code}) => {
  expect(await codeOf(join(golden, file))).toBe(code);
});

// As in every module's state_dict(), an OrderedDict with `_metadata`: PROTO 2, EMPTY_DICT, EMPTY_DICT, BUILD, STOP
test('attributes of a dictionary are left out, those of anything else refused', () => {
  expect(unpickle(Uint8Array.of(0x80, 2, 0x7d, 0x7d, 0x62, 0x2e), torchHooks())).toEqual(new Map());
  expect(() => unpickle(Uint8Array.of(0x80, 2, 0x5d, 0x7d, 0x62, 0x2e), torchHooks())).toThrow('attributes');
});

test('plain values come through with their types', async () => {
  const value = await readTorchFile(join(golden, 'sample_bf16.pt'));
  if (!(value instanceof Map)) throw new Error('expected a dictionary');
  await using twin = await openSafetensors(join(golden, 'sample_bf16.safetensors'));
  expect(plain(value.get('metadata')!)).toEqual(JSON.parse(twin.metadata.metadata!));
});

function plain(value: TorchValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, entry]) => [key, plain(entry)]));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

test('a file cut at any byte is refused with a problem, never read as something else', async () => {
  const whole = readFileSync(join(golden, 'silence_latent.pt'));
  const folder = await mkdtemp(join(tmpdir(), 'torch-'));
  for (let length = 0; length < whole.length; length += 37) {
    const path = join(folder, `${length}.pt`);
    await writeFile(path, whole.subarray(0, length));
    expect(await codeOf(path)).toMatch(/^torch-file\/(damaged|not-a-zip)$/);
  }
});

test('a flipped byte in a storage is noticed by its checksum', async () => {
  const bytes = readFileSync(join(golden, 'silence_latent.pt'));
  const path = join(await mkdtemp(join(tmpdir(), 'torch-')), 'flipped.pt');
  bytes[1000]! ^= 1;
  await writeFile(path, bytes);
  expect(await codeOf(path)).toBe('torch-file/damaged');
});
