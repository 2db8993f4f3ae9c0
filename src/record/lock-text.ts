import type {Json, JsonObject} from '../base/json.js';
import {failure, ok, type Result} from '../base/result.js';
import type {LockFile, StageRecord} from './lock-file.js';

/**
 * The lock file's text: YAML of the plainest kind (two-space indentation, one `key: value` a line, values in JSON), so
 * that it diffs well and a thousand stages are read in milliseconds, where a general YAML parser needs seconds.
 */
const HEADER = `# Written by sidestep. Commit it: with the pipeline and the audio it reproduces every result.
sidestep_lock: 1
`;

export function printLock(lock: LockFile): string {
  const stages = Object.entries(lock.stages);
  if (stages.length === 0) return `${HEADER}stages: {}\n`;
  return `${HEADER}stages:\n${stages.map(([id, record]) => printMember(id, record as unknown as JsonObject, 1)).join('')}`;
}

function printMember(key: string, value: Json, depth: number): string {
  const indent = '  '.repeat(depth);
  // Nesting stops at the members of a record, so that no value can look like structure.
  if (depth < 3 && isNonEmptyMap(value)) {
    const members = Object.entries(value).map(([name, member]) => printMember(name, member, depth + 1));
    return `${indent}${printKey(key)}:\n${members.join('')}`;
  }
  return `${indent}${printKey(key)}: ${JSON.stringify(value)}\n`;
}

/** Plain where YAML and people see plain text; in quotes where YAML might see more in it. */
function printKey(key: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key)
    ? key
    : JSON.stringify(key);
}

function isNonEmptyMap(value: Json): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
  );
}

/** Reads what `printLock` wrote. Anything else (a merge conflict, an edit by hand) is a problem with its line. */
export function parseLock(text: string, file: string): Result<LockFile> {
  const root = newMap();
  const open: Record<string, unknown>[] = [root];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const member = parseMember(line);
    if (member === undefined || member.depth >= open.length) return damaged(file, index + 1, line);
    open.length = member.depth + 1;
    const parent = open[member.depth]!;
    if (Object.hasOwn(parent, member.key)) return damaged(file, index + 1, line);
    parent[member.key] = member.value === undefined ? newMap() : member.value;
    if (member.value === undefined) open.push(parent[member.key] as Record<string, unknown>);
  }
  if (root.sidestep_lock !== 1) return damaged(file, 1, text.split('\n', 1)[0]!);
  return checkStages(root as unknown as LockFile, file);
}

/** Without a prototype: a stage may be called `constructor`. */
function newMap(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

const LINE = /^((?: {2})*)("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.-]*):(?: (.+))?$/;

function parseMember(line: string): {depth: number; key: string; value: Json | undefined} | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  try {
    const key = match[2]!.startsWith('"') ? (JSON.parse(match[2]!) as string) : match[2]!;
    const value = match[3] === undefined ? undefined : (JSON.parse(match[3]) as Json);
    return {depth: match[1]!.length / 2, key, value};
  } catch {
    return undefined; // not JSON: reported as damaged with its line
  }
}

function checkStages(lock: LockFile, file: string): Result<LockFile> {
  const wrong = Object.entries(lock.stages ?? {}).find(([, record]) => !isStageRecord(record));
  return wrong === undefined && lock.stages !== undefined
    ? ok(lock)
    : damaged(file, 1, `stages.${wrong?.[0] ?? ''}`);
}

function isStageRecord(record: Partial<StageRecord>): record is StageRecord {
  const maps = [record.params, record.inputs, record.files, record.outputs];
  return (
    typeof record.fingerprint === 'string' && maps.every((map) => typeof map === 'object' && map !== null)
  );
}

function damaged(file: string, line: number, found: string): Result<never> {
  return failure({
    code: 'record/damaged-lock-file',
    message: `This is not a line that sidestep writes into a lock file: ${found.trim()}`,
    position: {file, line, column: 1},
    hint: 'After a merge conflict, take either side; `sidestep run` then writes it anew. The file may also be removed.',
  });
}
