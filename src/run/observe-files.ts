import {type BigIntStats, statSync} from 'node:fs';
import {basename, extname, join} from 'node:path';
import {isFileError, isTemporaryName} from '../base/durable.js';
import {entriesInSync} from '../base/folder.js';
import {linkLoop} from '../base/follow-links.js';
import {type ContentHash, contentHash} from '../base/hash.js';
import {canonicalJson, type Json} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import {notAFile, oddKind} from '../base/plain-file.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {realPathSync} from '../base/real-path.js';
import {sameLetters} from '../base/same-letters.js';
import {type FileHashes, hashOfFile} from '../cache/file-hashes.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {fileLeaves} from '../plan/fingerprint-parts.js';
import type {FileObservation} from '../plan/world.js';
import {fileKey} from '../plan/world.js';
import {pathMatches} from '../stage/param.js';
import type {FileParam, StageType} from '../stage/stage-type.js';
import {mentionedFiles, userJsonIn} from './mentioned-files.js';
import {firstShapes} from './sample-shapes.js';

/** Looks at every file and folder that the stages' parameters name. Problems become observations: they block one stage. */
export async function observeFiles(
  stages: readonly ConfiguredStage[],
  types: ReadonlyMap<string, StageType>,
  hashes: FileHashes,
): Promise<Map<string, FileObservation>> {
  const seen = new Map<string, FileObservation>();
  const shared = new Map<string, FileObservation>(); // many stages may name one folder
  for (const configured of stages) {
    const type = types.get(configured.uses);
    if (type === undefined || configured.when.kind === 'skip') continue;
    for (const {path, value} of fileLeaves(configured, type)) {
      const param = type.files.find((file) => pathMatches(path, file.param))!;
      const key = JSON.stringify([
        value,
        param.identity,
        param.kind,
        param.extensions,
        param.json,
        param.holds,
        param.shapes,
      ]);
      const observation = shared.get(key) ?? (await observe(String(value), param, hashes));
      shared.set(key, observation);
      seen.set(fileKey(configured.id, path), located(observation, configured, path));
    }
  }
  return seen;
}

/** A problem of a file is shown where the file is named. */
function located(observation: FileObservation, configured: ConfiguredStage, path: string): FileObservation {
  if (observation.kind === 'found') return observation;
  const position = configured.positions[path] ?? configured.position;
  return {
    kind: 'problem',
    problem: {
      ...observation.problem,
      position,
      message: `${configured.id}, ${path}: ${observation.problem.message}`,
    },
  };
}

async function observe(path: string, param: FileParam, hashes: FileHashes): Promise<FileObservation> {
  try {
    const stat = statSync(path);
    const odd = oddKind(stat);
    if (odd !== undefined) return {kind: 'problem', problem: notAFile(path, odd).problem};
    const problem = wrongKind(path, stat.isDirectory() ? 'folder' : 'file', param);
    if (problem !== undefined) return {kind: 'problem', problem};
    const seen = stat.isDirectory()
      ? await observeFolder(path, param, hashes)
      : await observeFile(path, param, hashes);
    const lacking = lackOf(path, stat.isDirectory() ? listingOf(seen) : undefined, param);
    if (lacking !== undefined) return {kind: 'problem', problem: lacking};
    const shapes = param.shapes === undefined ? undefined : await firstShapes(path);
    return {...seen, ...jsonOf(path, param), ...(shapes && {shapes})};
  } catch (error) {
    return {kind: 'problem', problem: fileProblem(path, error)};
  }
}

/** The JSON that a parameter's file is looked at for; a large file is left to the stage. */
function jsonOf(path: string, {json}: FileParam): {readonly json?: Json} {
  const names = json === undefined ? [] : [json].flat();
  const isFolder = statSync(fsPath(path)).isDirectory();
  const files = names
    .filter((name) => (name === '.') !== isFolder)
    .map((name) => (isFolder ? join(path, name) : path));
  const file = files.find((each) => {
    const stat = statSync(fsPath(each), {throwIfNoEntry: false});
    return stat?.isFile() && stat.size <= MOST_JSON_BYTES;
  });
  return file === undefined ? {} : {json: userJsonIn(file)};
}

function listingOf(seen: FileObservation): readonly string[] {
  return seen.kind === 'found' ? Object.keys(seen.listing) : [];
}

/** A folder without a single file of those that the stage takes: it would say so when its turn comes, hours later. */
function lackOf(path: string, files: readonly string[] | undefined, {holds}: FileParam): Problem | undefined {
  if (holds === undefined || files === undefined) return undefined;
  if (files.some((file) => holds.some((ending) => file.toLowerCase().endsWith(ending)))) return undefined;
  return {
    code: 'run/nothing-to-read',
    message: `${shownPath(path)} holds no file that ends in ${holds.join(' or ')}`,
    hint: files.length === 0 ? 'It is empty.' : `It holds ${listed([...files], 4)}.`,
  };
}

const MOST_JSON_BYTES = 4 * 2 ** 20;

