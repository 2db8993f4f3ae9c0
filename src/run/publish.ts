import {existsSync} from 'node:fs';
import {constants, copyFile} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {isFileError, renameDurably, syncFile} from '../base/durable.js';
import type {ContentHash} from '../base/hash.js';
import {own} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {listed} from '../base/near-miss.js';
import {allow} from '../base/permissions.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {removeFile} from '../base/remove.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {waitForClaim} from '../cache/claim.js';
import {lookUp} from '../cache/entries.js';
import type {ObjectRef, OutputObject} from '../cache/entry.js';
import {type FileHashes, hashOfFile} from '../cache/file-hashes.js';
import {objectPath} from '../cache/layout.js';
import {clearLeftovers, ownedTemporaryName} from '../cache/leftovers.js';
import type {RunEvent} from '../event/event.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import {valueAt} from '../stage/param.js';
import {fileWithin, isSampleCollection, partFile, type SampleParts} from '../stage/sample-parts.js';
import {isProtected} from './protected-places.js';
import {
  intended,
  type PublishedRecord,
  publishedIn,
  readPublished,
  replacePublished,
  savePublished,
} from './published-record.js';
import {checkObjects} from './soundness.js';

/** A result that lies where the user wanted it. */
export interface Published {
  readonly stage: StageId;
  readonly output: string;
  readonly path: string;
}

export interface Publishing {
  /** Who publishes: a pipeline, or an experiment with it. */
  readonly pipeline: string;
  readonly cache: Cache;
  readonly view: CacheView;
  readonly hashes: FileHashes;
  /** The file in which the project remembers what it published. */
  readonly record: string;
  /** Stages known to have nothing to copy; see outdatedStages. */
  readonly current: ReadonlySet<StageId>;
  /** Stages whose protected places may be written over, by id or by their key in the file. */
  readonly overwrite: readonly string[];
  readonly emit: (event: RunEvent) => void;
  /** Aborts when the user will not wait for another run that publishes. */
  readonly signal: AbortSignal;
}

/** Of stages in the cache: those with a file to publish that does not lie where it should, and those without. */
export async function outdatedStages(
  stages: Iterable<PlannedStage>,
  {cache, view, hashes}: Pick<Publishing, 'cache' | 'view' | 'hashes'>,
): Promise<{readonly outdated: Set<StageId>; readonly current: Set<StageId>}> {
  const outdated = new Set<StageId>();
  const current = new Set<StageId>();
  for (const stage of stages) {
    if (stage.verdict.kind !== 'cached') continue;
    const files = publishedBy(stage, cache).flatMap(({object, path}) =>
      filesOf({output: object, path, samples: stage.type.samples}, view),
    );
    const lie = await Promise.all(files.map((file) => liesThere(file, hashes)));
    (lie.includes(false) ? outdated : current).add(stage.id);
  }
  return {outdated, current};
}

/**
 * Copies outputs out of the cache to the places that parameters name, file by file and only what differs from what lies
 * there, and removes what an earlier run of the same stage put there and this one has not. Copies, not links: a user may
 * edit them. Files that are not ours, or were edited, are left alone. One run at a time: two would take each other's files for
 * edits, and each would forget in the record what the other wrote.
 */
export async function publishOutputs(
  stages: Iterable<PlannedStage>,
  publishing: Publishing,
): Promise<Published[]> {
  const {cache, current, signal} = publishing;
  const all = [...stages];
  const copies = all.some((stage) => !current.has(stage.id) && publishedBy(stage, cache).length > 0);
  if (!copies) return publishAll(all, publishing);
  const claim = await waitForClaim(cache, {name: 'publishing', signal, onWait: () => {}}).catch(
    whereReadOnly,
  );
  try {
    return await publishAll(all, publishing);
  } finally {
    await claim?.release();
  }
}

