import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {failure, ok, type Result} from '../base/result.js';
import type {SettingsDocument} from '../schema/types.generated.js';
import {check, isAbsence} from './check.js';
import {emptyMap, inReadingOrder, type Located, plain} from './located.js';
import {sourceText} from './source-text.js';
import {parseYaml} from './yaml.js';

/** A user's settings: the values, and the same with their places for the layers beneath a pipeline. */
export interface Settings {
  /** The file they come from; undefined when there is none. */
  readonly path: string | undefined;
  readonly values: SettingsDocument;
  readonly located: Located;
}

/** Reads `settings.yaml` in the user's folder. No file means no settings; a bad file is all its problems. */
export async function loadSettings(userDir: string): Promise<Result<Settings>> {
  const path = join(userDir, 'settings.yaml');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return text === undefined ? ok(noSettings()) : parseSettings(path, text);
}

export function noSettings(): Settings {
  const origin = {source: sourceText('settings', ''), start: 0, end: 0, via: []};
  return {path: undefined, values: {}, located: emptyMap(origin)};
}

/** Pure: the text of a settings file to settings. Paths in it start from the file's folder. */
export function parseSettings(path: string, text: string): Result<Settings> {
  const source = sourceText(path, text);
  const {value, problems} = parseYaml(source);
  const located = value ?? emptyMap({source, start: 0, end: 0, via: []});
  const stages = located.kind === 'map' ? located.entries.get('stages')?.value : undefined;
  const found = [...problems, ...check('settings', located)];
  if (stages?.kind === 'map' && found.length === 0) {
    for (const [type, {value: parameters}] of stages.entries) {
      found.push(...check(`stage.${type}`, parameters, {prefix: `stages.${type}`, ignore: isAbsence}));
    }
  }
  if (found.length > 0) return failure(...inReadingOrder(found));
  return ok({path, values: withPaths(plain(located) as SettingsDocument, dirname(path)), located});
}

function withPaths(values: SettingsDocument, dir: string): SettingsDocument {
  const {checkpoint_dir, cache} = values;
  return {
    ...values,
    ...(checkpoint_dir === undefined ? {} : {checkpoint_dir: absolutePath(checkpoint_dir, dir)}),
    ...(cache?.dir === undefined ? {} : {cache: {...cache, dir: absolutePath(cache.dir, dir)}}),
  };
}

/** A path as people write it: `~/` is their home folder, anything relative starts from `dir`. */
export function absolutePath(path: string, dir: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
  return resolve(dir, path);
}
