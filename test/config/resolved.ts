import {resolve} from 'node:path';
import type {Problem} from '../../src/base/problem.js';
import type {Result} from '../../src/base/result.js';
import type {ConfiguredStage, Pipeline} from '../../src/config/pipeline.js';
import type {ProfileChoice} from '../../src/config/profile.js';
import {resolvePipeline} from '../../src/config/resolve.js';
import {parseSettings} from '../../src/config/user/parse-settings.js';
import type {PresetFile} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';

export interface ResolveOptions {
  readonly overrides?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Text of a settings file. */
  readonly settings?: string;
  /** Preset files by name. */
  readonly presets?: Readonly<Record<string, string>>;
  /** Included files by name, as if they were in /project. */
  readonly pieces?: Readonly<Record<string, string>>;
  readonly profile?: ProfileChoice;
}

/** A path in the folder of the pipeline; on Windows it has a drive. */
export const inProject = (path: string): string => resolve('/project', path);

/** Resolves the text of a pipeline as if it was in /project/pipeline.yaml. */
export function resolveText(text: string, options: ResolveOptions = {}): Result<Pipeline> {
  const settings =
    options.settings === undefined ? undefined : parseSettings('/home/settings.yaml', options.settings);
  if (settings && !settings.ok) return settings;
  return resolvePipeline({
    file: inProject('pipeline.yaml'),
    text,
    settings: settings?.value ?? noSettings(),
    presets: Object.entries(options.presets ?? {}).map(([name, preset]) => presetFile(name, preset)),
    overrides: options.overrides ?? [],
    env: options.env ?? {},
    pieces: new Map(Object.entries(options.pieces ?? {}).map(([name, piece]) => [inProject(name), piece])),
    ...(options.profile === undefined ? {} : {profile: options.profile}),
  });
}

function presetFile(name: string, text: string): PresetFile {
  return {name, path: `/project/presets/${name}.yaml`, from: 'project', text};
}

export function pipelineOf(text: string, options: ResolveOptions = {}): Pipeline {
  const result = resolveText(text, options);
  if (!result.ok) throw new Error(result.problems.map(words).join('\n'));
  return result.value;
}

export function stageOf(text: string, id: string, options: ResolveOptions = {}): ConfiguredStage {
  const {stages} = pipelineOf(text, options);
  const stage = stages.find((candidate) => candidate.id === id);
  if (!stage) throw new Error(`No ${id} among ${stages.map((candidate) => candidate.id).join(' ')}`);
  return stage;
}

export function problemsOf(text: string, options: ResolveOptions = {}): readonly Problem[] {
  const result = resolveText(text, options);
  return result.ok ? [] : result.problems;
}

/** `file:line:column code`, the file without its folder. */
export function place({code, position}: Problem): string {
  return `${position?.file.split(/[/\\]/).at(-1)}:${position?.line}:${position?.column} ${code}`;
}

export function words(problem: Problem): string {
  return `${place(problem)} ${problem.message}${problem.hint ? ` | ${problem.hint}` : ''}`;
}

/** A whole pipeline around the parameters of one train stage, which are on line 8 and on. */
export function trainPipeline(parameters: string): string {
  return `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
  train:
    uses: train
    with:
      model: \${stages.model}
      tensors: ./tensors
${parameters.replace(/^/gm, '      ')}
`;
}
