import {dirname, resolve} from 'node:path';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {userFolder} from './folders.js';
import type {Pipeline} from './pipeline.js';
import {filesOnDisk, type PipelineFiles} from './pipeline-files.js';
import {loadSettings} from './settings.js';

export interface LoadOptions {
  /** `path=value` arguments of `--set`, in order. */
  readonly overrides?: readonly string[];
  /** The process's environment; only the variables a pipeline lists are used. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the pipeline and the presets beside it are read; default: on the disk. Settings always are. */
  readonly files?: PipelineFiles;
}

/** Reads a pipeline file with the presets and settings that belong to it. Fails with all problems at once. */
export async function loadPipeline(path: string, options: LoadOptions): Promise<Result<Pipeline>> {
  const file = resolve(path);
  const {files = filesOnDisk} = options;
  const text = await readDocument(file, files);
  if (!text.ok) return text;
  const user_dir = userFolder(options.env);
  const settings = await loadSettings(user_dir);
  if (!settings.ok) return settings;
  const named = [text.value, ...(options.overrides ?? [])].some((part) => part.includes('preset'));
  // Lazy: a run that remembers its pipeline needs neither the YAML parser nor the validators.
  const {resolvePipeline} = await import('./resolve.js');
  const presets = named
    ? await (await import('./preset.js')).findPresets({project_dir: dirname(file), user_dir, files})
    : [];
  return resolvePipeline({
    file,
    text: text.value,
    settings: settings.value,
    presets,
    overrides: options.overrides ?? [],
    env: options.env,
  });
}

/** A pipeline is a file: reading a pipe or a device may never end, and nothing could be kept beside one. */
async function readDocument(file: string, files: PipelineFiles): Promise<Result<string>> {
  try {
    return ok(await files.read(file));
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    const {problem} = error;
    const hint =
      problem.code === 'file/missing' ? '`sidestep init` writes a pipeline to start from.' : problem.hint;
    return failure({
      ...problem,
      position: problem.position ?? {file, line: 1, column: 1},
      ...(hint === undefined ? {} : {hint}),
    });
  }
}
