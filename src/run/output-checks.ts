import {statSync} from 'node:fs';
import {join} from 'node:path';
import {bytesText} from '../base/bytes-text.js';
import {entriesInSync} from '../base/folder.js';
import {listed} from '../base/near-miss.js';
import {SidestepError} from '../base/problem.js';
import {wildcard} from '../base/wildcard.js';
import type {OutputCheck} from '../config/pipeline.js';
import {openSafetensors, type SafetensorsFile} from '../format/safetensors-read.js';
import {countNonfinite, toFloat32} from '../format/tensor.js';
import {readUserJson} from '../format/user-json.js';
import type {OutputDeclaration} from '../stage/stage-type.js';

type Must = OutputCheck['must'];

/**
 * Holds what a stage left against what its pipeline says of it, before any of it enters the cache. Throws
 * `run/output-check-failed` with all that is wrong, at the first check that failed.
 */
export async function checkOutputs(
  outDir: string,
  declared: readonly OutputDeclaration[],
  checks: readonly OutputCheck[],
): Promise<void> {
  const failed = [];
  for (const check of checks) {
    const {file} = declared.find(({name}) => name === check.output)!; // configuration knows no other names
    const faults = await faultsAt(join(outDir, file, check.path), check.must);
    const name = check.path === '' ? check.output : `${check.output}/${check.path}`;
    if (faults.length > 0) failed.push({check, text: `${name} ${listed(faults, 6)}`});
  }
  if (failed.length === 0) return;
  throw new SidestepError({
    code: 'run/output-check-failed',
    message: `What the stage made is not what \`checks\` asks for: ${failed.map(({text}) => text).join('; ')}`,
    position: failed[0]!.check.position,
    hint: 'Nothing of it was kept. The log of the stage may say why it came out so.',
  });
}

async function faultsAt(path: string, must: Must): Promise<string[]> {
  const stat = statSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return ['is not there'];
  const bytes = stat.isDirectory() ? bytesBelow(path) : stat.size;
  return [
    ...sizeFaults(bytes, must),
    ...(must.json_schema === undefined ? [] : await jsonFaults(path, must.json_schema)),
    ...(must.tensors === undefined ? [] : await tensorFaults(path, must.tensors)),
  ];
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const {name, kind} of entriesInSync(folder)) {
    const path = join(folder, name);
    bytes += kind === 'folder' ? bytesBelow(path) : (statSync(path, {throwIfNoEntry: false})?.size ?? 0);
  }
  return bytes;
}

function sizeFaults(bytes: number, {min_bytes, max_bytes}: Must): string[] {
  const said = `has ${bytesText(bytes)} (${bytes} bytes)`;
  if (min_bytes !== undefined && bytes < min_bytes) return [`${said}, less than ${min_bytes}`];
  return max_bytes !== undefined && bytes > max_bytes ? [`${said}, more than ${max_bytes}`] : [];
}

async function jsonFaults(path: string, schema: NonNullable<Must['json_schema']>): Promise<string[]> {
  const [value, wanted] = [
    await jsonAt(path),
    typeof schema === 'string' ? await jsonAt(schema) : {kind: 'json' as const, value: schema},
  ];
  if (value.kind === 'fault') return [value.fault];
  if (wanted.kind === 'fault') return [`cannot be checked: ${String(schema)} ${wanted.fault}`];
  const {Ajv} = await import('ajv'); // only where somebody checks with a schema of their own
  const ajv = new Ajv({strict: false, allErrors: true, logger: false});
  try {
    const validate = ajv.compile(wanted.value as object);
    if (validate(value.value)) return [];
    return (validate.errors ?? []).map(
      ({instancePath, message}) => `${instancePath || 'as a whole'} ${message}`,
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [`cannot be checked: its json_schema is none (${error.message})`];
  }
}

type ReadJson =
  | {readonly kind: 'json'; readonly value: unknown}
  | {readonly kind: 'fault'; readonly fault: string};

/** By the reader of JSON: a schema is the user's file, and an output another program's. */
async function jsonAt(path: string): Promise<ReadJson> {
  const stat = statSync(path, {throwIfNoEntry: false});
  if (stat?.isFile() !== true) return {kind: 'fault', fault: 'is no file'};
  try {
    return {kind: 'json', value: await readUserJson(path)};
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    const {message, position} = error.problem;
    const line = position === undefined ? '' : `line ${position.line}: `;
    return {kind: 'fault', fault: `is not JSON (${line}${message})`};
  }
}

async function tensorFaults(path: string, must: NonNullable<Must['tensors']>): Promise<string[]> {
  let opened: SafetensorsFile;
  try {
    opened = await openSafetensors(path);
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return [`is no safetensors file: ${error.problem.message}`];
  }
  await using file = opened;
  const found = [...file.tensors.keys()];
  return [
    ...(must.names ?? [])
      .filter((pattern) => !holds(found, pattern))
      .map((pattern) => `has no tensor ${pattern}`),
    ...Object.entries(must.shapes ?? {}).flatMap(([name, shape]) => shapeFaults(file, name, shape)),
    ...(must.finite === true ? await nonfiniteTensors(file) : []),
  ];
}

function holds(names: readonly string[], pattern: string): boolean {
  const fits = wildcard(pattern);
  return names.some((name) => fits.test(name));
}

function shapeFaults({tensors}: SafetensorsFile, pattern: string, wanted: readonly number[]): string[] {
  const fitsName = wildcard(pattern);
  const named = [...tensors].filter(([name]) => fitsName.test(name));
  if (named.length === 0) return [`has no tensor ${pattern}`];
  return named.flatMap(([name, {shape}]) => {
    const fits =
      shape.length === wanted.length && wanted.every((length, i) => length === -1 || length === shape[i]);
    return fits ? [] : [`${name} is [${shape.join(', ')}], not [${wanted.join(', ')}]`];
  });
}

const FLOATS = new Set(['F16', 'BF16', 'F32', 'F64']);

async function nonfiniteTensors(file: SafetensorsFile): Promise<string[]> {
  const faults = [];
  for (const [name, {dtype}] of file.tensors) {
    if (!FLOATS.has(dtype)) continue; // integers always are
    const count = countNonfinite(toFloat32(await file.read(name)));
    if (count > 0) faults.push(`${name} holds ${count} values that are not finite`);
  }
  return faults;
}
