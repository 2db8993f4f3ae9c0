import {lstatSync, readlinkSync} from 'node:fs';
import {dirname, parse, resolve, sep} from 'node:path';
import {shownPath} from './path-bytes.js';
import {SidestepError} from './problem.js';

/** Where a path leads, and every symbolic link on the way there. */
export interface FollowedPath {
  /** Without links, as far as it exists. */
  readonly real: string;
  /** Each by a path without further links. */
  readonly links: readonly string[];
}

/** As Linux counts (path_resolution(7)). */
const MAX_LINKS = 40;

/** Walks an absolute path part by part. What does not exist, or goes round in circles, is taken as it is written. */
export function followLinks(path: string): FollowedPath {
  const links: string[] = [];
  let {root: real} = parse(path);
  let rest = partsOf(path);
  while (rest.length > 0) {
    const [part, ...later] = rest as [string, ...string[]];
    const next = resolve(real, part);
    rest = later;
    if (links.length > MAX_LINKS || !isLink(next)) real = next;
    else {
      links.push(next);
      const target = resolve(dirname(next), readlinkSync(next));
      real = parse(target).root;
      rest = [...partsOf(target), ...later];
    }
  }
  return {real, links};
}

function partsOf(path: string): string[] {
  return path
    .slice(parse(path).root.length)
    .split(sep)
    .filter((part) => part !== '');
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ?? false;
  } catch {
    return false; // a folder on the way that may not be entered, or is a file: what opens the path says so
  }
}

/** A walk through folders would not end. */
export function linkLoop(
  code: 'dataset/link-loop' | 'run/link-loop',
  path: string,
  to: string,
): SidestepError {
  return new SidestepError({
    code,
    message: `${shownPath(path)} is a symbolic link back to ${shownPath(to)}, which it is in`,
    hint: 'Remove the link; sidestep would walk in circles.',
  });
}
