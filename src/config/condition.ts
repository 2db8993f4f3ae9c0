import {failure, ok, type Result} from '../base/result.js';

/** Stands for the value of a condition's nth reference, so that a value with spaces or quotes stays one operand. */
export function placeholder(index: number): string {
  return String.fromCharCode(0xe000 + index); // private use: means nothing in anybody's text
}

export type ConditionValue = string | number | boolean;

/**
 * Decides a `when:` text in which placeholders stand for `values`. Grammar, loosest first: `||`, `&&`, `!`, comparison
 * with `==` or `!=`, parentheses; operands are words or quoted texts, compared as numbers where both are numbers, else
 * as texts; alone they must be true or false.
 * Fails with `config/bad-condition` and no position: the caller knows where the text is.
 */
export function decide(condition: string, values: readonly ConditionValue[] = []): Result<boolean> {
  const tokens = tokenize(condition)?.map((token) => filledIn(token, values));
  if (tokens === undefined) return bad('it has a quote without its partner');
  const parser = new Parser(tokens);
  const value = parser.or();
  if (typeof value === 'string') return bad(value);
  return parser.rest() === undefined ? ok(value) : bad(`nothing is expected at ${parser.rest()}`);
}

function bad(reason: string): Result<boolean> {
  return failure({
    code: 'config/bad-condition',
    message: `The condition cannot be decided: ${reason}`,
    hint: 'Write true, false, or a comparison such as ${vars.model} == turbo, joined by && and ||.',
  });
}

function filledIn(token: Token, values: readonly ConditionValue[]): Token {
  if (token.kind === 'operator') return token;
  const only = token.text.length === 1 ? values[token.text.charCodeAt(0) - 0xe000] : undefined;
  if (typeof only === 'number') return {...token, text: String(only), number: only};
  const text = token.text.replace(/[\ue000-\uf8ff]/g, (mark) =>
    String(values[mark.charCodeAt(0) - 0xe000] ?? mark),
  );
  const number =
    token.quotes === 'bare' && only === undefined && NUMBER.test(text) ? Number(text) : undefined;
  return {...token, text, number};
}

/** As YAML 1.2 reads it. */
const NUMBER = /^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0x[0-9a-fA-F]+|0o[0-7]+)$/;

type Token = {readonly kind: 'operator'; readonly text: string} | Operand;

interface Operand {
  readonly kind: 'operand';
  readonly text: string;
  readonly quotes: 'quoted' | 'bare';
  /** What it is as a number; undefined for texts, also for those that look like one. */
  readonly number?: number | undefined;
}

function tokenize(condition: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern =
    /\s+|(==|!=|&&|\|\||!|\(|\))|"([^"]*)"|'([^']*)'|([^\s"'()!=&|]+(?:[=&|!](?![=&|])[^\s"'()!=&|]*)*)|(.)/g;
  for (const [, operator, double, single, word, other] of condition.matchAll(pattern)) {
    if (other !== undefined) return undefined;
    if (operator !== undefined) tokens.push({kind: 'operator', text: operator});
    const operand = double ?? single ?? word;
    if (operand !== undefined)
      tokens.push({kind: 'operand', text: operand, quotes: word === undefined ? 'quoted' : 'bare'});
  }
  return tokens;
}

/** Recursive descent; each rule returns its value, or as a text the reason why it has none. */
class Parser {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  rest(): string | undefined {
    return this.tokens[this.at]?.text;
  }

  or(): boolean | string {
    return this.chain(
      '||',
      () => this.and(),
      (a, b) => a || b,
    );
  }

  private and(): boolean | string {
    return this.chain(
      '&&',
      () => this.not(),
      (a, b) => a && b,
    );
  }

  private chain(
    operator: string,
    next: () => boolean | string,
    join: (a: boolean, b: boolean) => boolean,
  ): boolean | string {
    let value = next();
    while (typeof value === 'boolean' && this.take(operator)) {
      const right = next();
      if (typeof right === 'string') return right;
      value = join(value, right);
    }
    return value;
  }

  private not(): boolean | string {
    let negations = 0;
    while (this.take('!')) negations++;
    const value = this.comparison();
    return typeof value === 'boolean' && negations % 2 === 1 ? !value : value;
  }

  private comparison(): boolean | string {
    if (this.take('(')) return this.parenthesised();
    const left = this.operand();
    if (left === undefined) return 'a value is missing';
    for (const operator of ['==', '!=']) {
      if (!this.take(operator)) continue;
      const right = this.operand();
      return right === undefined
        ? `a value is missing after ${operator}`
        : alike(left, right) === (operator === '==');
    }
    return left.text === 'true'
      ? true
      : left.text === 'false'
        ? false
        : `${left.text || 'an empty text'} is neither true nor false`;
  }

  private parenthesised(): boolean | string {
    if (this.tokens.length > 1000) return 'it is too long';
    const value = this.or();
    return typeof value === 'string' || this.take(')') ? value : 'a ) is missing';
  }

  private operand(): Operand | undefined {
    const token = this.tokens[this.at];
    if (token?.kind !== 'operand') return undefined;
    this.at++;
    return token;
  }

  private take(operator: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'operator' || token.text !== operator) return false;
    this.at++;
    return true;
  }
}

function alike(left: Operand, right: Operand): boolean {
  if (left.number !== undefined && right.number !== undefined) return left.number === right.number;
  return left.text === right.text;
}
