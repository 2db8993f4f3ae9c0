import {readdir} from 'node:fs/promises';
import {basename, join, relative, sep} from 'node:path';
import {parseDocument} from 'yaml';
import {isFileError} from '../base/durable.js';
import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {wildcard} from '../base/wildcard.js';
import {readUserDocument} from '../format/user-text.js';

/** A file of the project whose stages others may take in by `include`. */
export interface SharedPiece {
  /** As the new file names it. */
  readonly file: string;
  readonly path: string;
  readonly text: string;
  /** What it says under `stages`. */
  readonly stages: JsonObject;
}

/** What differs from machine to machine, as another file has it, or as it begins here. */
export interface SharedProfiles {
  /** What the answer to the question says: a file as it is named in the new one, or `this`. */
  readonly from: string;
  readonly profiles: JsonObject;
  /** What they send stages to. */
  readonly executors: JsonObject;
}

export interface Shared {
  readonly pieces: readonly SharedPiece[];
  readonly profiles: readonly SharedProfiles[];
}

export const nothingShared: Shared = {pieces: [], profiles: []};

/** The answer that begins a profile of this machine. */
export const THIS_MACHINE = 'this';

/** A folder with more is not one of hand-written pipelines. */
const MOST_FILES = 100;

/** What the files beside the new one, and one folder below, have to share. Files that cannot be read have nothing. */
export async function sharedIn(
  folder: string,
  {profile}: {/** The setting. */ readonly profile: string | undefined},
): Promise<Shared> {
  const documents = await documentsIn(folder);
  const profiles = documents.flatMap(({file, body}): SharedProfiles[] => {
    const kept = machineProfiles(body);
    return Object.keys(kept).length === 0
      ? []
      : [{from: file, profiles: kept, executors: executorsOf(body, kept)}];
  });
  const known = profiles.some((each) => profile !== undefined && profile in each.profiles);
  const own =
    profile === undefined || known ? [] : [{from: THIS_MACHINE, profiles: {[profile]: {}}, executors: {}}];
  return {
    pieces: documents.flatMap(({body: {sidestep, stages}, ...place}) =>
      sidestep === undefined && isJsonObject(stages) && Object.values(stages).some(isStage)
        ? [{...place, stages}]
        : [],
    ),
    profiles: [...profiles, ...own],
  };
}

function isStage(value: Json): boolean {
  return isJsonObject(value) && typeof value.uses === 'string';
}

interface ProjectDocument {
  readonly file: string;
  readonly path: string;
  readonly text: string;
  readonly body: JsonObject;
}

async function documentsIn(folder: string): Promise<ProjectDocument[]> {
  const here = await filesAndFolders(folder);
  const below = here.folders.filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const inside = await Promise.all(
    below.map(async (name) =>
      (await filesAndFolders(join(folder, name))).files.map((file) => join(name, file)),
    ),
  );
  const files = [...here.files, ...inside.flat()].filter(isPipelineName).sort().slice(0, MOST_FILES);
  const found = await Promise.all(files.map((name) => documentAt(join(folder, name), folder)));
  return found.flatMap((each) => each ?? []);
}

function isPipelineName(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.lock\.ya?ml$/.test(name) && !basename(name).startsWith('.');
}

