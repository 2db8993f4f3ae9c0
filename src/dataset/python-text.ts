import type {JsonNode} from '../format/json.js';

/**
 * What Python's `str()` prints for a value that `json.load` has read: upstream puts metadata into prompts this way, so
 * `120.0` stays `120.0`, a missing value becomes `None` and a list of genres `['rock', 'pop']`.
 */
export function pythonText(node: JsonNode): string {
  return node.kind === 'string' ? node.value : pythonRepr(node);
}

/** Python's `repr()`: as `str()`, but text is quoted, which it is wherever it is in a list or dictionary. */
function pythonRepr(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'None';
    case 'boolean':
      return node.value ? 'True' : 'False';
    case 'string':
      return quoted(node.value);
    case 'number':
      return pythonNumber(node.text);
    case 'array':
      return `[${node.items.map(pythonRepr).join(', ')}]`;
    case 'object':
      return `{${[...node.entries].map(([key, value]) => `${quoted(key)}: ${pythonRepr(value)}`).join(', ')}}`;
  }
}

const namedEscapes: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t'};

/** In single quotes, unless only single ones are inside; what Python thinks not printable is escaped, blanks but the space too. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`);
  return (
    quote + escaped.replace(/[\p{C}\p{Z}]/gu, (shown) => (shown === ' ' ? shown : escapeOf(shown))) + quote
  );
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  const [letter, digits] = code > 0xffff ? ['U', 8] : code > 0xff ? ['u', 4] : ['x', 2];
  return namedEscapes[character] ?? `\\${letter}${code.toString(16).padStart(digits as number, '0')}`;
}

/** Python's truth: zero, the empty string, empty containers and None are false. */
export function isTruthy(node: JsonNode | undefined): boolean {
  switch (node?.kind) {
    case undefined:
    case 'null':
      return false;
    case 'boolean':
      return node.value;
    case 'string':
      return node.value !== '';
    case 'number':
      return node.value !== 0;
    case 'array':
      return node.items.length > 0;
    case 'object':
      return node.entries.size > 0;
  }
}

/** `int` when the text has neither point nor exponent, else `float`, printed as CPython's `repr` does. */
function pythonNumber(text: string): string {
  if (/^-?\d+$/.test(text)) return BigInt(text).toString(); // -0 is 0
  return pythonFloat(Number(text));
}

/** Both languages print the shortest digits that read back; they differ in when to use an exponent. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${Object.is(value, -0) ? '-' : ''}${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain =
    exponent < 0 ? value.toFixed(Math.max(0, significantDigits(digits) - 1 - exponent)) : String(value);
  const signed = Object.is(value, -0) ? '-0' : plain;
  return signed.includes('.') ? signed : `${signed}.0`;
}

function significantDigits(digits: string): number {
  return digits.replace(/[-.]/g, '').length;
}
