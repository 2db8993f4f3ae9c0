import {failure, ok, type Result} from '../base/result.js';

/** What a learning-rate formula may mention; the engine gives the same (`native/training/schedule.cpp`). */
export const FORMULA_VARIABLES = [
  'step',
  'total_steps',
  'progress',
  'epoch',
  'total_epochs',
  'steps_per_epoch',
  'base_lr',
] as const;
export type FormulaVariables = Readonly<Record<(typeof FORMULA_VARIABLES)[number], number>>;

export type Formula = (variables: FormulaVariables) => number;

const FUNCTIONS: Readonly<
  Record<string, {readonly arity: number; readonly apply: (...values: number[]) => number}>
> = {
  cos: {arity: 1, apply: Math.cos},
  sin: {arity: 1, apply: Math.sin},
  exp: {arity: 1, apply: Math.exp},
  log: {arity: 1, apply: Math.log},
  sqrt: {arity: 1, apply: Math.sqrt},
  abs: {arity: 1, apply: Math.abs},
  pow: {arity: 2, apply: (base, exponent) => base ** exponent},
  clamp: {arity: 3, apply: (x, low, high) => Math.max(low!, Math.min(high!, x!))},
  min: {arity: Number.POSITIVE_INFINITY, apply: Math.min},
  max: {arity: Number.POSITIVE_INFINITY, apply: Math.max},
};
const CONSTANTS: Readonly<Record<string, number>> = {pi: Math.PI, e: Math.E, True: 1, False: 0};
const COMPARISONS: readonly (readonly [string, (a: number, b: number) => boolean])[] = [
  ['<=', (a, b) => a <= b],
  ['>=', (a, b) => a >= b],
  ['==', (a, b) => a === b],
  ['!=', (a, b) => a !== b],
  ['<', (a, b) => a < b],
  ['>', (a, b) => a > b],
];
const MOST_NESTED = 64;

/**
 * Pure: a learning-rate formula as the engine reads it: the part of Python's expressions that such formulas use
 * (`native/training/formula.h` has the grammar). Problem: `train/formula-invalid`, with the column.
 */
