import {shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {fileLeaves} from '../plan/fingerprint-parts.js';
import type {PlannedStage} from '../plan/plan.js';
import {type FileObservation, fileKey, type World} from '../plan/world.js';

export interface ChangedFile {
  /** `came`: into the folder that a program was given, where programs leave things themselves, such as `__pycache__`. */
  readonly how: 'changed' | 'came';
  readonly problem: Problem;
}

/**
 * A file or folder of the user's that is no longer what the stage was planned with, when it has run: what was made of it belongs
 * to neither version, and must not be found under the fingerprint of the old one when that comes back.
 */
export function changedFile(
  {id, configured, type}: PlannedStage,
  {files}: Pick<World, 'files'>,
  now: ReadonlyMap<string, FileObservation>,
): ChangedFile | undefined {
  for (const {path, value} of fileLeaves(configured, type)) {
    const [before, after] = [files, now].map((seen) => seen.get(fileKey(id, path)));
    if (before?.kind !== 'found' || after === undefined) continue;
    if (after.kind === 'found' && before.content === after.content && before.place === after.place) continue;
    const position = configured.positions[path] ?? configured.position;
    const named = (name: string) =>
      `${id}, ${path}: ${shownPath(name === '' ? String(value) : `${String(value)}/${name}`)}`;
    const listing = after.kind === 'found' ? after.listing : {};
    const other = Object.keys(before.listing).find((name) => before.listing[name] !== listing[name]);
    if (other === undefined && type.name === 'command') {
      const came = Object.keys(listing).find((name) => before.listing[name] === undefined);
      const message = `${named(came ?? '')} came while the program ran`;
      const hint =
        'If the program reads it, run the stage again with `--force`; what it leaves for itself belongs elsewhere.';
      return {how: 'came', problem: {code: 'run/input-grew', message, position, hint}};
    }
    const message = `${named(other ?? '')} was changed while the run was going on; what was made of it is not kept`;
    const hint =
      'Run again: the new version will be read. A program that has to change its input should write an output instead.';
    return {how: 'changed', problem: {code: 'run/input-changed', message, position, hint}};
  }
  return undefined;
}
