import {join, resolve} from 'node:path';
import {homeFolder} from '../../base/home-folder.js';
import {SidestepError} from '../../base/problem.js';
import {failure, ok, type Result} from '../../base/result.js';
import {isListed} from '../../format/user-file.js';
import {readUserDocument} from '../../format/user-text.js';
import type {SettingsDocument} from '../../schema/types.generated.js';
import type {Located} from '../text/located.js';
import {sourceText} from '../text/source-text.js';

/** A user's settings: the values, and the same with their places for the layers below a pipeline. */
export interface Settings {
  /** The file they come from; undefined when there is none. */
  readonly path: string | undefined;
  readonly values: SettingsDocument;
  readonly located: Located;
}

/** Reads `settings.yaml` in the user's folder. No file means no settings; a bad file is all its problems. */
export async function loadSettings(userDir: string): Promise<Result<Settings>> {
  const path = join(userDir, 'settings.yaml');
  let text: string;
  try {
    text = await readUserDocument(path);
  } catch (error) {
    if (!(error instanceof SidestepError)) throw error;
    if (error.problem.code === 'file/missing' && !isListed(path)) return ok(noSettings());
    return failure({position: {file: path, line: 1, column: 1}, ...error.problem});
  }
  const {parseSettings} = await import('./parse-settings.js'); // brings the YAML parser, which most users do without
  return parseSettings(path, text);
}

export function noSettings(): Settings {
  const origin = {source: sourceText('settings', ''), start: 0, end: 0, via: []};
  // Written out: a run that has nothing to do loads neither the YAML parser nor what shows its problems.
  return {path: undefined, values: {}, located: {kind: 'map', entries: new Map(), origin}};
}

/** A path as people write it: `~/` is their home folder, anything relative starts from `dir`. */
export function absolutePath(path: string, dir: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homeFolder(), path.slice(1));
  return resolve(dir, path);
}
