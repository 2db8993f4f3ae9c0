/** Pieces of Markdown made of texts that people wrote: whatever is in them, they stay where they are put. */

/** Without line breaks and other control characters, which would end a heading or a row of a table. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** As code, behind a fence that is longer than any in it (CommonMark 6.1). */
export function codeSpan(text: string): string {
  const line = oneLine(text);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const padded = line.startsWith('`') || line.endsWith('`') ? ` ${line} ` : line;
  return `${fence}${padded}${fence}`;
}

export function tableOf(rows: readonly (readonly [string, string])[]): string {
  const lines = rows.map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
  return ['| | |', '| --- | --- |', ...lines].join('\n');
}

function cell(text: string): string {
  return oneLine(text).replaceAll('|', '\\|');
}

export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
