/**
 * File names are bytes; most are UTF-8, and those of old music collections often are not. A path in this program is text in
 * which a byte that is no UTF-8 is written as a lone low surrogate, U+DC00 + byte, as Python writes it (PEP 383): no real
 * character is written so, hence nothing is lost on the way back.
 */

/**
 * The text of a name as the system gave it. What Yarn's Plug'n'Play puts in place of Node's file functions answers in text
 * when it is asked for bytes: names that are no UTF-8 cannot be read there.
 */
export function pathText(bytes: Uint8Array | string): string {
  if (typeof bytes === 'string') return bytes;
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  let out = '';
  for (let at = 0; at < bytes.length; ) {
    const length = utf8Length(bytes, at);
    out +=
      length === 0
        ? String.fromCharCode(0xdc00 + bytes[at]!)
        : Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
    at += Math.max(1, length);
  }
  return out;
}

/** Bytes of the character that begins at `at`; 0 when no UTF-8 character does. */
function utf8Length(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 0;
  const part = Buffer.from(bytes.subarray(at, at + length));
  return part.length === length && Buffer.from(part.toString('utf8'), 'utf8').equals(part) ? length : 0;
}

/** A byte of a name that is no UTF-8, in the text of a path: a low surrogate without a high one before it. */
const rawByte = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;

/** Is every name in this path UTF-8, so that other programs can be told of it? */
export function isUtf8Path(path: string): boolean {
  return !rawByte.test(path);
}

/** What Node's file functions take for a path; names that are not UTF-8 only reach the system as bytes. */
export function fsPath(path: string): string | Buffer {
  if (isUtf8Path(path)) return path;
  const parts = path.split(/((?<![\uD800-\uDBFF])[\uDC80-\uDCFF])/);
  return Buffer.concat(
    parts.map((part, i) =>
      i % 2 === 0 ? Buffer.from(part, 'utf8') : Buffer.of(part.charCodeAt(0) - 0xdc00),
    ),
  );
}

/**
 * A path for people, on one line: bytes that are no UTF-8 as `\xE9`, line ends and other control characters as `\n` and
 * `\u001b`, so that a name cannot pass for a line of ours in a message that has lines.
 */
export function shownPath(path: string): string {
  return path.replace(UNSHOWN, (character) => {
    const code = character.charCodeAt(0);
    if (code >= 0xdc00) return `\\x${(code - 0xdc00).toString(16).toUpperCase()}`;
    return SHORT[character] ?? `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNSHOWN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]|(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/g;
const SHORT: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r'};
