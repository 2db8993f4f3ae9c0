import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {byteSize, type DType, elementCount, isDType} from './dtype.js';
import {type JsonNode, type JsonObjectNode, parseJson} from './json.js';

/** The format's own limit; also what keeps a hostile length from being allocated. */
export const maxHeaderBytes = 100_000_000;

/** Where a tensor is in its file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their bytes in the file. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** Sizes that bound a header, all in bytes. */
export interface HeaderPlace {
  readonly file: string;
  /** Length of the JSON text, from the first eight bytes of the file. */
  readonly headerBytes: number;
  readonly fileBytes: number;
}

/** Refuses a header length that the file cannot hold, before anything of that size is allocated. */
export function checkHeaderLength(length: bigint, place: {file: string; fileBytes: number}): number {
  if (length > BigInt(maxHeaderBytes) || length > BigInt(place.fileBytes - 8))
    throw damagedSafetensors(
      place.file,
      `its header claims ${length} bytes, in a file of ${place.fileBytes}`,
    );
  return Number(length);
}

/**
 * Parses and checks the JSON part of a safetensors file. Every tensor must fit its dtype and shape, and together they
 * must fill the rest of the file without a hole or an overlap. Throws `safetensors/damaged`, naming file and tensor.
 */
export function parseHeader(json: Uint8Array, place: HeaderPlace): SafetensorsHeader {
  const root = parseRoot(json, place.file);
  const dataStart = 8 + place.headerBytes;
  const tensors: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, node] of root.entries) {
    if (name === '__metadata__') metadata = readMetadata(node, place.file);
    else tensors.push(readEntry(name, node, {file: place.file, dataStart}));
  }
  tensors.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength);
  checkContiguous(tensors, {...place, dataStart});
  return {metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor]))};
}

function parseRoot(json: Uint8Array, file: string): JsonObjectNode {
  if (json[0] !== 0x7b) throw damagedSafetensors(file, 'its header does not start with "{"');
  let root: JsonNode;
  try {
    const text = new TextDecoder('utf-8', {fatal: true}).decode(json);
    root = parseJson(text, {file, duplicateKeys: 'refuse'});
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw damagedSafetensors(file, `its header cannot be read (${reason})`);
  }
  if (root.kind !== 'object') throw damagedSafetensors(file, 'its header is not an object');
  return root;
}

function readMetadata(node: JsonNode, file: string): Record<string, string> {
  if (node.kind !== 'object') throw damagedSafetensors(file, '__metadata__ is not an object');
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of node.entries) {
    if (value.kind !== 'string')
      throw damagedSafetensors(
        file,
        `__metadata__ has a ${value.kind} under ${JSON.stringify(key)}, not a string`,
      );
    metadata[key] = value.value;
  }
  return metadata;
}

function readEntry(name: string, node: JsonNode, place: {file: string; dataStart: number}): TensorEntry {
  const fail = (what: string) => damagedSafetensors(place.file, `tensor ${JSON.stringify(name)} ${what}`);
  if (node.kind !== 'object') throw fail('is not described by an object');
  const dtype = node.entries.get('dtype');
  if (dtype?.kind !== 'string' || !isDType(dtype.value))
    throw fail(`has an unknown dtype ${dtype?.kind === 'string' ? dtype.value : ''}`);
  const shape = readCounts(node.entries.get('shape'));
  const offsets = readCounts(node.entries.get('data_offsets'));
  const elements = shape === undefined ? undefined : elementCount(shape);
  if (shape === undefined || elements === undefined) throw fail('has an impossible shape');
  const [begin, end] = offsets ?? [];
  if (offsets?.length !== 2 || begin === undefined || end === undefined || end < begin)
    throw fail('has impossible data_offsets');
  if (end - begin !== elements * byteSize(dtype.value))
    throw fail(
      `takes ${end - begin} bytes, but ${dtype.value} [${shape}] needs ${elements * byteSize(dtype.value)}`,
    );
  return {name, dtype: dtype.value, shape, offset: place.dataStart + begin, byteLength: end - begin};
}

function readCounts(node: JsonNode | undefined): number[] | undefined {
  if (node?.kind !== 'array') return undefined;
  const counts = node.items.map((item) => (item.kind === 'number' ? item.value : Number.NaN));
  return counts.every((count) => Number.isSafeInteger(count) && count >= 0) ? counts : undefined;
}

function checkContiguous(tensors: readonly TensorEntry[], place: HeaderPlace & {dataStart: number}): void {
  let end = place.dataStart;
  for (const tensor of tensors) {
    if (tensor.offset !== end)
      throw damagedSafetensors(
        place.file,
        `tensor ${JSON.stringify(tensor.name)} starts at byte ${tensor.offset}, ${tensor.offset < end ? 'inside' : 'after a gap behind'} what ends at ${end}`,
      );
    end += tensor.byteLength;
  }
  if (end !== place.fileBytes)
    throw damagedSafetensors(
      place.file,
      `its tensors end at byte ${end}, but the file has ${place.fileBytes} bytes`,
    );
}

export function damagedSafetensors(file: string, what: string): SidestepError {
  return new SidestepError({
    code: 'safetensors/damaged',
    message: `${shownPath(file)} is not a usable safetensors file: ${what}`,
    hint: 'The file is probably incomplete: download or write it again.',
  });
}
