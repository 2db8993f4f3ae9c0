import type {Problem} from '../base/problem.js';
import {placeText} from './problem-text.js';
import {countText} from './quantity.js';
import {visible} from './visible.js';

/** Why nothing ran, for GitHub's step summary. */
export function problemsMarkdown(problems: readonly Problem[]): string {
  const head = `### sidestep: ${countText(problems.length, 'problem')}, nothing has run`;
  return [head, '', ...problems.map((problem) => `- ${problemMarkdown(problem)}`), ''].join('\n');
}

/** One problem in one line: place, message, code, hint. */
export function problemMarkdown({code, message, position, hint}: Problem): string {
  const place = position === undefined ? '' : `\`${placeText(position)}\` `;
  return `${place}${plain(message)} (\`${code}\`)${hint === undefined ? '' : `<br>${plain(hint)}`}`;
}

/** Shown as it stands: no character of a message is markup, save our own code spans. */
function plain(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => visible(line).replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
  return lines.map((line) => line.replaceAll(/([\\*_[\]|])/g, '\\$1')).join('<br>');
}
