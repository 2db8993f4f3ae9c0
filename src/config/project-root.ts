import {existsSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {homeFolder} from '../base/home-folder.js';

/**
 * The folder whose `.sidestep/` holds the runs and the cache of a pipeline, so that one project has one of each wherever in it
 * the file is: the nearest folder from `folder` upward that has a `.sidestep/`; else the repository's; else, of a folder called
 * `pipelines`, the one above; else `folder` itself. A home folder and the root of a file system are no projects.
 */
export function projectRoot(folder: string): string {
  const candidates = [...ancestors(folder)];
  const marked = (mark: string) => candidates.find((each) => exists(join(each, mark)));
  const conventional =
    basename(folder) === 'pipelines' ? candidates.find((each) => each !== folder) : undefined;
  return marked('.sidestep') ?? marked('.git') ?? conventional ?? folder;
}

function* ancestors(folder: string): Generator<string> {
  const home = homeFolder();
  for (let at = folder; at !== dirname(at) && at !== home; at = dirname(at)) yield at;
}

/** A repository's `.git` may be a file, of a worktree. */
function exists(path: string): boolean {
  return existsSync(path);
}
