import {join} from 'node:path';
import {type Problem, SidestepError} from '../../base/problem.js';
import type {PresetDocument} from '../../schema/types.generated.js';
import {check, isAbsence} from '../check/check.js';
import {builtInPresets} from '../folders.js';
import {filesOnDisk, type PipelineFiles} from '../pipeline-files.js';
import {type Located, member, plain} from '../text/located.js';
import {sourceText} from '../text/source-text.js';
import {parseYaml} from '../text/yaml.js';

/** Where a preset was found, strongest first: beside the pipeline, in the user's folder, in the program. */
export type PresetOrigin = 'project' | 'user' | 'built_in';

/** A preset file, not yet looked into. */
export interface PresetFile {
  readonly name: string;
  readonly path: string;
  readonly from: PresetOrigin;
  readonly text: string;
  /** Why it could not be read; its text is empty then. */
  readonly unreadable?: Problem;
}

/** A preset file looked into; unusable when it has problems. */
export interface Preset extends PresetFile {
  readonly uses: PresetDocument['uses'] | undefined;
  readonly description: string;
  /** The parameters with their places. */
  readonly with: Located | undefined;
  readonly problems: readonly Problem[];
}

export interface PresetFolders {
  /** Folder of the pipeline file. */
  readonly project_dir: string;
  /** The user's own folder, see `userFolder`. */
  readonly user_dir: string;
  /** Where the project's own are read; default: on the disk. */
  readonly files?: PipelineFiles;
}

/** Every preset, by name and then by strength; of equal names the first counts. Unreadable folders have none. */
export async function findPresets(folders: PresetFolders): Promise<PresetFile[]> {
  const places: readonly (readonly [PresetOrigin, string])[] = [
    ['project', join(folders.project_dir, 'presets')],
    ['user', join(folders.user_dir, 'presets')],
    ['built_in', builtInPresets()],
  ];
  const {files = filesOnDisk} = folders;
  const found = await Promise.all(
    places.map(([from, dir]) => presetsIn(dir, from, from === 'project' ? files : filesOnDisk)),
  );
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function presetsIn(dir: string, from: PresetOrigin, files: PipelineFiles): Promise<PresetFile[]> {
  const names = (await files.namesIn(dir)).filter((name) => /\.ya?ml$/.test(name));
  return Promise.all(
    names.map(async (file) => {
      const path = join(dir, file);
      return {name: file.replace(/\.ya?ml$/, ''), path, from, ...(await textOf(path, files))};
    }),
  );
}

/** A preset that no one asks for may well be damaged: only a pipeline that uses it is told of that. */
async function textOf(path: string, files: PipelineFiles): Promise<Pick<PresetFile, 'text' | 'unreadable'>> {
  try {
    return {text: await files.read(path)};
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    return {text: '', unreadable: {position: {file: path, line: 1, column: 1}, ...error.problem}};
  }
}

/** Reads a preset. What it lacks is no problem, since a pipeline supplies it; what it has must be right. */
export function parsePreset(file: PresetFile): Preset {
  const {value, problems} = parseYaml(sourceText(file.path, file.text));
  const document = value ?? {
    kind: 'scalar',
    value: null,
    origin: {source: sourceText(file.path, file.text), start: 0, end: 1, via: []},
  };
  const found = file.unreadable ? [file.unreadable] : [...problems, ...check('preset', document)];
  const fields = (found.length === 0 ? plain(document) : {}) as Partial<PresetDocument>;
  const parameters = member(document, 'with');
  if (fields.uses !== undefined && parameters !== undefined)
    found.push(...presetParameterProblems(fields.uses, parameters));
  return {
    ...file,
    uses: fields.uses,
    description: fields.description ?? '',
    with: parameters,
    problems: found,
  };
}

/** Everything but missing keys and references, which only a pipeline can judge. */
function presetParameterProblems(uses: string, parameters: Located): Problem[] {
  return check(`stage.${uses}`, parameters, {
    prefix: 'with',
    ignore: (error, at) =>
      isAbsence(error) || (at?.kind === 'scalar' && typeof at.value === 'string' && at.value.includes('${')),
  });
}
