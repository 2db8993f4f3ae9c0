import type {Problem} from '../base/problem.js';

/** How many of a kind are shown as examples. */
const EXAMPLES = 3;

/** Pure: problems of one code together as one, with examples, where the first of them was. A hundred songs bury no result. */
export function grouped(problems: readonly Problem[]): Problem[] {
  const kinds = new Map<string, Problem[]>();
  for (const problem of problems) kinds.set(problem.code, [...(kinds.get(problem.code) ?? []), problem]);
  return [...kinds.values()].map((alike) => (alike.length === 1 ? alike[0]! : together(alike)));
}

function together(alike: readonly Problem[]): Problem {
  const [{code, hint}] = alike as [Problem];
  const shown = alike.slice(0, EXAMPLES).map(({message}) => `  ${message.replaceAll('\n', '\n  ')}`);
  const more = alike.length > shown.length ? [`  and ${alike.length - shown.length} more`] : [];
  const message = [`${alike.length} times:`, ...shown, ...more].join('\n');
  return {code, message, ...(hint === undefined ? {} : {hint})};
}
