import {SidestepError} from '../base/problem.js';
import {byteSize, type DType, elementCount} from './dtype.js';
import {Global, leftOut, type PickleHooks, type PickleLeaf, type PickleValue, refused} from './pickle.js';
import type {Tensor} from './tensor.js';

/** A run of elements in the archive's record `data/<key>`; tensors are views of it. */
export interface TorchStorage extends PickleLeaf {
  readonly kind: 'storage';
  readonly key: string;
  /** `undefined` for untyped storages, which count bytes. */
  readonly dtype: DType | undefined;
  readonly elements: number;
}

/** A strided view of a storage; offset and strides count elements. */
export interface TorchTensor extends PickleLeaf {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly dtype: DType;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

const storageDTypes: Readonly<Record<string, DType | undefined>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.storage.UntypedStorage': undefined,
};

/** The only names whose call means anything here, and what it means. */
const calls: Readonly<Record<string, (args: readonly PickleValue[]) => PickleValue>> = {
  'collections.OrderedDict': orderedDict,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_parameter': ([tensor]) => requireTensor(tensor),
  'torch.Size': ([sizes]) => requireCounts(sizes),
  'torch.device': device,
  '_codecs.encode': encodeBytes,
  'collections.defaultdict': ([, items]) => (items instanceof Map ? items : new Map()),
  'collections.Counter': ([items]) => (items instanceof Map ? items : new Map()),
};

/**
 * Names of values that people save beside their tensors: dtypes, numpy's scalars and arrays, paths, sets, dates. Their
 * entries are left out; what the file says about how to build them is read over.
 */
const harmless = [
  /^torch\.(?:(?:b?float|u?int|q?u?int|complex)\d+\w*|float|double|half|bool|int|long|short|strided)$/,
  /^torch\.serialization\._get_layout$/,
  /^numpy\.(?:_?core\.multiarray\.(?:scalar|_reconstruct)|dtype|ndarray|dtypes\.\w+)$/,
  /^pathlib\.(?:_local\.)?(?:Pure)?(?:Posix|Windows)?Path$/,
  /^(?:builtins|__builtin__)\.(?:set|frozenset|complex|bytearray|slice|range|list|dict|tuple|int|float|str|bool|bytes)$/,
  /^collections\.deque$/,
  /^datetime\.(?:datetime|date|time|timedelta|timezone)$/,
  /^(?:decimal\.Decimal|fractions\.Fraction|uuid\.UUID|types\.SimpleNamespace|argparse\.Namespace)$/,
];

function isHarmless(name: string): boolean {
  return harmless.some((pattern) => pattern.test(name));
}

/** What may be in a pickle inside a torch file: tensors, their storages, dictionaries, and what is left out of it. */
export function torchHooks(): PickleHooks {
  return {
    allowGlobal(name) {
      if (!Object.hasOwn(calls, name) && !Object.hasOwn(storageDTypes, name) && !isHarmless(name))
        throw refused(`the Python name ${name}`);
    },
    call(name, args) {
      if (isHarmless(name)) return leftOut;
      const run = Object.hasOwn(calls, name) ? calls[name] : undefined;
      if (run === undefined) throw refused(`a call of ${name}`);
      return run(args);
    },
    persistent: readStorage,
  };
}

export function isTorchTensor(value: PickleValue | undefined): value is TorchTensor {
  return isLeaf(value) && value.kind === 'tensor';
}

/** Copies a strided view into dense row-major order. Throws `torch-file/short-storage` when the record does not fit. */
export function viewStorage(tensor: TorchTensor, storage: Uint8Array): Tensor {
  const width = byteSize(tensor.dtype);
  const expected = tensor.storage.elements * (tensor.storage.dtype === undefined ? 1 : width);
  if (storage.byteLength !== expected)
    throw new SidestepError({
      code: 'torch-file/short-storage',
      message: `The record data/${tensor.storage.key} has ${storage.byteLength} bytes, its tensor needs ${expected}`,
    });
  const count = elementCount(tensor.shape) ?? Number.POSITIVE_INFINITY;
  if (count > 0 && (lastElement(tensor) + 1) * width > storage.byteLength)
    throw badView('reaches past its storage');
  // A view by broadcasting may be larger than its storage, but a small file must not ask for gigabytes.
  if (count * width > Math.max(storage.byteLength, 2 ** 28)) throw badView('is far larger than its storage');
  return {dtype: tensor.dtype, shape: tensor.shape, data: gather(tensor, {storage, width, count})};
}