export function parseFormula(text: string): Result<Formula> {
  try {
    return ok(new Parser(text).parse());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return failure({
      code: 'train/formula-invalid',
      message: `Learning-rate formula, column ${error.at + 1}: ${error.message} in \`${text}\``,
      hint: `Variables: ${FORMULA_VARIABLES.join(', ')}. Functions: ${Object.keys(FUNCTIONS).join(' ')}; constants: pi, e.`,
    });
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

/** Recursive descent, one function a level of precedence, loosest first. */
class Parser {
  #at = 0;
  #depth = 0;

  constructor(readonly text: string) {}

  parse(): Formula {
    const value = this.#conditional();
    if (!this.#atEnd()) this.#fail('expected the end of the formula');
    return value;
  }

  #conditional(): Formula {
    return this.#nested(() => {
      const then = this.#disjunction();
      if (!this.#takeWord('if')) return then;
      const condition = this.#disjunction();
      if (!this.#takeWord('else')) this.#fail('expected `else` after `if`');
      const otherwise = this.#conditional();
      return (v) => (condition(v) === 0 ? otherwise(v) : then(v));
    });
  }

  #disjunction(): Formula {
    let left = this.#conjunction();
    while (this.#takeWord('or')) {
      const [a, b] = [left, this.#conjunction()];
      left = (v) => {
        const value = a(v);
        return value === 0 ? b(v) : value;
      };
    }
    return left;
  }

  #conjunction(): Formula {
    let left = this.#negation();
    while (this.#takeWord('and')) {
      const [a, b] = [left, this.#negation()];
      left = (v) => (a(v) === 0 ? 0 : b(v));
    }
    return left;
  }

  #negation(): Formula {
    if (!this.#takeWord('not')) return this.#comparison();
    const negated = this.#nested(() => this.#negation());
    return (v) => (negated(v) === 0 ? 1 : 0);
  }

  /** Comparisons may be chained: 0.2 < progress < 0.8 holds if both do. */
  #comparison(): Formula {
    const terms = [this.#sum()];
    const tests: ((a: number, b: number) => boolean)[] = [];
    for (let test = this.#takeComparison(); test !== undefined; test = this.#takeComparison()) {
      tests.push(test);
      terms.push(this.#sum());
    }
    if (tests.length === 0) return terms[0]!;
    return (v) => {
      const values = terms.map((term) => term(v));
      return tests.every((test, i) => test(values[i]!, values[i + 1]!)) ? 1 : 0;
    };
  }

  #takeComparison() {
    return COMPARISONS.find(([sign]) => this.#take(sign))?.[1];
  }

  #sum(): Formula {
    let left = this.#product();
    for (;;) {
      const a = left;
      if (this.#take('+')) {
        const b = this.#product();
        left = (v) => a(v) + b(v);
      } else if (this.#take('-')) {
        const b = this.#product();
        left = (v) => a(v) - b(v);
      } else return left;
    }
  }

  #product(): Formula {
    let left = this.#signed();
    for (;;) {
      const a = left;
      if (this.#take('//')) {
        const b = this.#signed();
        left = (v) => Math.floor(a(v) / b(v));
      } else if (this.#take('/')) {
        const b = this.#signed();
        left = (v) => a(v) / b(v);
      } else if (this.#take('%')) {
        const b = this.#signed();
        left = (v) => a(v) - b(v) * Math.floor(a(v) / b(v)); // Python's remainder takes the divisor's sign
      } else if (!this.#ahead('**') && this.#take('*')) {
        const b = this.#signed();
        left = (v) => a(v) * b(v);
      } else return left;
    }
  }

  #signed(): Formula {
    const minus = this.#take('-');
    if (!minus && !this.#take('+')) return this.#power();
    const inner = this.#nested(() => this.#signed());
    return minus ? (v) => -inner(v) : inner;
  }

  #power(): Formula {
    const base = this.#atom();
    if (!this.#take('**')) return base;
    const exponent = this.#signed(); // right-associative; 2 ** -1 is allowed
    return (v) => base(v) ** exponent(v);
  }

  #atom(): Formula {
    if (this.#take('(')) {
      const inner = this.#conditional();
      this.#expect(')');
      return inner;
    }
    const number = this.#match(/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/);
    if (number !== undefined) return () => Number(number);
    const begin = this.#at;
    const word = this.#match(/^[A-Za-z_]\w*/);
    if (word === undefined) this.#fail('expected a number, a name or `(`');
    if (Object.hasOwn(FUNCTIONS, word)) return this.#call(word);
    const variable = FORMULA_VARIABLES.find((name) => name === word);
    if (variable !== undefined) return (v) => v[variable];
    if (Object.hasOwn(CONSTANTS, word)) return () => CONSTANTS[word]!;
    this.#at = begin;
    this.#fail(`unknown name \`${word}\``);
  }

  #call(word: string): Formula {
    const {arity, apply} = FUNCTIONS[word]!;
    this.#expect('(');
    const given = [this.#conditional()];
    while (this.#take(',')) given.push(this.#conditional());
    this.#expect(')');
    if (Number.isFinite(arity) && given.length !== arity)
      this.#fail(`expected ${arity} arguments for ${word} but found ${given.length}`);
    return (v) => apply(...given.map((argument) => argument(v)));
  }

  #nested(inner: () => Formula): Formula {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) this.#fail(`expected at most ${MOST_NESTED} nested parentheses`);
    const value = inner();
    this.#depth -= 1;
    return value;
  }

  #atEnd(): boolean {
    return this.#rest() === '';
  }

  #rest(): string {
    this.#at += /^\s*/.exec(this.text.slice(this.#at))![0].length;
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
