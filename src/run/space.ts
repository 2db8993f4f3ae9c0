import {statfsSync} from 'node:fs';
import {dirname} from 'node:path';
import {bytesText} from '../base/bytes-text.js';
import {isFileError} from '../base/durable.js';
import {fsPath, shownPath} from '../base/path-bytes.js';
import type {Problem} from '../base/problem.js';
import {isSystemError} from '../base/system-error.js';

/** Below this a run ends soon: checkpoints, encoded songs and the copies of results want more. */
const LITTLE_BYTES = 256 * 2 ** 20;

/** Bytes that may still be written at a place; undefined where its file system does not say. */
export type FreeBytes = (path: string) => number | undefined;

/** Places at which a run would soon have no room, said before hours go into it: one problem for each disk. */
export function tightPlaces(paths: readonly string[], freeAt: FreeBytes = freeBytes): Problem[] {
  const tight = paths.flatMap((path) => {
    const free = freeAt(path);
    return free === undefined || free >= LITTLE_BYTES ? [] : [{path, free}];
  });
  const byRoom = new Map(tight.map((place) => [place.free, place])); // two places with one number are one disk
  return [...byRoom.values()].map(({path, free}) => ({
    code: 'run/little-space',
    message: `Only ${bytesText(free)} are free where ${shownPath(path)} is`,
    hint: 'Make room there (`sidestep cache gc`), or choose another place: what does not fit ends the run.',
  }));
}

/** Of the nearest folder that exists: there the others would be made. File systems without blocks (proc) say nothing. */
function freeBytes(path: string): number | undefined {
  try {
    const {blocks, bavail, bsize} = statfsSync(fsPath(path));
    return blocks === 0 ? undefined : bavail * bsize;
  } catch (error) {
    if (isFileError(error, 'ENOENT', 'ENOTDIR', 'ELOOP') && dirname(path) !== path)
      return freeBytes(dirname(path));
    if (isSystemError(error)) return undefined; // what writes there will say why not
    throw error;
  }
}
