/**
 * Paths into nested values as people write them: `adapter.rank`, `formats.0`. A word that holds a dot itself, as module
 * names do, is in double quotes, as JSON texts do: `adapter.rank_pattern."layers.0.self_attn.q_proj"`.
 */
export type DottedPath = string;

const PLAIN = /^[^\s."\\=]+$/;

/** One word more; an empty path is the root. */
export function joinPath(path: DottedPath, word: string): DottedPath {
  const written = PLAIN.test(word) ? word : JSON.stringify(word);
  return path === '' ? written : `${path}.${written}`;
}

const QUOTED = /"(?:[^"\\]|\\.)*"/;
const WORD = new RegExp(`(${QUOTED.source}|[^."]+)(\\.|$)`, 'y');

/** The words of a path; undefined when it is none: an empty word, a quote without its partner. */
export function pathWords(path: DottedPath): readonly string[] | undefined {
  if (!path.includes('"')) {
    const words = path.split('.');
    return words.includes('') ? undefined : words;
  }
  const words: string[] = [];
  WORD.lastIndex = 0;
  for (let at = 0; at < path.length; at = WORD.lastIndex) {
    const match = WORD.exec(path);
    const word = match === null ? undefined : unquoted(match[1]!);
    if (word === undefined) return undefined;
    words.push(word);
  }
  return path.endsWith('.') ? undefined : words;
}

function unquoted(written: string): string | undefined {
  if (!written.startsWith('"')) return written;
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined; // an escape that JSON does not know
  }
}

/** The paths of what holds a value, nearest first: `a.b.c` → `a.b`, `a`. */
export function pathsAbove(path: DottedPath): DottedPath[] {
  const words = pathWords(path) ?? [];
  return words.slice(1).map((_, index) => words.slice(0, words.length - 1 - index).reduce(joinPath, ''));
}

const BEFORE_EQUALS = new RegExp(`^(?:[^"=]|${QUOTED.source})*(?==)`);

/** Where the first `=` outside of quotes is in `path=value`; -1 when there is none. */
export function equalsAfterPath(text: string): number {
  return BEFORE_EQUALS.exec(text)?.[0].length ?? -1;
}
