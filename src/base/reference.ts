/** One piece of a text of the file: literal characters, or what `${…}` refers to. */
export type TextPiece =
  | {readonly kind: 'literal'; readonly text: string}
  | {readonly kind: 'reference'; readonly words: readonly string[]; readonly raw: string}
  | {readonly kind: 'malformed'; readonly raw: string; readonly reason: string};

const WORD = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/**
 * Splits a text at its references. Before a `{`, two `$` stand for one: `$${a}` is the text `${a}`, `$$${a}` a dollar
 * sign and then what `${a}` refers to.
 */
export function textPieces(text: string): TextPiece[] {
  if (!text.includes('${')) return [{kind: 'literal', text}];
  const pieces: TextPiece[] = [];
  let literal = '';
  let at = 0;
  for (const {0: dollars, index} of text.matchAll(/\$+(?=\{)/g)) {
    if (index < at) continue; // inside a reference that has no end or a strange name
    literal += text.slice(at, index) + '$'.repeat(Math.floor(dollars.length / 2));
    at = index + dollars.length;
    if (dollars.length % 2 === 0) continue;
    if (literal !== '') pieces.push({kind: 'literal', text: literal});
    literal = '';
    const end = text.indexOf('}', at);
    const raw = end === -1 ? text.slice(at - 1) : text.slice(at - 1, end + 1);
    pieces.push(end === -1 ? {kind: 'malformed', raw, reason: 'it has no closing }'} : reference(raw));
    at += raw.length - 1;
  }
  literal += text.slice(at);
  if (literal !== '') pieces.push({kind: 'literal', text: literal});
  return pieces;
}

/** The text that `textPieces` splits into these: characters of literals that look like references are escaped. */
export function printPieces(pieces: readonly TextPiece[]): string {
  let printed = '';
  let literal = '';
  for (const piece of pieces) {
    if (piece.kind === 'literal') literal += piece.text;
    else {
      printed += escaped(`${literal}{`).slice(0, -1) + piece.raw;
      literal = '';
    }
  }
  return printed + escaped(literal);
}

function escaped(literal: string): string {
  return literal.replace(/\$+(?=\{)/g, (dollars) => dollars + dollars);
}

function reference(raw: string): TextPiece {
  const words = raw.slice(2, -1).trim().split('.');
  const list = words.slice(1);
  if (!words.every((word, index) => WORD.test(word) || (index > 0 && /^[0-9]+$/.test(word)))) {
    return {kind: 'malformed', raw, reason: 'a name has letters, digits, _ and -'};
  }
  if (list.length === 0) return {kind: 'malformed', raw, reason: 'it names no value, as in ${vars.songs}'};
  return {kind: 'reference', words, raw};
}

/** Is there anything to resolve in this value? */
export function hasReference(value: unknown): boolean {
  return typeof value === 'string' && value.includes('${');
}
