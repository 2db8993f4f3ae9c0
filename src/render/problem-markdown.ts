import type {Problem} from '../base/problem.js';
import {placeText} from './problem-text.js';
import {countText} from './quantity.js';
import {visible} from './visible.js';

/** Why nothing ran, for GitHub's step summary. */
export function problemsMarkdown(problems: readonly Problem[]): string {
  const head = `### sidestep: ${countText(problems.length, 'problem')}, nothing has run`;
  return [head, '', ...problems.map((problem) => `- ${problemMarkdown(problem)}`), ''].join('\n');
}

/** One problem in one line: place, message, code, a program's last words, hint. */
export function problemMarkdown({code, message, position, hint, last_words = []}: Problem): string {
  const place = position === undefined ? '' : `\`${placeText(position)}\` `;
  const further = [...last_words, ...(hint === undefined ? [] : [hint])];
  return [`${place}${plain(message)} (\`${code}\`)`, ...further.map(plain)].join('<br>');
}

/** Shown as it stands: no character of a message is markup, save our own code spans. */
function plain(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => visible(line).replaceAll('&', '&amp;').replaceAll('<', '&lt;'));
  return lines.map((line) => line.replaceAll(/([\\*_[\]|])/g, '\\$1')).join('<br>');
}
