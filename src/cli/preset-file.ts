import {existsSync, statSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {stringify} from 'yaml';
import {presetParameters} from '../app/preset-facts.js';
import type {Terminal} from '../app/terminal.js';
import {pathWords} from '../base/dotted-path.js';
import type {Json} from '../base/json.js';
import {didYouMean} from '../base/near-miss.js';
import {removeFile} from '../base/remove.js';
import {failure, ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {branchOf, childSchema} from '../config/check/schema-walk.js';
import {userFolder} from '../config/folders.js';
import {loadPipeline} from '../config/load.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {Plain} from '../config/text/located.js';
import {findPresets, type Preset, parsePreset} from '../config/user/preset.js';
import {readUserDocument} from '../format/user-text.js';
import {fromUpstreamPreset} from '../migrate/upstream-preset.js';
import {schemas} from '../schema/schemas.generated.js';
import {isStageReference, type ParamObject, paramLeaves, pathMatches, valueAt} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';

export async function listPresets(terminal: Terminal): Promise<Preset[]> {
  const files = await findPresets({project_dir: terminal.cwd, user_dir: userFolder(terminal.env)});
  const own = new Set(files.filter(({from}) => from === 'built_in').map(({path}) => path));
  // In sidestep's own folder the presets of the project are those that come with it.
  return files.filter(({from, path}) => from === 'built_in' || !own.has(path)).map(parsePreset);
}

export async function findPreset(
  terminal: Terminal,
  name: string,
): Promise<Result<{preset: Preset; parameters: Json}>> {
  const presets = await listPresets(terminal);
  const preset = presets.find((each) => each.name === name);
  if (preset === undefined) return unknownPreset(name, presets);
  if (preset.problems.length > 0) return {ok: false, problems: preset.problems};
  return ok({preset, parameters: presetParameters(preset)});
}

export interface SaveRequest {
  readonly name: string;
  readonly stage: string;
  readonly pipeline: string;
  readonly set: readonly string[];
  readonly description: string;
  readonly force?: boolean;
}

/** Writes what was said about a stage (in the file, its presets, settings or `--set`), not the schema's defaults. */
export async function savePreset(terminal: Terminal, request: SaveRequest): Promise<Result<string>> {
  const loaded = await loadPipeline(request.pipeline, {overrides: request.set, env: terminal.env});
  if (!loaded.ok) return loaded;
  const {stages} = loaded.value;
  const stage = stages.find(({id, declared_as}) => id === request.stage || declared_as === request.stage);
  if (stage === undefined) {
    const hint = didYouMean(
      request.stage,
      stages.map(({id}) => id),
    );
    const message = `No stage of ${request.pipeline} is called ${request.stage}`;
    return failure({code: 'usage/unknown-stage', message, ...(hint === undefined ? {} : {hint})});
  }
  const document = {
    sidestep: 1,
    ...(request.description === '' ? {} : {description: request.description}),
    uses: stage.uses,
    with: saidParameters(stage),
  };
  return keepPreset(terminal, {
    name: request.name,
    text: stringify(document, {lineWidth: 110}),
    existing: request.force ? 'replace' : 'keep',
    project: dirname(loaded.value.file),
  });
}

export async function importPreset(
  terminal: Terminal,
  file: string,
  existing: 'keep' | 'replace',
): Promise<Result<string>> {
  const path = resolve(terminal.cwd, file);
  const name = basename(path).replace(/\.(ya?ml|json)$/, '');
  const text = path.endsWith('.json') ? await fromUpstreamPreset(path) : ok(await readUserDocument(path));
  if (!text.ok) return text;
  return keepPreset(terminal, {name, text: text.value, existing, project: terminal.cwd, source: path});
}

export async function exportPreset(
  terminal: Terminal,
  name: string,
  file: string | undefined,
): Promise<Result<string>> {
  const found = await findPreset(terminal, name);
  if (!found.ok) return found;
  const {text} = found.value.preset;
  if (file === undefined) return ok(text);
  await writeUserFile(resolve(terminal.cwd, file), text);
  return ok(`${file}\n`);
}

export async function deletePreset(terminal: Terminal, name: string): Promise<Result<string>> {
  const presets = await listPresets(terminal);
  const own = presets.find((preset) => preset.name === name && preset.from !== 'built_in');
  if (own !== undefined) {
    await removeFile(own.path);
    return ok(`deleted ${own.path}\n`);
  }
  const other = presets.find((preset) => preset.name === name);
  if (other === undefined) return unknownPreset(name, presets);
  const message = `${name} is not a preset of your own: it is at ${other.path}`;
  return failure({
    code: 'preset/not-yours',
    message,
    hint: 'Only presets in your own folder can be deleted here.',
  });
}

interface KeepRequest {
  readonly name: string;
  readonly text: string;
  readonly existing: 'keep' | 'replace';
  /** Whose `presets/` it goes into, where there is such a folder. */
  readonly project: string;
  /** Where the text was read, for positions. */
  readonly source?: string;
}

/** Checks a preset and puts it beside the project's own, or into the user's folder. */
async function keepPreset(
  terminal: Terminal,
  {name, text, existing, project, source}: KeepRequest,
): Promise<Result<string>> {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    const hint = 'Letters, digits, dots, dashes and underscores.';
    return failure({code: 'preset/bad-name', message: `${JSON.stringify(name)} cannot name a preset`, hint});
  }
  const folder = await ownFolder(terminal, project);
  const path = join(folder, `${name}.yaml`);
  const {problems} = parsePreset({name, path: source ?? path, from: 'user', text});
  if (problems.length > 0) return {ok: false, problems};
  if (existsSync(path) && existing === 'keep') {
    return failure({
      code: 'preset/exists',
      message: `You have a preset called ${name}`,
      hint: 'Replace it with --force.',
    });
  }
  await writeUserFile(path, text);
  return ok(`${path}\n`);
}

/** The project's folder of presets travels with its songs; that of the program belongs to no one. */
async function ownFolder(terminal: Terminal, project: string): Promise<string> {
  const beside = join(project, 'presets');
  const user_dir = userFolder(terminal.env);
  const known = await findPresets({project_dir: project, user_dir});
  const isProgram = known.some(({from, path}) => from === 'built_in' && dirname(path) === beside);
  const isThere = statSync(beside, {throwIfNoEntry: false})?.isDirectory() === true;
  return isThere && !isProgram ? beside : join(user_dir, 'presets');
}

/** Values someone wrote down, as a tree; references and paths belong to one pipeline and are left out. */
function saidParameters({params, positions, uses}: ConfiguredStage): Plain {
  const type = stageTypes.get(uses);
  const paths = [
    ...(type?.files.map(({param}) => param) ?? []),
    ...(type?.places ?? []),
    ...(type?.publishes?.map(({param}) => param) ?? []),
  ];
  const tree: {[key: string]: Plain} = {};
  const leaves = paramLeaves(params);
  const isOfOnePipeline = ({path, value}: (typeof leaves)[number]) =>
    isStageReference(value) || paths.some((pattern) => pathMatches(path, pattern));
  const lost = leaves.filter(isOfOnePipeline).map(({path}) => path);
  const broken = lost.filter((path) => isRequired(path, uses, params)).map(parentOf);
  for (const leaf of leaves) {
    if (lost.includes(leaf.path) || positions[leaf.path] === undefined) continue;
    if (broken.some((parent) => leaf.path.startsWith(`${parent}.`))) continue;
    plant(tree, pathWords(leaf.path)!, leaf.value as Plain);
  }
  return tree;
}

/** Whether the object around a value is nothing without it, as a selection is without its estimate; the stage itself is. */
function isRequired(path: string, uses: string, params: ParamObject): boolean {
  const [key, ...above] = pathWords(path)!.toReversed() as [string, ...string[]];
  if (above.length === 0) return false;
  let schema = schemas[`stage.${uses}`];
  let here = '';
  for (const word of above.toReversed()) {
    const inner = childSchema(schema, word);
    here = here === '' ? word : `${here}.${word}`;
    const tag = inner?.discriminator?.propertyName;
    schema = inner && branchOf(inner, tag === undefined ? undefined : valueAt(params, `${here}.${tag}`));
  }
  return schema?.required?.includes(key) === true;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}

function plant(tree: {[key: string]: Plain}, words: readonly string[], value: Plain): void {
  const [word, ...rest] = words as [string, ...string[]];
  if (rest.length === 0) {
    tree[word] = value;
    return;
  }
  const listed = /^\d+$/.test(rest[0]!);
  tree[word] ??= listed ? [] : {};
  plant(tree[word] as {[key: string]: Plain}, rest, value);
}

function unknownPreset(name: string, presets: readonly Preset[]): Result<never> {
  const hint =
    didYouMean(
      name,
      presets.map((preset) => preset.name),
    ) ?? '`sidestep presets list` shows them all.';
  return failure({code: 'preset/unknown', message: `No preset is called ${name}`, hint});
}
