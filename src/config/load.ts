import {readFile, stat} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {failure, type Result} from '../base/result.js';
import {userFolder} from './folders.js';
import type {Pipeline} from './pipeline.js';
import {loadSettings} from './settings.js';

export interface LoadOptions {
  /** `path=value` arguments of `--set`, in order. */
  readonly overrides?: readonly string[];
  /** The process's environment; only the variables a pipeline lists are used. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads a pipeline file with the presets and settings that belong to it. Fails with all problems at once. */
export async function loadPipeline(path: string, options: LoadOptions): Promise<Result<Pipeline>> {
  const file = resolve(path);
  const text = await readPipeline(file).catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') return unreadable(path, text);
  const user_dir = userFolder(options.env);
  const settings = await loadSettings(user_dir);
  if (!settings.ok) return settings;
  const named = [text, ...(options.overrides ?? [])].some((part) => part.includes('preset'));
  // Lazy: a run that remembers its pipeline needs neither the YAML parser nor the validators.
  const {resolvePipeline} = await import('./resolve.js');
  const presets = named
    ? await (await import('./preset.js')).findPresets({project_dir: dirname(file), user_dir})
    : [];
  return resolvePipeline({
    file,
    text,
    settings: settings.value,
    presets,
    overrides: options.overrides ?? [],
    env: options.env,
  });
}

/** A pipe or a device is no pipeline: reading it may never end, and nothing could be kept beside it. */
async function readPipeline(file: string): Promise<string> {
  const found = await stat(file);
  if (!found.isFile() && !found.isDirectory())
    throw new Error(
      'it is a pipe or a device; lock file and cache lie beside a pipeline, so it has to be a file',
    );
  return readFile(file, 'utf8');
}

function unreadable(path: string, error: NodeJS.ErrnoException): Result<Pipeline> {
  const reason =
    error.code === 'ENOENT'
      ? 'there is no such file'
      : error.code === 'EISDIR'
        ? 'it is a folder'
        : error.message;
  return failure({
    code: 'config/unreadable',
    message: `Cannot read the pipeline ${path}: ${reason}`,
    position: {file: path, line: 1, column: 1},
    hint: 'sidestep init writes a pipeline to start from.',
  });
}
