/** The few encodings of Protocol Buffers that event files need (protobuf.dev, "Encoding"). */

const wireVarint = 0;
const wireDouble = 1;
const wireBytes = 2;
const wireFloat = 5;

/** A message is its fields one behind the other. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(fields);
}

/** A whole number from 0 to 2^53 - 1. */
export function varintField(field: number, value: number): Uint8Array {
  return message(key(field, wireVarint), varint(value));
}

export function doubleField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return message(key(field, wireDouble), bytes);
}

/** A repeated double, packed. */
export function doublesField(field: number, values: readonly number[]): Uint8Array {
  return bytesField(field, new Uint8Array(Float64Array.from(values).buffer)); // little-endian, as every host of ours is
}

export function floatField(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return message(key(field, wireFloat), bytes);
}

/** A string (as UTF-8), bytes, or a message within a message. */
export function bytesField(field: number, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return message(key(field, wireBytes), varint(bytes.length), bytes);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** Seven bits to the byte, lowest first; the top bit says that more follow. Arithmetic, as bits stop at 2^31. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
