/** Text for people: paths below the folder they stand in are written from there, as they would write them. */
export function nearPaths(text: string, cwd: string): string {
  const folder = cwd.replace(/[/\\]+$/, '');
  if (folder === '') return text; // the root: every path would lose its beginning
  const below = new RegExp(
    `(?<![\\w./\\\\-])${folder.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}[/\\\\](?=[^\\s/\\\\])`,
    'g',
  );
  return text.replaceAll(below, '');
}