async function observeFile(path: string, param: FileParam, hashes: FileHashes): Promise<FileObservation> {
  if (param.identity === 'stat_and_path') {
    const mark = statMark(path);
    return {kind: 'found', content: undefined, place: hashOf([path, mark]), listing: {'': mark}};
  }
  const {hash} = await hashOfFile(hashes, path);
  const mentioned = param.mentions === undefined ? {} : mentionedMarks(path, param.mentions);
  const place = param.identity === 'content_and_path' ? hashOf([path, mentioned]) : undefined;
  return {kind: 'found', content: hash, place, listing: {'': hash, ...mentioned}};
}

/** Sizes and times of the files that a file names, and of those whose names differ only in case or Unicode form. */
function mentionedMarks(path: string, mentions: NonNullable<FileParam['mentions']>): Record<string, string> {
  const marks: Record<string, string> = {};
  for (const {name, there} of mentionedFiles(path, mentions)) {
    for (const found of there) {
      const mark = statMarkIfThere(found);
      const file = basename(found);
      if (mark !== undefined) marks[file === basename(name) ? name : `${name} (${file})`] = mark;
    }
  }
  return marks;
}

function statMarkIfThere(path: string): string | undefined {
  const stat = statSync(fsPath(path), {bigint: true, throwIfNoEntry: false});
  return stat && markText(stat);
}

async function observeFolder(folder: string, param: FileParam, hashes: FileHashes): Promise<FileObservation> {
  const files = listFolder(folder, param.extensions);
  const listing: Record<string, string> = Object.create(null); // a file may be called __proto__
  if (param.identity === 'stat_and_path') {
    for (const file of files) listing[file] = statMark(join(folder, file));
    return {kind: 'found', content: undefined, place: hashOf([folder, listing]), listing};
  }
  for (const file of files) listing[file] = (await hashOfFile(hashes, join(folder, file))).hash;
  const place = param.identity === 'content_and_path' ? hashOf([folder]) : undefined;
  return {kind: 'found', content: hashOf(listing), place, listing};
}

/** Names that start with a dot belong to programs, not to the user; the product's own unfinished files count nowhere. */
export function countsInFolder(name: string): boolean {
  return !name.startsWith('.') && !isTemporaryName(name);
}

/**
 * Relative paths of all files below a folder, in code-unit order. Symbolic links are followed; a folder that links back
 * to one it is in is refused (`run/link-loop`). Which names count, `countsInFolder` says.
 */
export function listFolder(root: string, extensions?: readonly string[]): string[] {
  const found: string[] = [];
  const walk = (below: string, parents: readonly string[]) => {
    const here = join(root, below);
    const real = realPathSync(here);
    if (parents.includes(real)) throw linkLoop('run/link-loop', here, real);
    for (const {name, kind} of entriesInSync(here)) {
      if (!countsInFolder(name)) continue;
      const path = below === '' ? name : `${below}/${name}`;
      const target = kind === 'link' ? targetKind(join(root, path)) : kind;
      if (target === 'folder') walk(path, [...parents, real]);
      else if (target === 'file' && wanted(path, extensions)) found.push(path);
    }
  };
  walk('', []);
  return found.sort();
}

/** What a link leads to; nothing for one that leads nowhere, or to itself. */
function targetKind(path: string): 'file' | 'folder' | undefined {
  try {
    const found = statSync(fsPath(path), {throwIfNoEntry: false});
    return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined;
  } catch (error) {
    if (isFileError(error, 'ELOOP')) return undefined;
    throw error;
  }
}

function wanted(path: string, extensions: readonly string[] | undefined): boolean {
  return extensions === undefined || extensions.includes(extname(path).toLowerCase());
}

function statMark(path: string): string {
  return markText(statSync(fsPath(path), {bigint: true}));
}

/** The change time is among them: tag editors keep a file's size and set its modification time back. */
function markText({size, mtimeNs, ctimeNs}: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs}`;
}

function hashOf(value: Json): ContentHash {
  return contentHash(canonicalJson(value));
}

function wrongKind(path: string, found: 'file' | 'folder', param: FileParam): Problem | undefined {
  if (param.kind === 'file_or_folder' || param.kind === found) return undefined;
  return {
    code: 'run/not-a-file',
    message: `expected a ${param.kind} but ${shownPath(path)} is a ${found}`,
    hint: `Name a ${param.kind} here.`,
  };
}

function fileProblem(path: string, error: unknown): Problem {
  if (error instanceof SidestepError) return error.problem;
  if (isFileError(error, 'ENOENT', 'ENOTDIR')) {
    return {
      code: 'run/file-missing',
      message: `${shownPath(path)} does not exist`,
      hint: missingHint(path),
    };
  }
  if (isFileError(error, 'EACCES', 'EPERM')) {
    return {
      code: 'run/file-not-readable',
      message: `${shownPath(path)} may not be read`,
      hint: 'Change its permissions.',
    };
  }
  if (isFileError(error, 'ELOOP')) {
    return {
      code: 'run/link-loop',
      message: `${shownPath(path)} is a symbolic link that leads back to itself`,
      hint: 'Point it somewhere, or name what was meant.',
    };
  }
  throw error;
}

/** Two names may look the same and be written otherwise: macOS writes é as two characters. */
function missingHint(path: string): string {
  return sameLetters(path) === undefined
    ? 'Relative paths start from the folder of the pipeline file.'
    : 'What is there has the same letters in another Unicode form: rename it, or copy its name from what lists the folder.';
}
