/** Something that a line can say. */
export interface Fact {
  /** In full, and in shorter forms where there are such. */
  readonly texts: readonly [string, ...string[]];
  /** 1 stays longest; the order of facts is another matter. */
  readonly rank: number;
  /** Shortened before facts of a lower rank than this one are left out; its own rank, unless its words are worth less than it. */
  readonly trims?: number;
}

const BETWEEN = ' · ';

/** How much a line may hold, and how it is measured: this module also runs in a browser, which measures by itself. */
export interface Room {
  readonly columns: number;
  readonly columnsOf: (text: string) => number;
}

/**
 * Facts in their order, in at most so many columns: the least important ones are shortened, then left out, until the rest has
 * room; the most important one always stays.
 */
export function factsLine(facts: readonly Fact[], {columns, columnsOf}: Room): string {
  const shown = new Map(facts.map((fact) => [fact, fact.texts[0]]));
  const line = (): string => facts.flatMap((fact) => shown.get(fact) ?? []).join(BETWEEN);
  for (const {fact, text} of savings(facts)) {
    if (columnsOf(line()) <= columns) break;
    if (text !== undefined) shown.set(fact, text);
    else if (shown.size > 1) shown.delete(fact);
  }
  return line();
}

/** All of them in full. */
export function allFacts(facts: readonly Fact[]): string {
  return facts.map(({texts}) => texts[0]).join(BETWEEN);
}

/** What can be saved, the least important first: a shorter form, or (without one) the fact itself. */
function savings(facts: readonly Fact[]): {readonly fact: Fact; readonly text?: string}[] {
  const steps = facts.flatMap((fact) => {
    const [, ...shorter] = fact.texts;
    const trims = shorter.map((text) => ({fact, text, rank: fact.trims ?? fact.rank}));
    return [...trims, {fact, rank: fact.rank}];
  });
  return steps.toSorted((a, b) => b.rank - a.rank); // stable: a fact is shortened before it goes
}
