/** UTF-8 that was read as Windows-1252 or Latin-1 (`Ã©`, `â€™`), and the sign that a decoder puts where it gave up. */
const misread = /[ÃÂâ][\u0080-\u00BF\u0152-\u0192\u02C6\u02DC\u2013-\u203A\u20AC\u2122]|\uFFFD/;
/** What controls a terminal or a printer, and half a character. */
const unwritable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  /[\0-\u0008\u000E-\u001F\u007F-\u0084\u0086-\u009F]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/** Was this text read in a wrong encoding, so that no one could have written it so? */
export function isGarbled(text: string): boolean {
  return misread.test(text) || unwritable.test(text);
}

/**
 * Is this a tag that holds an East Asian encoding read as Latin-1, as old tags do (`ÎÒµÄ` for 我的)? No language has so many
 * letters from that part of Latin-1 in a row.
 */
export function isGarbledTag(text: string): boolean {
  const letters = [...text.replace(/[\s\p{P}\d]/gu, '')];
  const high = (text.match(/[\u00A1-\u00FF]/g) ?? []).length;
  return isGarbled(text) || (high >= 4 && high >= 0.7 * letters.length);
}
