import {hostname} from 'node:os';
import {basename, dirname, join, relative, resolve} from 'node:path';
import {didYouMean, listed} from '../base/near-miss.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {userFolder} from './folders.js';
import type {IncludedTexts} from './pieces.js';
import type {Pipeline} from './pipeline.js';
import {filesOnDisk, type PipelineFiles} from './pipeline-files.js';
import type {ProfileChoice} from './profile.js';
import {loadSettings, type Settings} from './user/settings.js';

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
  const pieces = await readPieces(file, text.value, files);
  const texts = [text.value, ...(options.overrides ?? []), ...pieces.values()];
  const named = texts.some((part) => typeof part === 'string' && part.includes('preset'));
  // Lazy: a run that remembers its pipeline needs neither the YAML parser nor the validators.
  const {resolvePipeline} = await import('./resolve.js');
  const presets = named
    ? await (await import('./user/preset.js')).findPresets({project_dir: dirname(file), user_dir, files})
    : [];
  return resolvePipeline({
    file,
    text: text.value,
    settings: settings.value,
    presets,
    overrides: options.overrides ?? [],
    env: options.env,
    pieces,
    profile: profileChoice(options.env, settings.value),
  });
}

/** Who may choose a profile: `--profile` and its variable, settings, the machine's name. */
function profileChoice({SIDESTEP_PROFILE}: LoadOptions['env'], {values}: Settings): ProfileChoice {
  return {asked: SIDESTEP_PROFILE, settings: values.profile, host: hostname()};
}

/** Every file that the text includes, and those that they include, each once. */
async function readPieces(file: string, text: string, files: PipelineFiles): Promise<IncludedTexts> {
  const pieces = new Map<string, string | Problem>();
  if (!text.includes('include')) return pieces; // and the YAML parser is not loaded for it
  const {includedFiles} = await import('./pieces.js');
  const open = [{file, text}];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const path of includedFiles(next.file, next.text)) {
      if (path === file || pieces.has(path)) continue;
      const piece = await readPiece(path, files);
      pieces.set(path, piece);
      if (typeof piece === 'string') open.push({file: path, text: piece});
    }
  }
  return pieces;
}

async function readPiece(path: string, files: PipelineFiles): Promise<string | Problem> {
  try {
    return await files.read(path);
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return error.problem;
  }
}

/** A pipeline is a file: reading a pipe or a device may never end, and nothing could be kept beside one. */
async function readDocument(file: string, files: PipelineFiles): Promise<Result<string>> {
  try {
    return ok(await files.read(file));
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    const {problem} = error;
    const hint = problem.code === 'file/missing' ? await otherPipeline(file, files) : problem.hint;
    return failure({
      ...problem,
      position: problem.position ?? {file, line: 1, column: 1},
      ...(hint === undefined ? {} : {hint}),
    });
  }
}

/** A pipeline in the same folder, or below `pipelines/` of it, as people keep several; else how to come to one. */
async function otherPipeline(file: string, files: PipelineFiles): Promise<string> {
  const folder = dirname(file);
  const found: string[] = [];
  for (const shelf of [folder, join(folder, 'pipelines')]) {
    const names = (await files.namesIn(shelf)).filter((name) => /\.ya?ml$/.test(name)).sort();
    for (const name of names.slice(0, MOST_LOOKED_AT))
      if (await isPipeline(join(shelf, name), files)) found.push(relative(folder, join(shelf, name)));
  }
  const [only, ...more] = found;
  if (only === undefined) return '`sidestep init` writes a pipeline to start from.';
  if (more.length === 0) return `Did you mean ${only}?`;
  return (
    didYouMean(basename(file), found) ??
    `There are other pipelines here, name one of them: ${listed(found, 4)}.`
  );
}

const MOST_LOOKED_AT = 30;

/** By the line that every pipeline has; lock files, presets and workflows have not. */
async function isPipeline(path: string, files: PipelineFiles): Promise<boolean> {
  try {
    return /^sidestep:\s*\d/m.test(await files.read(path));
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return false;
  }
}
