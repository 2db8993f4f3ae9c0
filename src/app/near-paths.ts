/** Text for people: paths below the folder they are in are written from there, as they would write them. */
export function nearPaths(text: string, cwd: string): string {
  const folder = cwd.replace(/[/\\]+$/, '');
  if (folder === '') return text; // the root: every path would lose its beginning
  const below = new RegExp(
    `(?<![\\w./\\\\-])${folder.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}[/\\\\](?=[^\\s/\\\\])`,
    'g',
  );
  return text.replaceAll(below, '');
}

/** The same event, its problems written for somebody who stands in `cwd`: their places, and paths in their words. */
export function nearProblems<T>(event: T, cwd: string): T {
  return near(event, cwd, 'event') as T;
}

function near(value: unknown, cwd: string, within: 'event' | 'problem'): unknown {
  if (typeof value === 'string') return within === 'problem' ? nearPaths(value, cwd) : value;
  if (Array.isArray(value)) return value.map((item) => near(item, cwd, within));
  if (value === null || typeof value !== 'object') return value;
  const inner = 'code' in value && 'message' in value ? 'problem' : within;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, near(item, cwd, inner)]));
}