function gather(tensor: TorchTensor, from: {storage: Uint8Array; width: number; count: number}): Uint8Array {
  const {storage, width, count} = from;
  const start = tensor.offset * width;
  if (isRowMajor(tensor)) return storage.slice(start, start + count * width);
  const dense = new Uint8Array(count * width);
  const index = tensor.shape.map(() => 0);
  let element = tensor.offset;
  for (let done = 0; done < count; done += 1) {
    dense.set(storage.subarray(element * width, (element + 1) * width), done * width);
    for (let axis = tensor.shape.length - 1; axis >= 0; axis -= 1) {
      element += tensor.strides[axis]!;
      index[axis]! += 1;
      if (index[axis]! < tensor.shape[axis]!) break;
      element -= index[axis]! * tensor.strides[axis]!;
      index[axis] = 0;
    }
  }
  return dense;
}

function isRowMajor({shape, strides}: TorchTensor): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}

function lastElement({offset, shape, strides}: TorchTensor): number {
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, offset);
}

/** Persistent id as torch writes it: ('storage', storage class, key, device, element count). */
function readStorage(id: PickleValue): TorchStorage {
  const [kind, storageClass, key, , elements] = Array.isArray(id) ? id : [];
  if (
    kind !== 'storage' ||
    !(storageClass instanceof Global) ||
    !Object.hasOwn(storageDTypes, storageClass.name)
  )
    throw refused('a reference to something that is not a storage');
  if (typeof key !== 'string' || !/^\d{1,9}$/.test(key)) throw refused('a storage with an unusual name');
  if (typeof elements !== 'number' || !Number.isSafeInteger(elements) || elements < 0)
    throw badView('has a storage of impossible size');
  return {kind: 'storage', key, dtype: storageDTypes[storageClass.name], elements};
}

/** (storage, offset, size, stride, requires_grad, backward_hooks, …): hooks must be empty. */
function rebuildTensor(args: readonly PickleValue[]): TorchTensor {
  const [storage, offset, size, stride, , hooks] = args;
  if (!isLeaf(storage) || storage.kind !== 'storage') throw badView('has no storage');
  const {dtype} = storage as TorchStorage;
  if (dtype === undefined) throw refused('a tensor on an untyped storage');
  if (hooks instanceof Map && hooks.size > 0) throw refused('a tensor with backward hooks');
  const shape = requireCounts(size);
  const strides = requireCounts(stride);
  if (
    typeof offset !== 'number' ||
    !Number.isSafeInteger(offset) ||
    offset < 0 ||
    shape.length !== strides.length
  )
    throw badView('has an impossible offset or strides');
  if (elementCount(shape) === undefined) throw badView(`has the impossible shape [${shape}]`);
  return {kind: 'tensor', storage: storage as TorchStorage, dtype, offset, shape, strides};
}

/** `cuda:0` of `('cuda', 0)`. */
function device(args: readonly PickleValue[]): string {
  if (!args.every((arg) => typeof arg === 'string' || typeof arg === 'number'))
    throw refused('a device of an unusual form');
  return args.join(':');
}

/** `OrderedDict()` or `OrderedDict([(key, value), …])`. */
function orderedDict(args: readonly PickleValue[]): PickleValue {
  const map = new Map<PickleValue, PickleValue>();
  const pairs = args[0] ?? [];
  if (!Array.isArray(pairs)) throw refused('an OrderedDict of an unusual form');
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) throw refused('an OrderedDict of an unusual form');
    map.set(pair[0]!, pair[1]!);
  }
  return map;
}

/** Protocol 2 has no byte strings and writes them as `_codecs.encode(text, 'latin1')`. */
function encodeBytes([text, encoding]: readonly PickleValue[]): Uint8Array {
  if (typeof text !== 'string' || encoding !== 'latin1') throw refused('a byte string of an unusual form');
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function requireTensor(value: PickleValue | undefined): TorchTensor {
  if (!isTorchTensor(value)) throw refused('a parameter that is not a tensor');
  return value;
}

function requireCounts(value: PickleValue | undefined): number[] {
  if (!Array.isArray(value) || !value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0))
    throw badView('has a shape or strides that are not counts');
  return value as number[];
}

function isLeaf(value: PickleValue | undefined): value is PickleLeaf {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function badView(what: string): SidestepError {
  return new SidestepError({code: 'torch-file/damaged', message: `A tensor ${what}`});
}
