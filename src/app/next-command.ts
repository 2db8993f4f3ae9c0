import {existsSync} from 'node:fs';
import {delimiter, dirname, join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {shellWord} from '../base/shell-word.js';
import type {Terminal} from './terminal.js';
import {packageRoot} from './version.js';

/** A command of ours as this person can paste it here: `npx sidestep report "my songs.yaml"`. */
export function nextCommand(terminal: Pick<Terminal, 'env' | 'cwd'>, words: readonly string[]): string {
  return [ownName(terminal), ...words.map((word) => shellWord(word))].join(' ');
}

/** `sidestep` where it is installed, `npx sidestep` (with Yarn's Plug'n'Play `yarn sidestep`) where it is a project's dependency, else its file, as in a checkout. */
export function ownName({env, cwd}: Pick<Terminal, 'env' | 'cwd'>): string {
  const own = (env.PATH ?? '').split(delimiter).filter((folder) => !isPackageBin(folder));
  if (own.some((folder) => folder !== '' && isThere(folder))) return 'sidestep';
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (isThere(join(folder, 'node_modules', '.bin'))) return 'npx sidestep';
    if (existsSync(join(folder, '.pnp.cjs'))) return 'yarn sidestep';
    if (dirname(folder) === folder) break;
  }
  const main = fileURLToPath(new URL('dist/cli/main.js', packageRoot));
  const near = relative(cwd, main);
  return `node ${shellWord(near.startsWith('..') ? main : near)}`;
}

/** npm puts these on the PATH of its scripts; the person's shell does not have them. */
function isPackageBin(folder: string): boolean {
  return /[/\\]node_modules[/\\]\.bin[/\\]?$/.test(folder) || /[/\\]node-gyp-bin[/\\]?$/.test(folder);
}

function isThere(folder: string): boolean {
  return ['sidestep', 'sidestep.cmd'].some((name) => existsSync(join(folder, name)));
}
