import {distance, nearMisses} from '../base/near-miss.js';
import {officialFolders} from './checkpoint.js';

/**
 * The model that a name means: a folder's exact name, else the official model of a short name (`turbo`, `xl-sft`), else
 * a folder of the same name but for case, `-` and `_`. Nothing vaguer, so that a pipeline means one model for ever.
 */
export function modelNamed(query: string, names: readonly string[]): string | undefined {
  const official = Object.hasOwn(officialFolders, query.toLowerCase())
    ? officialFolders[query.toLowerCase()]
    : undefined;
  const same = names.filter((name) => folded(name) === folded(query));
  return [query, official, same.length === 1 ? same[0] : undefined].find(
    (name) => name !== undefined && names.includes(name),
  );
}

/**
 * Fuzzy search for people who type: names that contain the letters of the query in order, those that contain it in one
 * piece first, then by edit distance. An empty query finds everything.
 */
export function searchModels(query: string, names: readonly string[]): string[] {
  const wanted = folded(query);
  return names
    .filter((name) => isSubsequence(wanted, folded(name)))
    .map((name) => ({
      name,
      whole: folded(name).includes(wanted),
      far: distance(query.toLowerCase(), name.toLowerCase()),
    }))
    .sort((a, b) => Number(b.whole) - Number(a.whole) || a.far - b.far || (a.name < b.name ? -1 : 1))
    .map(({name}) => name);
}

/** What a name that means nothing may have meant: short names are compared with short names. */
export function nearModels(query: string, names: readonly string[]): string[] {
  const aliases = Object.entries(officialFolders).filter(([, folder]) => names.includes(folder));
  const near = nearMisses(query, [...names, ...aliases.map(([alias]) => alias)]);
  return near.length > 0 ? near : searchModels(query, names).slice(0, 3);
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_. /]/g, '');
}
