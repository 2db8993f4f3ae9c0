import {crc32} from 'node:zlib';

/** A tensor of f32 or u8 as PyTorch's `torch.save` lays it out. */
export interface SavedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
}

/** What can be saved: tensors in plain containers. A map's keys may be whole numbers, as an optimizer's are. */
export type SavedValue =
  | null
  | boolean
  | number
  | string
  | SavedTensor
  | readonly SavedValue[]
  | ReadonlyMap<string | number, SavedValue>;

/**
 * A `.pt` file that `torch.load(weights_only=True)` and our own reader accept: a zip with stored entries `archive/data.pkl`
 * (pickle protocol 2), `archive/data/N` (the elements of each tensor, 64-byte aligned) and version records.
 */
export function torchFile(value: SavedValue): Uint8Array {
  const tensors: SavedTensor[] = [];
  const pickled = Buffer.concat([Buffer.from([0x80, 2]), pickle(value, tensors), Buffer.from('.')]); // PROTO 2 … STOP
  return storedZip([
    ['archive/data.pkl', pickled],
    ['archive/byteorder', Buffer.from('little')],
    ...tensors.map(
      ({data}, index): Entry => [
        `archive/data/${index}`,
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      ],
    ),
    ['archive/version', Buffer.from('3\n')],
  ]);
}

function pickle(value: SavedValue, tensors: SavedTensor[]): Uint8Array {
  if (value === null) return Buffer.from('N');
  if (typeof value === 'boolean') return Buffer.from([value ? 0x88 : 0x89]); // NEWTRUE, NEWFALSE
  if (typeof value === 'number') return isSmallInteger(value) ? integer(value) : float(value);
  if (typeof value === 'string') return text(value);
  if (value instanceof Map) return dictionary(value, tensors);
  if (Array.isArray(value))
    return Buffer.concat([
      Buffer.from(']('),
      ...value.map((item) => pickle(item, tensors)),
      Buffer.from('e'),
    ]);
  return pickledTensor(value as SavedTensor, tensors.push(value as SavedTensor) - 1);
}

function dictionary(map: ReadonlyMap<string | number, SavedValue>, tensors: SavedTensor[]): Uint8Array {
  const items = [...map].flatMap(([key, value]) => [pickle(key, tensors), pickle(value, tensors)]);
  return Buffer.concat([Buffer.from('}('), ...items, Buffer.from('u')]); // EMPTY_DICT MARK … SETITEMS
}

function isSmallInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

function float(value: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes.write('G');
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()) in pickle opcodes. */
function pickledTensor({shape, data}: SavedTensor, index: number): Uint8Array {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
  return Buffer.concat([
    global('torch._utils', '_rebuild_tensor_v2'),
    Buffer.from('(('), // MARK for the arguments, MARK for the persistent id
    text('storage'),
    global('torch', data instanceof Float32Array ? 'FloatStorage' : 'ByteStorage'),
    text(String(index)),
    text('cpu'),
    integer(data.length),
    Buffer.from('tQ'), // TUPLE, BINPERSID
    integer(0),
    tuple(shape),
    tuple(strides),
    Buffer.from([0x89]), // NEWFALSE
    global('collections', 'OrderedDict'),
    Buffer.from(')RtR'), // EMPTY_TUPLE REDUCE; TUPLE REDUCE
  ]);
}

function global(module: string, name: string): Uint8Array {
  return Buffer.from(`c${module}\n${name}\n`);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from('X'), length, bytes]);
}

function integer(value: number): Uint8Array {
  const bytes = Buffer.alloc(5);
  bytes.write('J');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

function tuple(values: readonly number[]): Uint8Array {
  return Buffer.concat([Buffer.from('('), ...values.map(integer), Buffer.from('t')]);
}

type Entry = readonly [name: string, data: Uint8Array];

/** A zip without compression whose data starts at multiples of 64, as PyTorch aligns it. */
function storedZip(entries: readonly Entry[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, data] of entries) {
    const header = localHeader(name, data, offset);
    directory.push(directoryEntry(name, data, offset));
    pieces.push(header, data);
    offset += header.length + data.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  return Buffer.concat([...pieces, ...directory, endOfDirectory(entries.length, size, offset)]);
}

function localHeader(name: string, data: Uint8Array, offset: number): Uint8Array {
  const unpadded = offset + 30 + name.length + 4;
  const padding = (64 - (unpadded % 64)) % 64;
  const header = Buffer.alloc(30 + name.length + 4 + padding, 'Z');
  header.fill(0, 0, 30);
  header.writeUInt32LE(0x04034b50, 0);
  describe(header, 4, data, name);
  header.writeUInt16LE(4 + padding, 28);
  header.write(name, 30);
  header.write('FB', 30 + name.length); // the extra field PyTorch pads with
  header.writeUInt16LE(padding, 32 + name.length);
  return header;
}

function directoryEntry(name: string, data: Uint8Array, offset: number): Uint8Array {
  const entry = Buffer.alloc(46 + name.length);
  entry.writeUInt32LE(0x02014b50, 0);
  describe(entry, 6, data, name);
  entry.writeUInt32LE(offset, 42);
  entry.write(name, 46);
  return entry;
}

/** The fields that local header and directory share, from `version needed` to the name's length. */
function describe(target: Buffer, at: number, data: Uint8Array, name: string): void {
  target.writeUInt32LE(crc32(data), at + 10);
  target.writeUInt32LE(data.length, at + 14);
  target.writeUInt32LE(data.length, at + 18);
  target.writeUInt16LE(name.length, at + 22);
}

function endOfDirectory(count: number, size: number, offset: number): Uint8Array {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
