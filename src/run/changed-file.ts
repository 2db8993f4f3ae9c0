import {shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {fileLeaves} from '../plan/fingerprint-parts.js';
import type {PlannedStage} from '../plan/plan.js';
import {type FileObservation, fileKey, type World} from '../plan/world.js';

/**
 * A file or folder of the user's that is no longer what the stage was planned with, when it has run: what was made of it belongs
 * to neither version, and must not be found under the fingerprint of the old one when that comes back.
 */
export function changedFile(
  {id, configured, type}: PlannedStage,
  {files}: Pick<World, 'files'>,
  now: ReadonlyMap<string, FileObservation>,
): Problem | undefined {
  for (const {path, value} of fileLeaves(configured, type)) {
    const [before, after] = [files, now].map((seen) => seen.get(fileKey(id, path)));
    if (before?.kind !== 'found' || after === undefined) continue;
    if (after.kind === 'found' && before.content === after.content && before.place === after.place) continue;
    const name = after.kind === 'found' ? firstDifference(before.listing, after.listing) : '';
    const what = name === '' ? String(value) : `${String(value)}/${name}`;
    return {
      code: 'run/input-changed',
      message: `${id}, ${path}: ${shownPath(what)} was changed while the run was going on; what was made of it is not kept`,
      position: configured.positions[path] ?? configured.position,
      hint: 'Run again: the new version will be read. A program that has to change its input should write an output instead.',
    };
  }
  return undefined;
}

function firstDifference(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string {
  const names = [...Object.keys(before), ...Object.keys(after)].sort();
  return names.find((name) => before[name] !== after[name]) ?? '';
}
