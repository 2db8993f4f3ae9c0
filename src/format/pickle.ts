import {SidestepError} from '../base/problem.js';

/**
 * What a restricted unpickling can give: plain data only. Dictionaries and ordered dictionaries become maps, tuples and
 * lists arrays, integers beyond 2^53 bigints.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleMap
  | Global
  | PickleLeaf;
export type PickleMap = Map<PickleValue, PickleValue>;

/** What the hooks make of calls and persistent ids, such as a tensor. */
export interface PickleLeaf {
  readonly kind: string;
}

/** Stands for a value that is neither a tensor nor plain data, such as a set or a path: it was read over, not built. */
export const leftOut: PickleLeaf = Object.freeze({kind: 'left_out'});

/** A Python name that the file refers to, such as `torch FloatStorage`. It is data here: nothing is ever imported. */
export class Global {
  constructor(readonly name: string) {}
}

/** What the format on top of pickle allows. Both throw a `SidestepError` to refuse. */
export interface PickleHooks {
  /** Called for every Python name before anything is done with it; refuses names outside the allow-list. */
  allowGlobal(name: string): void;
  /** The value of calling an allowed name; only these functions of ours run, whatever the file says. */
  call(name: string, args: readonly PickleValue[]): PickleValue;
  /** The value behind a persistent id (a storage reference in torch files). */
  persistent(id: PickleValue): PickleValue;
}

/**
 * Reads a pickle (protocols 0 to 5, opcodes as in CPython's `pickletools`) without being able to execute anything: an
 * opcode that is not in the table below is refused by name. Throws `pickle/refused` and `pickle/damaged`.
 */
export function unpickle(bytes: Uint8Array, hooks: PickleHooks): PickleValue {
  const machine: Machine = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
    stack: [],
    marks: [],
    memo: new Map(),
    hooks,
  };
  for (;;) {
    const opcode = take(machine, 1)[0]!;
    if (opcode === stop) break;
    const run = opcodes.get(opcode);
    if (run === undefined) throw refused(`opcode 0x${opcode.toString(16)} at byte ${machine.at - 1}`);
    run(machine);
  }
  const value = pop(machine);
  if (machine.stack.length > 0) throw damagedPickle('values are left over at its end');
  checkNesting(value, new Set(), 0);
  return value;
}

export function refused(what: string): SidestepError {
  return new SidestepError({
    code: 'pickle/refused',
    message: `The file contains ${what}, which tensors and plain containers do not need`,
    hint: 'Only files with tensors, dictionaries, lists, numbers and strings are read; nothing in the file was executed.',
  });
}

export function damagedPickle(what: string): SidestepError {
  return new SidestepError({code: 'pickle/damaged', message: `The pickled data is damaged: ${what}`});
}

interface Machine {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly stack: PickleValue[];
  /** Stack heights at which a MARK is. */
  readonly marks: number[];
  readonly memo: Map<number, PickleValue>;
  readonly hooks: PickleHooks;
}

const stop = 0x2e;

