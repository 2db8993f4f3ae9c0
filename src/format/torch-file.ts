import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {type PickleValue, refused, unpickle} from './pickle.js';
import type {Tensor} from './tensor.js';
import {openTorchArchive, type TorchArchive} from './torch-archive.js';
import {isTorchTensor, type TorchTensor, torchHooks, viewStorage} from './torch-pickle.js';

/** A value from a `.pt` file: tensors in plain containers. Dictionary keys are strings, or integers written as such. */
export type TorchValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tensor
  | readonly TorchValue[]
  | ReadonlyMap<string | number, TorchValue>;

/** The part of a `.pt` file that describes, as opposed to the storages; far more than any real one. */
const maxPickleBytes = 256 * 2 ** 20;

/**
 * Reads a file written by `torch.save` without executing anything from it. Tensors come out dense and row-major,
 * whatever their strides were in the file; sets, dtypes,
 * paths and the like are left out. Throws `torch-file/*` and `pickle/*`, always naming the file.
 */
export async function readTorchFile(path: string): Promise<TorchValue> {
  const archive = await openTorchArchive(path);
  try {
    await checkByteOrder(archive);
    const pickled = unpickle(await readPickle(archive), torchHooks());
    const value = await new Loader(archive).value(pickled);
    if (value === undefined) throw refused('no tensor and no plain value, but something that was left out');
    return value;
  } catch (error) {
    throw withPath(error, path);
  } finally {
    archive.close();
  }
}

/** The tensors of a `.pt` file that holds a dictionary, by key; other entries are left out. */
export async function readTorchTensors(path: string): Promise<Map<string, Tensor>> {
  const value = await readTorchFile(path);
  if (!(value instanceof Map))
    throw new SidestepError({
      code: 'torch-file/not-a-dictionary',
      message: `${shownPath(path)} does not hold a dictionary of tensors`,
    });
  const tensors = new Map<string, Tensor>();
  for (const [key, entry] of value) if (isTensor(entry)) tensors.set(String(key), entry);
  return tensors;
}

/** Shapes of the tensors of such a file, by key; their elements are not read. Throws as `readTorchTensors` does. */
export async function readTorchShapes(path: string): Promise<Map<string, readonly number[]>> {
  const archive = await openTorchArchive(path);
  try {
    const pickled = unpickle(await readPickle(archive), torchHooks());
    const shapes = new Map<string, readonly number[]>();
    if (pickled instanceof Map)
      for (const [key, entry] of pickled) if (isTorchTensor(entry)) shapes.set(String(key), entry.shape);
    return shapes;
  } catch (error) {
    throw withPath(error, path);
  } finally {
    archive.close();
  }
}

export function isTensor(value: TorchValue): value is Tensor {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'data' in value;
}

/** Reads each storage, and makes each value, once, however many places share it: sharing doubled 60 times is a small file. */
class Loader {
  readonly #storages = new Map<string, Promise<Uint8Array>>();
  readonly #made = new Map<object, TorchValue>();

  constructor(readonly archive: TorchArchive) {}

  /** `undefined` for what is no data: a set, a path, a class. Its place is left out. */
  async value(value: PickleValue): Promise<TorchValue | undefined> {
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    const known = this.#made.get(value);
    if (known !== undefined) return known;
    const made = await this.#make(value);
    if (made !== undefined) this.#made.set(value, made);
    return made;
  }

  async #make(value: Exclude<PickleValue, string | number | bigint | boolean | null>) {
    if (Array.isArray(value)) return this.#list(value);
    if (value instanceof Map) return this.#map(value);
    return isTorchTensor(value) ? this.#tensor(value) : undefined;
  }

  async #tensor(tensor: TorchTensor): Promise<Tensor> {
    const {key} = tensor.storage;
    let bytes = this.#storages.get(key);
    if (bytes === undefined) {
      bytes = this.archive.read(`data/${key}`);
      this.#storages.set(key, bytes);
    }
    return viewStorage(tensor, await bytes);
  }

  async #list(values: readonly PickleValue[]): Promise<TorchValue[]> {
    const loaded: TorchValue[] = [];
    for (const value of values) loaded.push((await this.value(value)) ?? null); // the others keep their places
    return loaded;
  }

  async #map(map: ReadonlyMap<PickleValue, PickleValue>): Promise<Map<string | number, TorchValue>> {
    const loaded = new Map<string | number, TorchValue>();
    for (const [key, value] of map) {
      if (typeof key !== 'string' && typeof key !== 'number') continue; // None, tuples: no name of a tensor
      const entry = await this.value(value);
      if (entry !== undefined) loaded.set(key, entry);
    }
    return loaded;
  }
}

async function readPickle(archive: TorchArchive): Promise<Uint8Array> {
  const size = archive.records.get('data.pkl') ?? 0;
  if (size > maxPickleBytes)
    throw new SidestepError({
      code: 'torch-file/too-large',
      message: `Its description alone takes ${size} bytes`,
    });
  return archive.read('data.pkl');
}

async function checkByteOrder(archive: TorchArchive): Promise<void> {
  if (!archive.records.has('byteorder')) return; // older than torch 2.0: always little
  const order = Buffer.from(await archive.read('byteorder')).toString('latin1');
  if (order !== 'little')
    throw new SidestepError({
      code: 'torch-file/byte-order',
      message: `Its numbers are in ${JSON.stringify(order)} byte order`,
    });
}

function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof SidestepError) || error.problem.message.startsWith(path)) return error;
  return new SidestepError(
    {...error.problem, message: `${shownPath(path)}: ${error.problem.message}`},
    {cause: error},
  );
}
