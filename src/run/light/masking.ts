/** What is shown in place of a secret. */
const MASK = '***';
/** How a line ends that was cut because of its length. */
const CUT = / … and \d+ more characters in this line$/;

/**
 * Takes secrets out of what a program prints. A line that was cut within a secret loses what was left of it; of a secret
 * with several lines each is taken out.
 */
export function masking(secrets: readonly string[]): (line: string) => string {
  const words = [...new Set(secrets.flatMap((secret) => secret.split(/\r\n|\n|\r/)))]
    .filter((word) => word.trim() !== '')
    .sort((a, b) => b.length - a.length); // a secret that holds another one goes first
  if (words.length === 0) return (line) => line;
  return (line) => {
    const masked = words.reduce((text, word) => text.replaceAll(word, MASK), line);
    const cut = CUT.exec(masked);
    return cut === null ? masked : withoutBeginning(masked.slice(0, cut.index), words) + cut[0];
  };
}

/** The text without the beginning of a secret at its end. */
function withoutBeginning(text: string, words: readonly string[]): string {
  for (const word of words) {
    for (let length = word.length - 1; length > 0; length -= 1) {
      if (text.endsWith(word.slice(0, length))) return text.slice(0, -length) + MASK;
    }
  }
  return text;
}
