import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import type {JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {readUserJson, readUserObject} from '../format/user-json.js';
import {readModuleSelection} from '../stage/module-selection.js';
import {migratePreset} from './arguments.js';
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

/** Whether such an object says where a run reads and writes, which presets never do. */
export function isRunConfig(value: JsonObject): boolean {
  return ['checkpoint_dir', 'dataset_dir', 'output_dir', 'audio_dir'].some((key) => key in value);
}

/** The settings of a run: those of its file, and of the adapter's where Side-Step's checkpoints keep them apart. */
export async function readRunConfig(path: string): Promise<Result<JsonObject>> {
  const config = await readUpstreamPreset(path);
  const beside = join(dirname(path), 'sidestep_adapter_config.json');
  if (!config.ok || basename(path) !== 'training_config.json' || !existsSync(beside)) return config;
  const adapter = await readUpstreamPreset(beside);
  return adapter.ok ? ok({...adapter.value, ...config.value}) : adapter;
}

/** A file that selects modules makes no pipeline; it belongs into one. Problem: `migrate/no-pipeline`. */
export async function refuseSelection(path: string): Promise<Result<undefined>> {
  let selection: ReturnType<typeof readModuleSelection>;
  try {
    selection = readModuleSelection(await readUserJson(path));
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
  if (selection === undefined) return ok(undefined);
  const ranks = selection.rank_pattern === undefined ? '' : ', use: ranks';
  return failure({
    code: 'migrate/no-pipeline',
    message: `${basename(path)} selects ${selection.selected.length} modules; it makes no pipeline`,
    hint: `Write adapter: {type: lora, selection: {estimate: ${basename(path)}${ranks}}} in the train stage.`,
  });
}
