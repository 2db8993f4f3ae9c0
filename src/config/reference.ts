/** One piece of a text of the file: literal characters, or what `${…}` refers to. */
export type TextPiece =
  | {readonly kind: 'literal'; readonly text: string}
  | {readonly kind: 'reference'; readonly words: readonly string[]; readonly raw: string}
  | {readonly kind: 'malformed'; readonly raw: string; readonly reason: string};

const WORD = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** Splits a text at its references. `$${` stands for a literal `${`. */
export function textPieces(text: string): TextPiece[] {
  if (!text.includes('${')) return [{kind: 'literal', text}];
  const pieces: TextPiece[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      if (literal !== '') pieces.push({kind: 'literal', text: literal});
      literal = '';
      const end = text.indexOf('}', at);
      const raw = end === -1 ? text.slice(at) : text.slice(at, end + 1);
      pieces.push(end === -1 ? {kind: 'malformed', raw, reason: 'it has no closing }'} : reference(raw));
      at += raw.length;
    } else {
      literal += text[at++];
    }
  }
  if (literal !== '') pieces.push({kind: 'literal', text: literal});
  return pieces;
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
