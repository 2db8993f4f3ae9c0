import {existsSync} from 'node:fs';
import {chmod, constants, copyFile, rm} from 'node:fs/promises';
import {dirname, join, relative} from 'node:path';
import {renameDurably, syncFile} from '../base/durable.js';
import type {ContentHash} from '../base/hash.js';
import {makeFolder} from '../base/make-folder.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp, type ObjectRef, type OutputObject} from '../cache/entry.js';
import {type FileHashes, hashOfFile} from '../cache/file-hashes.js';
import {objectPath} from '../cache/layout.js';
import {clearLeftovers, ownedTemporaryName} from '../cache/leftovers.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import {valueAt} from '../stage/param.js';
import {isSampleCollection, partFile} from '../stage/sample-parts.js';
import {readPublished, replacePublished, savePublished} from './published-record.js';

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
}

/**
 * Copies outputs out of the cache to the places that parameters name, file by file and only what differs from what lies
 * there, and removes what an earlier run of the same stage put there and this one has not. Copies, not links: a user may
 * edit them. Files that are not ours, or were edited, are left alone.
 */
export async function publishOutputs(
  stages: Iterable<PlannedStage>,
  {pipeline, cache, view, hashes, record}: Publishing,
): Promise<Published[]> {
  const published: Published[] = [];
  const before = readPublished(record);
  let after = before;
  for (const stage of stages) {
    for (const {output, param} of stage.type.publishes ?? []) {
      const path = valueAt(stage.configured.params, param);
      const object = typeof path === 'string' && path !== '' ? outputOf(stage, output, cache) : undefined;
      if (object === undefined || typeof path !== 'string') continue;
      const files = filesOf(object, path, view);
      await clearLeftovers(
        cache,
        files.map((file) => file.path),
      );
      for (const file of files) await copyOut(cache, file, hashes);
      const lies = Object.fromEntries(files.map((file) => [relative(path, file.path), file.object.hash]));
      const publisher = {pipeline, stage: stage.id, output, path};
      after = await replacePublished(after, publisher, {files: lies, hashes});
      published.push({stage: stage.id, output, path});
    }
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) await savePublished(record, after);
  return published;
}

interface PublishedFile {
  readonly object: ObjectRef;
  readonly path: string;
  readonly mode: number;
}

function filesOf(output: OutputObject, path: string, view: CacheView): PublishedFile[] {
  if (output.kind === 'tree') {
    return output.files.map((file) => ({
      object: file,
      path: join(path, file.path),
      mode: file.executable === 'yes' ? 0o755 : 0o644,
    }));
  }
  const value = output.kind === 'json' ? view.json(output.hash) : undefined;
  if (!isSampleCollection(value)) return [{object: output, path: join(path, output.name), mode: 0o644}];
  const parts = value.samples.flatMap(({sample, parts}) =>
    Object.entries(parts).map(([part, object]) => ({
      object,
      path: join(path, partFile(sample, part)),
      mode: 0o644,
    })),
  );
  return [{object: output, path: join(path, output.name), mode: 0o644}, ...parts];
}

async function copyOut(cache: Cache, {object, path, mode}: PublishedFile, hashes: FileHashes): Promise<void> {
  if ((await hashIfThere(hashes, path)) === object.hash) return;
  await makeFolder(dirname(path));
  const temporary = ownedTemporaryName(cache, path);
  try {
    await copyFile(objectPath(cache.root, object.hash), temporary, constants.COPYFILE_FICLONE);
    await chmod(temporary, mode);
    await syncFile(temporary);
    await renameDurably(temporary, path); // a kill half-way leaves the file of before
  } catch (error) {
    await rm(temporary, {force: true});
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
