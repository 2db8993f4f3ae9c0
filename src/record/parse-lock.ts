import {isHash} from '../base/hash.js';
import type {Json} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {emptyLock, type LockFile, type StageRecord} from './lock-file.js';

/** What a lock file says, and a warning where its end is missing: a run may go on and write it whole again. */
export interface LockReading {
  readonly lock: LockFile;
  /** `record/empty-lock-file` or `record/cut-lock-file`. */
  readonly warning: Problem | undefined;
}

const REWRITES = '`sidestep run` writes it again; `git checkout` brings back the committed one.';

/**
 * Pure: reads what `printLock` wrote, also with the line ends and the byte order mark that Git and editors on Windows make
 * of it. Problems, each with its line: `record/damaged-lock-file` (a merge conflict, an edit by hand),
 * `record/newer-lock-file`.
 */
export function parseLock(text: string, file: string): Result<LockReading> {
  const {lines, whole} = linesOf(text);
  const newer = newerFormat(lines, file);
  if (newer !== undefined) return failure(newer);
  if (lines.every(({text: line}) => isComment(line))) return ok(empty(file));
  const reader = new LockReader();
  for (const [index, line] of lines.entries()) {
    if (isComment(line.text)) continue;
    if (reader.take(line)) continue;
    const last = !whole && index === lines.length - 1;
    return last ? cut(reader, file, line.number) : failure(damaged(file, line));
  }
  const open = reader.incomplete();
  if (open === undefined && reader.hasStages() && !text.endsWith('\0'))
    return ok({lock: reader.lock(), warning: undefined});
  const end = lines.at(-1)!;
  const atEnd = open === undefined || open === reader.stages().at(-1);
  return atEnd ? cut(reader, file, end.number) : failure(unfinished(file, open, reader.lineOf(open)));
}

interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines without their ends, and whether the last of them has one. */
function linesOf(text: string): {lines: Line[]; whole: boolean} {
  const written = text.replace(/^\ufeff/, '').replace(/\0+$/, ''); // a disk that lost power may leave zeros
  const lines = written.split(/\r?\n/).map((line, index) => ({number: index + 1, text: line}));
  if (lines.at(-1)!.text === '') lines.pop();
  return {lines, whole: text.endsWith('\n')};
}

function isComment(line: string): boolean {
  return line === '' || line.startsWith('#');
}

function newerFormat(lines: readonly Line[], file: string): Problem | undefined {
  for (const {number, text} of lines) {
    const format = /^sidestep_lock: *([0-9]+) *$/.exec(text)?.[1];
    if (format === undefined || Number(format) <= 1) continue;
    return {
      code: 'record/newer-lock-file',
      message: `The lock file has format ${format}: it was written by a newer sidestep, and this one knows format 1`,
      position: {file, line: number, column: 1},
      hint: 'Update sidestep, or remove the lock file: the next `sidestep run` writes one of its own.',
    };
  }
  return undefined;
}

/** What the values of each member of a stage's record are. */
const members: Readonly<Record<keyof StageRecord, 'text' | 'count' | 'hash' | 'values' | 'hashes'>> = {
  uses: 'text',
  version: 'count',
  fingerprint: 'hash',
  params: 'values',
  inputs: 'hashes',
  files: 'hashes',
  numerics: 'values',
  outputs: 'hashes',
};

type Member = {readonly depth: number; readonly key: string; readonly value: Json | undefined};
type Map = Record<string, unknown>;

/** Takes line after line; a class because each line hangs on those before it. */
class LockReader {
  readonly root = newMap();
  private readonly open: Map[] = [this.root];
  private readonly path: string[] = [];
  /** Maps whose members are to follow, each in a line of its own; a map without any is written `{}`. */
  private readonly announced = new Set<unknown>();
  private readonly startsAt: Record<string, number> = Object.create(null) as Record<string, number>;

  /** False for a line that cannot be here. */
  take({text, number}: Line): boolean {
    const member = parseMember(text);
    if (member === undefined || member.depth >= this.open.length) return false;
    this.open.length = member.depth + 1;
    this.path.length = member.depth;
    this.path.push(member.key);
    const parent = this.open[member.depth]!;
    if (Object.hasOwn(parent, member.key) || !fits(this.path, member)) return false;
    if (member.depth === 1) this.startsAt[member.key] = number;
    const value = member.value === undefined || isEmptyMap(member.value) ? newMap() : member.value;
    parent[member.key] = value;
    if (member.value === undefined) this.open.push(value as Map);
    if (member.value === undefined) this.announced.add(value as Map);
    return true;
  }

