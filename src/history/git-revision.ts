import {execFile} from 'node:child_process';
import {basename, relative, sep} from 'node:path';
import {promisify} from 'node:util';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {PipelineFiles} from '../config/pipeline-files.js';

/** A state of the repository that a folder is in. */
export interface Revision {
  /** As it was named: `main`, `HEAD~2`, `v1.0`. */
  readonly name: string;
  readonly commit: string;
  readonly files: PipelineFiles;
}

/** Nothing is checked out: files are read from the repository. `A...B` is where they parted. Problem: `usage/unknown-revision`. */
export async function openRevision(name: string, dir: string): Promise<Result<Revision>> {
  const git = gitIn(dir);
  try {
    const [left, right] = name.split('...');
    const commit =
      right === undefined
        ? await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`)
        : await git('merge-base', '--', left || 'HEAD', right || 'HEAD');
    return ok({name, commit: commit.trim(), files: filesIn({name, commit: commit.trim()}, dir)});
  } catch {
    return failure({
      code: 'usage/unknown-revision',
      message: `git knows no revision ${name} in ${dir}`,
      hint: 'A revision is a branch, a tag or a commit, such as main, HEAD~1 or 3f2a1b0; the folder must be in a repository.',
    });
  }
}

function filesIn({name, commit}: Pick<Revision, 'name' | 'commit'>, dir: string): PipelineFiles {
  const git = gitIn(dir);
  const within = (path: string) => `./${relative(dir, path).split(sep).join('/')}`; // git reads `./../x` too
  return {
    read: async (path) => {
      try {
        return await git('show', '--end-of-options', `${commit}:${within(path)}`);
      } catch {
        throw new SidestepError({code: 'file/missing', message: `${path} does not exist in ${name}`});
      }
    },
    namesIn: async (folder) => {
      const list = await git('ls-tree', '--name-only', '-z', commit, '--', `${within(folder)}/`).catch(
        () => '', // a folder outside the repository
      );
      return list.split('\0').flatMap((path) => (path === '' ? [] : [basename(path)]));
    },
  };
}

const run = promisify(execFile);
const MOST_BYTES = 64 * 2 ** 20;

function gitIn(cwd: string): (...args: string[]) => Promise<string> {
  return async (...args) =>
    (await run('git', ['--no-optional-locks', ...args], {cwd, timeout: 30_000, maxBuffer: MOST_BYTES}))
      .stdout;
}
