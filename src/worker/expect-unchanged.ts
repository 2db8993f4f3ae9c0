import {hashFile} from '../base/hash.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';

/** A song edited between planning and work must not be cached under the old file's fingerprint. Throws `audio/changed`. */
export async function expectUnchanged(path: string, expected: string): Promise<void> {
  const {hash} = await hashFile(path);
  if (hash === expected) return;
  throw new SidestepError({
    code: 'audio/changed',
    message: `${shownPath(path)} was changed while the run was going on`,
    hint: 'Run again: the new version will be read.',
  });
}