const opcodes: ReadonlyMap<number, (machine: Machine) => void> = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => void take(m, 1)], // PROTO
  [0x95, (m) => void take(m, 8)], // FRAME: a hint for buffering
  // Values
  [0x4e, (m) => m.stack.push(null)], // NONE
  [0x88, (m) => m.stack.push(true)], // NEWTRUE
  [0x89, (m) => m.stack.push(false)], // NEWFALSE
  [0x49, (m) => m.stack.push(decimalInteger(takeLine(m)))], // INT
  [0x4c, (m) => m.stack.push(decimalInteger(takeLine(m).replace(/L$/, '')))], // LONG
  [0x46, (m) => m.stack.push(Number(takeLine(m)))], // FLOAT
  [0x4b, (m) => m.stack.push(u8(m))], // BININT1
  [0x4d, (m) => m.stack.push(u16(m))], // BININT2
  [0x4a, (m) => m.stack.push(u32(m) | 0)], // BININT
  [0x8a, (m) => m.stack.push(littleEndianInteger(take(m, u8(m))))], // LONG1
  [0x8b, (m) => m.stack.push(littleEndianInteger(take(m, u32(m))))], // LONG4
  [0x47, (m) => m.stack.push(f64(m))], // BINFLOAT: big-endian
  [0x58, (m) => m.stack.push(utf8(take(m, u32(m))))], // BINUNICODE
  [0x8c, (m) => m.stack.push(utf8(take(m, u8(m))))], // SHORT_BINUNICODE
  [0x8d, (m) => m.stack.push(utf8(take(m, u64(m))))], // BINUNICODE8
  [0x55, (m) => m.stack.push(latin1(take(m, u8(m))))], // SHORT_BINSTRING
  [0x54, (m) => m.stack.push(latin1(take(m, u32(m))))], // BINSTRING
  [0x43, (m) => m.stack.push(take(m, u8(m)).slice())], // SHORT_BINBYTES
  [0x42, (m) => m.stack.push(take(m, u32(m)).slice())], // BINBYTES
  [0x8e, (m) => m.stack.push(take(m, u64(m)).slice())], // BINBYTES8
  // Containers
  [0x7d, (m) => m.stack.push(new Map())], // EMPTY_DICT
  [0x5d, (m) => m.stack.push([])], // EMPTY_LIST
  [0x29, (m) => m.stack.push([])], // EMPTY_TUPLE
  [0x8f, (m) => m.stack.push(leftOut)], // EMPTY_SET
  [0x90, (m) => void addToSet(m, popToMark(m))], // ADDITEMS
  [0x91, (m) => replaceToMark(m, leftOut)], // FROZENSET
  [0x96, (m) => m.stack.push(take(m, u64(m)).slice())], // BYTEARRAY8
  [0x28, (m) => m.marks.push(m.stack.length)], // MARK
  [0x74, (m) => m.stack.push(popToMark(m))], // TUPLE
  [0x6c, (m) => m.stack.push(popToMark(m))], // LIST
  [0x64, (m) => m.stack.push(setItems(new Map(), popToMark(m)))], // DICT
  [0x85, (m) => m.stack.push(popMany(m, 1))], // TUPLE1
  [0x86, (m) => m.stack.push(popMany(m, 2))], // TUPLE2
  [0x87, (m) => m.stack.push(popMany(m, 3))], // TUPLE3
  [0x61, (m) => appendItems(m, [pop(m)])], // APPEND
  [0x65, (m) => appendItems(m, popToMark(m))], // APPENDS
  [0x73, (m) => setItemsOnTop(m, popMany(m, 2))], // SETITEM
  [0x75, (m) => setItemsOnTop(m, popToMark(m))], // SETITEMS
  [0x30, (m) => void pop(m)], // POP
  [0x31, (m) => void popToMark(m)], // POP_MARK
  [0x32, (m) => m.stack.push(top(m))], // DUP
  // Memo
  [0x71, (m) => m.memo.set(u8(m), top(m))], // BINPUT
  [0x72, (m) => m.memo.set(u32(m), top(m))], // LONG_BINPUT
  [0x94, (m) => m.memo.set(m.memo.size, top(m))], // MEMOIZE
  [0x68, (m) => m.stack.push(recall(m, u8(m)))], // BINGET
  [0x6a, (m) => m.stack.push(recall(m, u32(m)))], // LONG_BINGET
  // Names and calls: only through the hooks
  [0x63, (m) => pushGlobal(m, `${takeLine(m)}.${takeLine(m)}`)], // GLOBAL
  [0x93, (m) => pushGlobal(m, popMany(m, 2).map(requireString).join('.'))], // STACK_GLOBAL
  [0x52, (m) => callTop(m)], // REDUCE
  [0x81, (m) => callTop(m)], // NEWOBJ: a class and its arguments, which the hooks judge as any call
  [0x92, (m) => callWithNames(m)], // NEWOBJ_EX
  [0x62, (m) => dropAttributes(m)], // BUILD
  [0x51, (m) => m.stack.push(m.hooks.persistent(pop(m)))], // BINPERSID
]);

function pushGlobal(machine: Machine, name: string): void {
  machine.hooks.allowGlobal(name);
  machine.stack.push(new Global(name));
}

function callTop(machine: Machine): void {
  const [callee, args] = popMany(machine, 2);
  if (!(callee instanceof Global) || !Array.isArray(args))
    throw refused('a call of something that is not a name');
  machine.stack.push(machine.hooks.call(callee.name, args));
}

/** The same with arguments by name: only what is left out has them. */
function callWithNames(machine: Machine): void {
  pop(machine);
  callTop(machine);
  if (top(machine) !== leftOut) throw refused('a call with arguments by name');
}

/** Attributes of a dictionary, such as the versions that a module's `state_dict()` carries: none is data. */
function dropAttributes(machine: Machine): void {
  const attributes = pop(machine);
  if (top(machine) === leftOut) return;
  if (!(top(machine) instanceof Map) || !(attributes instanceof Map))
    throw refused('attributes set on something that is not a dictionary');
}

