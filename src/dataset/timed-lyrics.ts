/**
 * Lyrics whose lines say when they are sung, as karaoke programs and players write them (LRC): `[01:02.50]The rain came down`.
 * The model wants the words alone, in the order in which they are sung.
 */
export function withoutTimes(text: string): string {
  if (!isTimed(text)) return text;
  const lines = inOrder(
    text
      .split('\n')
      .filter((line) => !HEADING.test(line))
      .map(timedLine),
  );
  return lines
    .map((line) =>
      line
        .replace(WORD_TIME, '')
        .replace(/[ \t]+/g, ' ')
        .trim(),
    )
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Do most lines that say anything begin with a time? */
export function isTimed(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !HEADING.test(line));
  const timed = lines.filter((line) => TIMES.test(line));
  return timed.length > 0 && 2 * timed.length >= lines.length;
}

/** Minutes, seconds and, behind a point or a colon, parts of a second. */
const TIME = String.raw`(\d{1,3}):([0-5]?\d)(?:[.:](\d{1,3}))?`;
/** A line that is sung several times has several. */
const TIMES = new RegExp(String.raw`^\s*(?:\[${TIME}\]\s*)+`);
const ONE_TIME = new RegExp(String.raw`\[${TIME}\]`, 'g');
/** Some programs give every word its own. */
const WORD_TIME = new RegExp(`<${TIME}>`, 'g');
/** What players show of the recording: `[ti:Title]`, `[offset:+250]`. */
const HEADING = /^\s*\[(?:ti|ar|al|au|lr|by|re|ve|tool|offset|length|la|id|#)\s*:[^\]]*\]\s*$/i;

interface TimedLine {
  readonly words: string;
  /** Seconds; none for a line without a time, which belongs to the one that follows: `[Chorus]`. */
  readonly times: readonly number[];
}

function timedLine(line: string): TimedLine {
  const [stamps] = TIMES.exec(line) ?? [''];
  const times = [...stamps.matchAll(ONE_TIME)].map(
    ([, minutes, seconds, parts = '']) =>
      60 * Number(minutes) + Number(seconds) + Number(`0.${parts || '0'}`),
  );
  return {words: line.slice(stamps.length), times};
}

function inOrder(lines: readonly TimedLine[]): string[] {
  const sung: {at: number; words: readonly string[]}[] = [];
  let before: string[] = [];
  for (const {words, times} of lines) {
    for (const at of times) sung.push({at, words: [...before, words]});
    before = times.length > 0 ? [] : [...before, words];
  }
  sung.sort((a, b) => a.at - b.at); // equal times stay as they are
  return [...sung.flatMap(({words}) => words), ...before];
}
