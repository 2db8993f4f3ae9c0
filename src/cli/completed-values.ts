import {join, resolve} from 'node:path';
import {isMap, isScalar, parseDocument, type YAMLMap} from 'yaml';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {stateDirOf} from '../app/run-context.js';
import type {Terminal} from '../app/terminal.js';
import {userFolder} from '../config/folders.js';
import {loadPipeline} from '../config/load.js';
import {findPresets} from '../config/user/preset.js';
import {findSongs} from '../dataset/find-songs.js';
import {readUserText} from '../format/user-text.js';
import {listExperiments} from '../record/experiments.js';
import {listRuns} from '../record/run-record.js';
import type {Schema} from '../schema/schema.js';
import {schemas} from '../schema/schemas.generated.js';
import {parametersOf} from '../stage/parameters.js';

/** Keys of `stages:` in the pipeline that the line names, or in the default one. */
export async function stageIds(terminal: Terminal, before: readonly string[]): Promise<string[]> {
  return (await stagesOf(terminal, before)).map(({id}) => id);
}

/** `path=` for every value that `--set` can give another, and after the `=` the values that may be there. */
export async function settings(
  terminal: Terminal,
  before: readonly string[],
  current: string,
): Promise<string[]> {
  const ofStages = (await stagesOf(terminal, before)).flatMap(({id, uses}) => [
    ...leaves(schemas[`stage.${uses}`], `${id}.`),
    ...leaves(schemas.stage, `${id}.`).filter(({path}) => !/\.(uses|with|needs|matrix)\b/.test(path)),
  ]);
  const ofFile = [
    ...leaves(schemas.pipeline?.properties?.defaults, 'defaults.'),
    ...(await variables(terminal, before)).map((name): Leaf => ({path: `vars.${name}`, values: []})),
  ];
  const all = [...ofStages, ...ofFile];
  const [path] = current.split('=') as [string];
  if (!current.includes('=')) return all.map((leaf) => `${leaf.path}=`);
  const presets = /\.preset$/.test(path) ? await presetNames(terminal) : [];
  return [...presets, ...all.filter((leaf) => leaf.path === path).flatMap(({values}) => values)].map(
    (value) => `${path}=${value}`,
  );
}

export async function presetNames(terminal: Terminal): Promise<string[]> {
  const folders = {project_dir: terminal.cwd, user_dir: userFolder(terminal.env)};
  return (await findPresets(folders)).map(({name}) => name);
}

/** Names as `show sample` takes them; a pipeline with problems has none to offer. */
export async function songs(terminal: Terminal, before: readonly string[]): Promise<string[]> {
  const loaded = await loadPipeline(resolve(terminal.cwd, pipelineIn(before)), {env: terminal.env});
  if (!loaded.ok) return [];
  const options = loaded.value.stages
    .filter(({uses}) => uses === 'dataset')
    .map(({params}) => parametersOf('dataset', params));
  const found = await Promise.allSettled(
    options.flatMap(({audio_dir = '', dataset_json = '', model: _, ...rest}) => {
      if (typeof audio_dir !== 'string' || typeof dataset_json !== 'string') return []; // another stage's, not there yet
      return [
        findSongs({
          ...rest,
          ...(audio_dir === '' ? {} : {audio_dir}),
          ...(dataset_json === '' ? {} : {dataset_json}),
        }),
      ];
    }),
  );
  return found.flatMap((each) =>
    each.status === 'fulfilled' && each.value.ok ? each.value.value.songs.map(({name}) => name) : [],
  );
}

export async function experiments(terminal: Terminal): Promise<string[]> {
  return (await listExperiments(stateDirOf(terminal, DEFAULT_PIPELINE))).map(({name}) => name);
}

export async function runIds(terminal: Terminal): Promise<string[]> {
  return listRuns(join(stateDirOf(terminal, DEFAULT_PIPELINE), 'runs'));
}

interface Leaf {
  readonly path: string;
  readonly values: readonly string[];
}

/** Every value that a schema has a place for, by dotted path, of all its variants. */
function leaves(schema: Schema | undefined, prefix: string): Leaf[] {
  const variants = schema?.oneOf ?? (schema === undefined ? [] : [schema]);
  return variants.flatMap(({properties = {}}) =>
    Object.entries(properties).flatMap(([key, property]) => {
      const path = `${prefix}${key}`;
      const inner = leaves(property, `${path}.`);
      return inner.length > 0 ? inner : [{path, values: valuesIn(property)}];
    }),
  );
}

function valuesIn({const: only, enum: words, type}: Schema): string[] {
  if (type === 'boolean') return ['true', 'false'];
  return (words ?? (only === undefined ? [] : [only])).map(String);
}

/** Names under `profiles:`. */
export async function profiles(terminal: Terminal, before: readonly string[]): Promise<string[]> {
  const own = (await documentOf(terminal, before))?.get('profiles', true);
  return isMap(own) ? own.items.flatMap(({key}) => (isScalar(key) ? [String(key.value)] : [])) : [];
}

async function stagesOf(
  terminal: Terminal,
  before: readonly string[],
): Promise<{id: string; uses: string}[]> {
  const stages = (await documentOf(terminal, before))?.get('stages', true);
  if (!isMap(stages)) return [];
  return stages.items.flatMap(({key, value}) =>
    isScalar(key) ? [{id: String(key.value), uses: isMap(value) ? String(value.get('uses') ?? '') : ''}] : [],
  );
}

async function variables(terminal: Terminal, before: readonly string[]): Promise<string[]> {
  const vars = (await documentOf(terminal, before))?.get('vars', true);
  return isMap(vars) ? vars.items.flatMap(({key}) => (isScalar(key) ? [String(key.value)] : [])) : [];
}

/** As far as the file can be read: it may be in the middle of an edit. */
async function documentOf(terminal: Terminal, before: readonly string[]): Promise<YAMLMap | undefined> {
  try {
    const text = await readUserText(resolve(terminal.cwd, pipelineIn(before)));
    const {contents} = parseDocument(text, {logLevel: 'silent'});
    return isMap(contents) ? contents : undefined;
  } catch {
    return undefined; // no such file: nothing to offer
  }
}

function pipelineIn(before: readonly string[]): string {
  return before.find((word) => /\.ya?ml$/.test(word)) ?? DEFAULT_PIPELINE;
}