function appendItems(machine: Machine, items: readonly PickleValue[]): void {
  const list = top(machine);
  if (list === leftOut) return;
  if (!Array.isArray(list)) throw damagedPickle('an item is appended to something that is not a list');
  for (const item of items) list.push(item);
}

function addToSet(machine: Machine, _items: readonly PickleValue[]): void {
  if (top(machine) !== leftOut) throw damagedPickle('an item is added to something that is not a set');
}

function replaceToMark(machine: Machine, value: PickleValue): void {
  popToMark(machine);
  machine.stack.push(value);
}

function setItemsOnTop(machine: Machine, items: readonly PickleValue[]): void {
  const map = top(machine);
  if (map === leftOut) return;
  if (!(map instanceof Map)) throw refused('attributes set on something that is not a dictionary');
  setItems(map, items);
}

function setItems(map: PickleMap, items: readonly PickleValue[]): PickleMap {
  if (items.length % 2 !== 0) throw damagedPickle('a dictionary has a key without a value');
  for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  return map;
}

function top(machine: Machine): PickleValue {
  const value = machine.stack.at(-1);
  if (value === undefined) throw damagedPickle('a value is missing');
  return value;
}

function pop(machine: Machine): PickleValue {
  const value = top(machine);
  machine.stack.pop();
  return value;
}

function popMany(machine: Machine, count: number): PickleValue[] {
  if (machine.stack.length < count) throw damagedPickle('a value is missing');
  return machine.stack.splice(machine.stack.length - count);
}

function popToMark(machine: Machine): PickleValue[] {
  const height = machine.marks.pop();
  if (height === undefined || height > machine.stack.length) throw damagedPickle('a mark is missing');
  return machine.stack.splice(height);
}

function recall(machine: Machine, index: number): PickleValue {
  const value = machine.memo.get(index);
  if (value === undefined) throw damagedPickle(`it refers to value ${index}, which does not exist`);
  return value;
}

function requireString(value: PickleValue): string {
  if (typeof value !== 'string') throw damagedPickle('a name is not a string');
  return value;
}

function take(machine: Machine, count: number): Uint8Array {
  const end = machine.at + count;
  if (end > machine.bytes.length) throw damagedPickle('it ends in the middle of a value');
  const bytes = machine.bytes.subarray(machine.at, end);
  machine.at = end;
  return bytes;
}

function takeLine(machine: Machine): string {
  const end = machine.bytes.indexOf(0x0a, machine.at);
  if (end < 0) throw damagedPickle('it ends in the middle of a line');
  const line = utf8(machine.bytes.subarray(machine.at, end));
  machine.at = end + 1;
  return line;
}

function u8(machine: Machine): number {
  return take(machine, 1)[0]!;
}

function u16(machine: Machine): number {
  take(machine, 2);
  return machine.view.getUint16(machine.at - 2, true);
}

function u32(machine: Machine): number {
  take(machine, 4);
  return machine.view.getUint32(machine.at - 4, true);
}

function u64(machine: Machine): number {
  take(machine, 8);
  return Number(machine.view.getBigUint64(machine.at - 8, true)); // inexact above 2^53, far beyond any file
}

function f64(machine: Machine): number {
  take(machine, 8);
  return machine.view.getFloat64(machine.at - 8, false);
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    throw damagedPickle('a string is not UTF-8');
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function decimalInteger(text: string): boolean | number | bigint {
  if (text === '00') return false; // protocol 0 spells booleans so
  if (text === '01') return true;
  if (!/^[+-]?\d{1,400}$/.test(text))
    throw damagedPickle(`${JSON.stringify(text.slice(0, 40))} is not an integer`);
  return narrow(BigInt(text));
}

/** Two's complement, least significant byte first. */
function littleEndianInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length > 1024) throw damagedPickle(`an integer of ${bytes.length} bytes`);
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return narrow(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Refuses containers inside themselves and absurd depth, so that a walk through the value comes to an end. */
function checkNesting(value: PickleValue, finished: Set<PickleValue>, depth: number): void {
  if (!Array.isArray(value) && !(value instanceof Map)) return;
  if (finished.has(value)) return;
  if (depth > 500) throw refused('containers nested too deeply or inside themselves');
  const parts = Array.isArray(value) ? value : [...value.keys(), ...value.values()];
  for (const part of parts) checkNesting(part, finished, depth + 1);
  finished.add(value);
}
