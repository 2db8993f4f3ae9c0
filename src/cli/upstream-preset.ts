import {readFile} from 'node:fs/promises';
import {basename, dirname} from 'node:path';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {failure, ok, type Result} from '../base/result.js';
import {migratePreset} from './migrate-arguments.js';
import {migratedPreset} from './migrated-text.js';
import {loadFlagTable} from './upstream-flags.js';

/** The text of our preset that says what an upstream preset file says. Problems: `migrate/*`. */
export async function fromUpstreamPreset(path: string): Promise<Result<string>> {
  const preset = await readUpstreamPreset(path);
  if (!preset.ok) return preset;
  const migrated = migratePreset(preset.value, await loadFlagTable());
  if (migrated.problems.length > 0) return failure(...migrated.problems);
  const {description} = preset.value;
  const folder = dirname(path);
  const name = basename(path, '.json');
  const about = typeof description === 'string' ? description : '';
  return ok(
    migratedPreset(migrated, {folder, cwd: folder, name, source: basename(path), description: about}),
  );
}

/** An upstream preset's JSON object. Problem: `migrate/unreadable`. */
export async function readUpstreamPreset(path: string): Promise<Result<JsonObject>> {
  const unreadable = (why: string): Result<JsonObject> =>
    failure({code: 'migrate/unreadable', message: `Cannot use ${path} as a preset: ${why}`});
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as Json;
    return isJsonObject(value) ? ok(value) : unreadable('it holds no object');
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}
