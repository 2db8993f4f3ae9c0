import {basename, dirname} from 'node:path';
import type {JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {readUserObject} from '../format/user-json.js';
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

/** An upstream preset's JSON object. Problems: those of reading a user's JSON, `json/not-an-object` among them. */
export async function readUpstreamPreset(path: string): Promise<Result<JsonObject>> {
  try {
    return ok(await readUserObject(path));
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
}