/** Who may not write into the cache or the project copies out all the same: where that cannot be done, the copying says it. */
function whereReadOnly(error: unknown): undefined {
  if (!isFileError(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
}

async function publishAll(
  stages: readonly PlannedStage[],
  {pipeline, cache, view, hashes, record, current, overwrite, emit}: Publishing,
): Promise<Published[]> {
  const published: Published[] = [];
  const before = readPublished(record);
  let after = before;
  for (const stage of stages) {
    for (const {output, object, path} of publishedBy(stage, cache)) {
      const files = filesOf({output: object, path, samples: stage.type.samples}, view);
      const lies = Object.fromEntries(files.map((file) => [relative(path, file.path), file.object.hash]));
      const publisher = {pipeline, stage: stage.id, output, path};
      const guarded = isProtected(stage.configured, overwrite)
        ? await protectedFiles(files, {path, lies, before, hashes})
        : [];
      if (guarded.length > 0) {
        emit({kind: 'warning', stage: stage.id, problem: keptProtected(stage, path, guarded)});
        continue;
      }
      if (!current.has(stage.id)) {
        const isEdited = known(before, path);
        after = intended(after, publisher, lies);
        await savePublished(record, after).catch(whereReadOnly);
        await copyAllOut(files, {cache, hashes, emit, path, isEdited, stage: stage.id});
      }
      after = await replacePublished(after, publisher, {files: lies, hashes});
      published.push({stage: stage.id, output, path});
    }
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) await savePublished(record, after);
  return published;
}

interface Place {
  readonly path: string;
  readonly lies: Readonly<Record<string, ContentHash>>;
  readonly before: PublishedRecord;
  readonly hashes: FileHashes;
}

/** What publishing would replace, and what of an earlier result it would remove. */
async function protectedFiles(files: readonly PublishedFile[], place: Place): Promise<string[]> {
  const {path, lies, before, hashes} = place;
  const replaced: string[] = [];
  for (const file of files)
    if (existsSync(file.path) && !(await liesThere(file, hashes))) replaced.push(file.path);
  const earlier = publishedIn(before, path).flatMap((published) => Object.keys(published));
  const removed = earlier
    .filter((name) => lies[name] === undefined)
    .map((name) => join(path, name))
    .filter((each) => existsSync(each));
  return [...new Set([...replaced, ...removed])];
}

function keptProtected({id}: PlannedStage, path: string, files: readonly string[]): Problem {
  return {
    code: 'run/protected',
    message: `What ${id} published at ${path} is protected and was left as it is; another result is in the cache (it would replace or remove ${listed(
      files.map((file) => relative(path, file)),
      4,
    )})`,
    hint: `Publish it with \`sidestep run --overwrite ${id}\`, or give the stage another place.`,
  };
}

/** The outputs of a stage that a parameter gives a place. */
function publishedBy(
  stage: PlannedStage,
  cache: Cache,
): {readonly output: string; readonly object: OutputObject; readonly path: string}[] {
  return (stage.type.publishes ?? []).flatMap(({output, param}) => {
    const path = valueAt(stage.configured.params, param);
    if (typeof path !== 'string' || path === '') return [];
    const object = outputOf(stage, output, cache);
    return object === undefined ? [] : [{output, object, path}];
  });
}

async function liesThere({object, path}: PublishedFile, hashes: FileHashes): Promise<boolean> {
  return (await hashIfThere(hashes, path)) === object.hash;
}

async function copyAllOut(
  files: readonly PublishedFile[],
  {cache, hashes, emit, path, isEdited, stage}: CopyingOut,
): Promise<void> {
  const missing: PublishedFile[] = [];
  for (const file of files) if (!(await liesThere(file, hashes))) missing.push(file);
  await clearLeftovers(
    cache,
    files.map(({path}) => path),
  );
  const [damaged] = await checkObjects(
    cache,
    missing.map(({object}) => object),
    emit,
  );
  if (damaged !== undefined) throw damagedOutput(missing.find(({object}) => object.hash === damaged.hash)!);
  const kept: string[] = [];
  for (const file of missing) {
    if (isEdited(relative(path, file.path), await hashIfThere(hashes, file.path)))
      kept.push(await keepAside(file.path));
    await copyOut(cache, file);
  }
  if (kept.length > 0) emit({kind: 'warning', stage, problem: keptAside(kept)});
}

interface CopyingOut extends Pick<Publishing, 'cache' | 'hashes' | 'emit'> {
  readonly path: string;
  readonly isEdited: KnownFiles;
  readonly stage: StageId;
}

/** Of a file below a folder with this content: whether somebody changed it since a run left it. */
type KnownFiles = (file: string, now: ContentHash | undefined) => boolean;

/** What was never published there has no edits of ours to speak of. */
function known(record: PublishedRecord, path: string): KnownFiles {
  const published = publishedIn(record, path);
  return (file, now) => {
    const hashes = published.flatMap((files) => own(files, file) ?? []);
    return now !== undefined && hashes.length > 0 && !hashes.includes(now);
  };
}

/** The place belongs to the result, the work of a person's hands is not lost for it. */
async function keepAside(path: string): Promise<string> {
  const names = Array.from({length: 1000}, (_, i) => `${path}.edited${i === 0 ? '' : `-${i + 1}`}`);
  const aside = names.find((name) => !existsSync(name)) ?? names[0]!;
  await renameDurably(path, aside);
  return aside;
}

function keptAside(kept: readonly string[]): Problem {
  return {
    code: 'run/edited-kept',
    message: `Published files were edited since; their edits are kept as ${listed(kept, 6)}, and what the run made is back in their place`,
    hint: 'To keep edits where they are, copy the folder to another place.',
  };
}

function damagedOutput({path}: PublishedFile): SidestepError {
  return new SidestepError({
    code: 'run/output-damaged',
    message: `What belongs at ${path} was found damaged in the cache, and removed`,
    hint: 'Run again: it will be computed again.',
  });
}

interface PublishedFile {
  readonly object: ObjectRef;
  readonly path: string;
  readonly mode: number;
}

interface Publication {
  readonly output: OutputObject;
  readonly path: string;
  readonly samples: SampleParts | undefined;
}

function filesOf({output, path, samples}: Publication, view: CacheView): PublishedFile[] {
  if (output.kind === 'tree') {
    return output.files.map((file) => ({
      object: file,
      path: join(path, file.path),
      mode: file.executable ? 0o777 : 0o666,
    }));
  }
  const value = output.kind === 'json' ? view.json(output.hash) : undefined;
  if (!isSampleCollection(value)) return [{object: output, path: join(path, output.name), mode: 0o666}];
  const nameOf = samples?.file ?? (({sample}, part) => partFile(sample, part));
  const parts = value.samples.flatMap((sample) =>
    Object.entries(sample.parts).map(([part, object]) => ({
      object,
      path: join(path, fileWithin(nameOf(sample, part))),
      mode: 0o666,
    })),
  );
  return [{object: output, path: join(path, output.name), mode: 0o666}, ...parts];
}

async function copyOut(cache: Cache, {object, path, mode}: PublishedFile): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = ownedTemporaryName(cache, path);
  try {
    await copyFile(objectPath(cache.root, object.hash), temporary, constants.COPYFILE_FICLONE);
    await allow(temporary, mode);
    await syncFile(temporary);
    await renameDurably(temporary, path); // a kill half-way leaves the file of before
  } catch (error) {
    await removeFile(temporary).catch(() => {}); // what went wrong first is said
    throw error;
  }
}

async function hashIfThere(hashes: FileHashes, path: string): Promise<ContentHash | undefined> {
  return existsSync(path) ? (await hashOfFile(hashes, path)).hash : undefined;
}

function outputOf(stage: PlannedStage, output: string, cache: Cache): OutputObject | undefined {
  if (stage.outputs?.[output] === undefined || stage.fingerprint === undefined) return undefined;
  const state = lookUp(cache, stage.fingerprint);
  return state.kind === 'present' ? state.entry.outputs[output] : undefined;
}
