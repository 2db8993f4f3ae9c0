import type {JsonNode} from '../format/json.js';

/**
 * What Python's `str()` prints for a value that `json.load` has read: upstream puts metadata into prompts this way, so
 * `120.0` stays `120.0` and a missing value becomes `None`. Lists and objects have no sensible form in a prompt and give
 * their JSON kind.
 */
export function pythonText(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'None';
    case 'boolean':
      return node.value ? 'True' : 'False';
    case 'string':
      return node.value;
    case 'number':
      return pythonNumber(node.text);
    case 'array':
    case 'object':
      return node.kind;
  }
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
