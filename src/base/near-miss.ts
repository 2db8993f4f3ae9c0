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

/** Up to three of the known words that `found` may have been meant to be, nearest first. */
export function nearMisses(found: string, known: Iterable<string>): string[] {
  if (found.length > 100) return [];
  const allowed = Math.max(1, Math.floor(found.length / 3));
  return [...known]
    .map((word) => ({word, far: distance(found.toLowerCase(), word.toLowerCase())}))
    .filter(({word, far}) => far <= allowed || (found.length >= 4 && folded(word).startsWith(folded(found))))
    .sort((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1))
    .slice(0, 3)
    .map(({word}) => word);
}

/** `Did you mean rank?`, or undefined when nothing is near. */
export function didYouMean(found: string, known: Iterable<string>): string | undefined {
  const near = nearMisses(found, known);
  return near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`;
}

/** `a, b and 7 more`: long lists are cut where nobody reads on. */
export function listed(words: readonly string[], most = 30): string {
  if (words.length <= most) return words.join(', ');
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`;
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[-_. ]/g, '');
}