  hasStages(): boolean {
    return this.root.stages !== undefined && !this.isCutOff(this.root.stages);
  }

  stages(): string[] {
    return Object.keys((this.root.stages ?? {}) as Map);
  }

  lineOf(stage: string): number {
    return this.startsAt[stage] ?? 1;
  }

  /** The first stage that lacks a member. */
  incomplete(): string | undefined {
    const stages = (this.root.stages ?? {}) as Record<string, Map>;
    return this.stages().find((stage) =>
      Object.keys(members).some((name) => {
        const record = stages[stage]!;
        return !Object.hasOwn(record, name) || this.isCutOff(record[name]);
      }),
    );
  }

  private isCutOff(value: unknown): boolean {
    return this.announced.has(value) && Object.keys(value as Map).length === 0;
  }

  /** Of the stages up to one that is not whole. */
  lock(): LockFile {
    const open = this.incomplete();
    const all = Object.entries((this.root.stages ?? {}) as LockFile['stages']);
    const whole = open === undefined ? all : all.filter(([stage]) => stage !== open);
    return {
      sidestep_lock: 1,
      stages: Object.assign(newMap(), Object.fromEntries(whole)) as LockFile['stages'],
    };
  }
}

/** Without a prototype: a stage may be called `constructor`. */
function newMap(): Map {
  return Object.create(null) as Map;
}

function fits([top, stage, name, leaf]: readonly string[], {value}: Member): boolean {
  if (stage === undefined) {
    if (top === 'sidestep_lock') return value === 1;
    return top === 'stages' && (value === undefined || isEmptyMap(value));
  }
  if (top !== 'stages') return false;
  if (name === undefined) return value === undefined;
  const kind = Object.hasOwn(members, name) ? members[name as keyof StageRecord] : undefined;
  if (kind === undefined) return false;
  if (leaf !== undefined) return kind === 'values' ? isSound(value, 0) : isHashText(value);
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'count':
      return Number.isSafeInteger(value);
    case 'hash':
      return isHashText(value);
    case 'values':
    case 'hashes':
      return value === undefined || isEmptyMap(value) || (name === 'numerics' && value === null);
  }
}

function isHashText(value: Json | undefined): boolean {
  return typeof value === 'string' && isHash(value);
}

function isEmptyMap(value: Json | undefined): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

/** JSON's grammar has numbers without end (`1e999`) and lists in lists without end; no stage has them. */
function isSound(value: Json | undefined, depth: number): boolean {
  if (value === undefined || depth > 100) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  return (
    typeof value !== 'object' ||
    value === null ||
    Object.values(value).every((each: Json) => isSound(each, depth + 1))
  );
}

const LINE = /^((?: {2})*)("(?:[^"\\]|\\.)*"|[A-Za-z_][\w.-]*):(?: (.+))?$/;

function parseMember(line: string): Member | undefined {
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

function empty(file: string): LockReading {
  const message = 'The lock file is empty, as after a full disk';
  const position = {file, line: 1, column: 1};
  return {lock: emptyLock, warning: {code: 'record/empty-lock-file', message, position, hint: REWRITES}};
}

function cut(reader: LockReader, file: string, line: number): Result<LockReading> {
  const within = reader.incomplete() ?? reader.stages().at(-1);
  const warning = {
    code: 'record/cut-lock-file',
    message: `The lock file ends ${within === undefined ? 'before its first stage' : `within ${within}`}, as after a full disk`,
    position: {file, line, column: 1},
    hint: REWRITES,
  };
  return ok({lock: reader.lock(), warning});
}

function damaged(file: string, {number, text}: Line): Problem {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  const conflict = /^(<{7}|\|{7}|={7}|>{7})/.test(text);
  return {
    code: 'record/damaged-lock-file',
    message: conflict
      ? 'A merge conflict is left in the lock file'
      : `This is not a line that sidestep writes into a lock file: ${shown.trim()}`,
    position: {file, line: number, column: 1},
    hint: 'Take either side with `git checkout --ours` or `git checkout --theirs`, or remove the file: the next `sidestep run` writes it.',
  };
}

function unfinished(file: string, stage: string, line: number): Problem {
  return {
    code: 'record/damaged-lock-file',
    message: `The record of ${stage} is not complete`,
    position: {file, line, column: 1},
    hint: 'Remove the lines of this stage, or the file: the next `sidestep run` writes them.',
  };
}
