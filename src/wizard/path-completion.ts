import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {absolutePath} from '../config/user/settings.js';
import {visible} from '../render/visible.js';

/** What a question wants to be shown the way to; folders are always shown, since the way leads through them. */
export type PathKind = 'folder' | 'folder_or_json' | 'file';

export interface PathCompletion {
  /** What was typed, continued as far as there is no choice. */
  readonly text: string;
  /** Names that what was typed could become; folders end in a slash. */
  readonly names: readonly string[];
}

/** As a shell does it, from the folder in which the command was started. What cannot be read has nothing to offer. */
export function completePath(typed: string, cwd: string, kind: PathKind): PathCompletion {
  if (typed === '~') return {text: '~/', names: []};
  const cut =
    Math.max(typed.lastIndexOf('/'), process.platform === 'win32' ? typed.lastIndexOf('\\') : -1) + 1;
  const [head, stem] = [typed.slice(0, cut), typed.slice(cut)];
  const entries = entriesOf(absolutePath(head === '' ? '.' : head, cwd), kind).filter(
    (name) => !name.startsWith('.') || stem.startsWith('.'),
  );
  const names = matching(entries, stem);
  const start = commonStart(names);
  return {text: start.length < stem.length ? typed : head + start, names};
}

/** Exact beginnings, else beginnings in the other case. macOS may spell letters with accents in two parts. */
function matching(names: readonly string[], stem: string): readonly string[] {
  const starts = (fold: (text: string) => string) =>
    names.filter((name) => fold(name.normalize()).startsWith(fold(stem.normalize())));
  const exact = starts((text) => text);
  return exact.length > 0 ? exact : starts((text) => text.toLowerCase());
}

function entriesOf(folder: string, kind: PathKind): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => visible(name) === name) // a name with control characters cannot be typed either
      .flatMap((name) => shown(name, join(folder, name), kind))
      .sort();
  } catch {
    return []; // not there, not a folder, not ours to read: the question's own check says so
  }
}

function shown(name: string, path: string, kind: PathKind): readonly string[] {
  const found = statSync(path, {throwIfNoEntry: false}); // follows links; undefined for one that leads nowhere
  if (found?.isDirectory()) return [`${name}/`];
  const wanted = kind === 'file' || (kind === 'folder_or_json' && name.toLowerCase().endsWith('.json'));
  return found !== undefined && wanted ? [name] : [];
}

function commonStart([first = '', ...others]: readonly string[]): string {
  const letters = [...first];
  while (!others.every((name) => name.startsWith(letters.join('')))) letters.pop();
  return letters.join('');
}
