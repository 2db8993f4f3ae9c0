/**
 * Edit distance with transpositions (optimal string alignment, after Damerau 1964 and Levenshtein 1966); an exact
 * match but for case or for - and _ costs next to nothing.
 */
export function distance(a: string, b: string): number {
  if (a === b) return 0;
  if (folded(a) === folded(b)) return 0.5;
  let beforePrevious: number[] = [];
  let previous = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      current[j] = Math.min(
        previous[j]! + 1,
        current[j - 1]! + 1,
        previous[j - 1]! + cost,
        swap ? beforePrevious[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** Up to three of the known words of which `found` may be a misspelling (or the beginning), nearest first. */
export function nearMisses(found: string, known: Iterable<string>): string[] {
  if (found.length > 100) return [];
  return [...known]
    .map((word) => ({word, far: distance(found.toLowerCase(), word.toLowerCase())}))
    .filter(
      ({word, far}) =>
        isSlip(found, word, far) || (found.length >= 4 && folded(word).startsWith(folded(found))),
    )
    .sort((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1))
    .slice(0, 3)
    .map(({word}) => word);
}

/**
 * A slip of the finger leaves every word of a name recognizable: `lora_dropout` is near `cfg_dropout` as a text, but no
 * one meant the one who wrote the other.
 */
function isSlip(found: string, word: string, far: number): boolean {
  if (far > allowance(found)) return false;
  const [theirs, ours] = [wordsOf(found), wordsOf(word)];
  if (theirs.length !== ours.length) return far <= 2;
  return theirs.every((part, index) => distance(part, ours[index]!) <= allowance(part));
}

function allowance(text: string): number {
  return Math.max(1, Math.floor(text.length / 3));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[-_. /]+/);
}

/** `Did you mean rank?`, or undefined when nothing is near. */
export function didYouMean(found: string, known: Iterable<string>): string | undefined {
  const near = nearMisses(found, known);
  return near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`;
}

/** `a, b and 7 more`: long lists are cut where no one reads on. */
export function listed(words: readonly string[], most = 30): string {
  if (words.length <= most) return words.join(', ');
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[-_. ]/g, '');
}
