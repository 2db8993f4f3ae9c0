import type {Problem} from '../base/problem.js';

/** What a learning-rate formula may mention; the engine gives the same (`native/training/schedule.cpp`). */
const VARIABLES = ['step', 'total_steps', 'progress', 'epoch', 'total_epochs', 'steps_per_epoch', 'base_lr'];

/** By name, how many arguments each takes; undefined: one or more. */
const FUNCTIONS: ReadonlyMap<string, number | undefined> = new Map([
  ['cos', 1],
  ['sin', 1],
  ['exp', 1],
  ['log', 1],
  ['sqrt', 1],
  ['abs', 1],
  ['pow', 2],
  ['clamp', 3],
  ['min', undefined],
  ['max', undefined],
]);
const NAMES: ReadonlySet<string> = new Set([...VARIABLES, 'pi', 'e', 'True', 'False']);
/** Longer signs first. */
const COMPARISONS = ['<=', '>=', '==', '!=', '<', '>'];
const SUMS = ['+', '-'];
const PRODUCTS = ['//', '/', '%', '*'];
const MOST_NESTED = 64;

/**
 * Pure: what is wrong with a learning-rate formula, with its column; undefined for one that the engine takes. Syntax alone, so that
 * a file can be validated where there is no engine: what a formula is worth, only the engine knows (`native/training/formula.h`
 * has the grammar). Problem: `train/formula-invalid`.
 */
export function formulaProblem(text: string): Problem | undefined {
  try {
    new Reader(text).read();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      code: 'train/formula-invalid',
      message: `Learning-rate formula, column ${error.at + 1}: ${error.message} in \`${text}\``,
      hint: `Variables: ${VARIABLES.join(', ')}. Functions: ${[...FUNCTIONS.keys()].join(' ')}; constants: pi, e.`,
    };
  }
}

class Fault extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Recursive descent, one function a level of precedence, loosest first. Reads and computes nothing. */
class Reader {
  #at = 0;
  #depth = 0;

  constructor(readonly text: string) {}

  read(): void {
    this.#conditional();
    if (this.#rest() !== '') this.#fail('expected the end of the formula');
  }

  #conditional(): void {
    this.#nested(() => {
      this.#disjunction();
      if (!this.#takeWord('if')) return;
      this.#disjunction();
      if (!this.#takeWord('else')) this.#fail('expected `else` after `if`');
      this.#conditional();
    });
  }

  #disjunction(): void {
    do this.#conjunction();
    while (this.#takeWord('or'));
  }

  #conjunction(): void {
    do this.#negation();
    while (this.#takeWord('and'));
  }

  #negation(): void {
    if (this.#takeWord('not')) this.#nested(() => this.#negation(), 'a simpler formula');
    else this.#comparison();
  }

  /** Comparisons may be chained: 0.2 < progress < 0.8. */
  #comparison(): void {
    do this.#sum();
    while (this.#takeOneOf(COMPARISONS));
  }

  #sum(): void {
    do this.#product();
    while (this.#takeOneOf(SUMS));
  }

  #product(): void {
    do this.#signed();
    while (!this.#ahead('**') && this.#takeOneOf(PRODUCTS));
  }

  #signed(): void {
    if (this.#takeOneOf(SUMS)) this.#nested(() => this.#signed(), 'a simpler formula');
    else this.#power();
  }

  #power(): void {
    this.#atom();
    if (this.#take('**')) this.#signed(); // right-associative; 2 ** -1 is allowed
  }

  #atom(): void {
    if (this.#take('(')) {
      this.#conditional();
      this.#expect(')');
      return;
    }
    this.#rest();
    const begin = this.#at;
    const number = this.#match(/^(?=[\d.])\d*\.?\d*([eE][+-]?\d*)?/);
    if (number !== undefined) {
      if (/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(number)) return;
      this.#at = begin;
      this.#fail('expected a number');
    }
    const word = this.#match(/^[A-Za-z_]\w*/);
    if (word === undefined) this.#fail('expected a number, a name or `(`');
    if (FUNCTIONS.has(word)) this.#call(word);
    else if (!NAMES.has(word)) {
      this.#at = begin;
      this.#fail(`unknown name \`${word}\``);
    }
  }

  #call(word: string): void {
    const arity = FUNCTIONS.get(word);
    let given = 0;
    this.#expect('(');
    do {
      this.#conditional();
      given += 1;
    } while (this.#take(','));
    this.#expect(')');
    if (arity !== undefined && given !== arity)
      this.#fail(`expected ${arity} arguments for ${word} but found ${given}`);
  }

  #nested(inner: () => void, expected = `at most ${MOST_NESTED} nested parentheses`): void {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) this.#fail(`expected ${expected}`);
    inner();
    this.#depth -= 1;
  }

  /** What is left, spaces in front of it skipped. */
  #rest(): string {
    this.#at += /^[ \t\n\v\f\r]*/.exec(this.text.slice(this.#at))![0].length;
    return this.text.slice(this.#at);
  }

  #ahead(sign: string): boolean {
    return this.#rest().startsWith(sign);
  }

  #take(sign: string): boolean {
    if (!this.#ahead(sign)) return false;
    this.#at += sign.length;
    return true;
  }

  #takeOneOf(signs: readonly string[]): boolean {
    return signs.some((sign) => this.#take(sign));
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail(`expected \`${sign}\``);
  }

  #match(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#rest())?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #takeWord(word: string): boolean {
    const begin = this.#at;
    if (this.#match(/^\w+/) === word) return true;
    this.#at = begin;
    return false;
  }

  #fail(message: string): never {
    throw new Fault(message, this.#at);
  }
}