async function documentAt(path: string, folder: string): Promise<ProjectDocument | undefined> {
  let text: string;
  try {
    text = await readUserDocument(path);
  } catch (error) {
    if (error instanceof SidestepError || isFileError(error, 'ENOENT', 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
  const document = parseDocument(text, {logLevel: 'silent'});
  if (document.errors.length > 0) return undefined;
  const body = document.toJS({maxAliasCount: 100}) as Json;
  const near = relative(folder, path).split(sep).join('/');
  return isJsonObject(body) ? {file: `./${near}`, path, text, body} : undefined;
}

async function filesAndFolders(folder: string): Promise<{files: string[]; folders: string[]}> {
  const all = await readdir(folder, {withFileTypes: true}).catch((error: unknown) => {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return [];
    throw error;
  });
  return {
    files: all.filter((each) => each.isFile()).map(({name}) => name),
    folders: all.filter((each) => each.isDirectory()).map(({name}) => name),
  };
}

/**
 * What of a file's profiles another file can use: which machines, where the checkpoints are there, defaults, and what its stages run
 * on. Other variables are those of the other file's songs, and parameters belong to its own results.
 */
function machineProfiles({profiles, stages}: JsonObject): JsonObject {
  if (!isJsonObject(profiles)) return {};
  const checkpoints = checkpointsVariable(stages);
  const kept = Object.entries(profiles).flatMap(([name, body]): [string, Json][] => {
    if (!isJsonObject(body)) return [];
    const {hosts, vars, defaults, stages: laid} = body;
    const folder = isJsonObject(vars) && checkpoints !== undefined ? vars[checkpoints] : undefined;
    const resources = isJsonObject(laid) ? resourcesOf(laid) : {};
    const profile = {
      ...(hosts === undefined ? {} : {hosts}),
      ...(folder === undefined ? {} : {vars: {checkpoints: folder}}),
      ...(defaults === undefined ? {} : {defaults}),
      ...(Object.keys(resources).length === 0 ? {} : {stages: resources}),
    };
    return Object.keys(profile).some((key) => key !== 'hosts') ? [[name, profile]] : [];
  });
  return Object.fromEntries(kept);
}

/** The variable that a scan stage takes its folder from. */
function checkpointsVariable(stages: Json | undefined): string | undefined {
  if (!isJsonObject(stages)) return undefined;
  for (const stage of Object.values(stages)) {
    const given = isJsonObject(stage) && stage.uses === 'scan' && isJsonObject(stage.with) ? stage.with : {};
    const [, name] = /^\$\{vars\.([\w-]+)\}$/.exec(String(given.checkpoint_dir ?? '')) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Those of the file that its profiles name; others are of the settings. */
function executorsOf({executors}: JsonObject, profiles: JsonObject): JsonObject {
  if (!isJsonObject(executors)) return {};
  const named = JSON.stringify(profiles);
  return Object.fromEntries(
    Object.entries(executors).filter(([name]) => named.includes(`"executor":${JSON.stringify(name)}`)),
  );
}

function resourcesOf(stages: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(stages).flatMap(([id, stage]) =>
      isJsonObject(stage) && stage.resources !== undefined ? [[id, {resources: stage.resources}]] : [],
    ),
  );
}

/** The profile that this machine takes, by the rule of `withProfile`: the one of the settings, else the first that names the host. */
export function chosenProfile(
  profiles: JsonObject,
  {settings, host}: {readonly settings: string | undefined; readonly host: string},
): string | undefined {
  if (settings !== undefined && settings in profiles) return settings;
  return Object.keys(profiles).find((name) => {
    const {hosts} = profiles[name] as JsonObject;
    return Array.isArray(hosts) && hosts.some((pattern) => wildcard(String(pattern), 'i').test(host));
  });
}

/** Profiles for a file with these stages, whose checkpoints are in that folder on this machine. */
export function profilesFor(
  {profiles}: SharedProfiles,
  {
    stages,
    chosen,
    checkpoints,
  }: {
    readonly stages: readonly string[];
    /** The one that this machine takes. */
    readonly chosen: string | undefined;
    readonly checkpoints: string;
  },
): JsonObject {
  const entries = Object.entries(profiles).map(([name, body]): [string, JsonObject] => {
    const {stages: laid, vars, ...rest} = body as JsonObject;
    const own = Object.entries((laid ?? {}) as JsonObject).filter(([id]) => stages.includes(id));
    const place = name === chosen ? {checkpoints} : ((vars ?? {}) as JsonObject);
    return [
      name,
      {
        ...rest,
        ...(Object.keys(place).length === 0 ? {} : {vars: place}),
        ...(own.length === 0 ? {} : {stages: Object.fromEntries(own)}),
      },
    ];
  });
  return Object.fromEntries(entries);
}

/** Texts of pieces as `resolvePipeline` takes them. */
export function pieceTexts({pieces}: Shared): ReadonlyMap<string, string> {
  return new Map(pieces.map(({path, text}) => [path, text]));
}
