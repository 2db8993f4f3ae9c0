import {readdirSync, readFileSync, statSync} from 'node:fs';
import {hostname} from 'node:os';
import {join, resolve} from 'node:path';
import {sha256} from '../base/hash.js';
import {ok, type Result} from '../base/result.js';
import {readState, writeState} from '../base/state-file.js';
import {builtInPresets, userFolder} from './folders.js';
import {type LoadOptions, loadPipeline} from './load.js';
import type {Pipeline} from './pipeline.js';
import {programBuild} from './program-build.js';

/** A resolved pipeline with all that it was resolved from. */
interface Remembered {
  /** Which build of the program resolved it. */
  readonly program: string;
  /** Content hash of every file that was read. */
  readonly sources: Readonly<Record<string, string>>;
  /** Names in the folders where presets and settings may be: a new file there may win over the one that was read. */
  readonly folders: Readonly<Record<string, string>>;
  readonly pipeline: Pipeline;
}

/**
 * Loads a pipeline, or takes what an earlier run resolved if every file, folder and variable it came from is unchanged.
 * Reading YAML with the place of every value is most of the work of a run that has nothing to do.
 */
export async function loadRemembered(
  path: string,
  options: LoadOptions & {readonly memory_dir: string},
): Promise<Result<Pipeline>> {
  const file = resolve(path);
  // the folder may be shared by machines, which may have profiles of their own
  const asked = [file, options.overrides ?? [], options.env.SIDESTEP_PROFILE ?? '', hostname()];
  const place = join(options.memory_dir, `${sha256(JSON.stringify(asked))}.json`);
  const known = recall(place, options.env);
  if (known !== undefined) return ok(known);
  const began = Date.now();
  const loaded = await loadPipeline(path, options);
  if (loaded.ok && unchangedSince(loaded.value.sources, began))
    await remember(place, loaded.value, options.env);
  return loaded;
}

/** Slack for file systems whose clock ticks coarsely. */
const TICK_MS = 50;

/** Whether no source can have changed while it was read: its hash, taken later, might then belong to another text. */
function unchangedSince(sources: readonly string[], began: number): boolean {
  return sources.every(
    (path) => (statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? began) < began - TICK_MS,
  );
}

function recall(place: string, env: LoadOptions['env']): Pipeline | undefined {
  const remembered = readState(place) as Remembered | undefined; // sealed: it is what was resolved, or nothing
  if (remembered === undefined) return undefined;
  const {program, sources, folders, pipeline} = remembered;
  const unchanged =
    program === programBuild() &&
    Object.entries(sources).every(([path, hash]) => hashOf(path) === hash) &&
    Object.entries(folders).every(([path, names]) => listing(path) === names) &&
    Object.entries(pipeline.env).every(([name, value]) => env[name] === value);
  return unchanged ? pipeline : undefined;
}

/** Memory only saves time: where it cannot be written, the next run resolves again. */
async function remember(place: string, pipeline: Pipeline, env: LoadOptions['env']): Promise<void> {
  const user = userFolder(env);
  const folders = [user, join(user, 'presets'), join(pipeline.dir, 'presets'), builtInPresets()];
  const remembered: Remembered = {
    program: programBuild(),
    sources: Object.fromEntries(pipeline.sources.map((path) => [path, hashOf(path) ?? ''])),
    folders: Object.fromEntries(folders.map((path) => [path, listing(path)])),
    pipeline,
  };
  await writeState(place, remembered);
}

function hashOf(path: string): string | undefined {
  const bytes = bytesOf(path);
  return bytes === undefined ? undefined : sha256(bytes);
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined; // a pipe would be waited for
  } catch {
    return undefined;
  }
}

function listing(folder: string): string {
  try {
    return readdirSync(folder).sort().join('\n');
  } catch {
    return '';
  }
}
