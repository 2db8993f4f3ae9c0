const SECTION =
  '(?:verse|pre-?chorus|post-?chorus|chorus|refrain|hook|bridge|intro|outro|interlude|instrumental|solo|drop|break(?:down)?|coda|tag|vers|strophe|couplet|verso|estribillo|refr[aã]o|куплет|припев|主歌|副歌|前奏|间奏|間奏|尾奏|桥段|サビ)(?!\\p{L})';

/** Anything in square brackets, those of Chinese and Japanese texts too: `[Verse 1]`, `[Guitar]`, `【副歌】`. */
const bracketed = /^\s*(?:\[[^[\]]{1,60}\]|【[^【】]{1,60}】|［[^［］]{1,60}］)\s*$/u;
/** The usual words in other marks, with a number or a name: `(Verse 1)`, `**Chorus**`, `Bridge:`, `<Hook x2>`, `副歌：`. */
const named = new RegExp(`^\\s*[(<{#*_]*\\s*${SECTION}[^,.;]{0,30}[)>}*_:：]+\\s*$`, 'iu');
const heading = new RegExp(`^\\s*#+\\s*${SECTION}[^,.;]{0,30}$`, 'iu');
/** The word alone: `Verse 2`, `- Intro -`, `Chorus x2`. */
const alone = new RegExp(
  `^[\\s=~–—-]*${SECTION}(?:\\s+(?:\\d+|[x×]\\s?\\d+|[ivx]+|one|two|three))?[\\s=~–—-]*$`,
  'iu',
);

/** Whether a line that stands alone is the name of a section of lyrics. */
export function isSectionMark(line: string): boolean {
  return bracketed.test(line) || named.test(line) || heading.test(line);
}

/** Whether a text is in sections, as lyrics are. A word alone names one when lines follow it. */
export function marksSections(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.some((line, i) => isSectionMark(line) || (alone.test(line) && lines.length - i > 2));
}
