import type {Problem} from '../../base/problem.js';
import {countText} from '../../render/quantity.js';
import {type Html, html} from '../../render/report/html.js';
import type {CheckedText} from '../source.js';
import {problemNote, problemView, type Severity} from './problem.js';

interface Placed {
  readonly problem: Problem;
  readonly severity: Severity;
}

/** The file with its line numbers, and below a line what is wrong with it; problems of other files come before. */
export function pipelineView({file, text, errors, warnings}: CheckedText): Html {
  const all: Placed[] = [
    ...errors.map((problem) => ({problem, severity: 'error' as const})),
    ...warnings.map((problem) => ({problem, severity: 'warning' as const})),
  ];
  const lines = text === undefined ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const isHere = ({problem: {position}}: Placed): boolean =>
    position !== undefined && position.file === file && position.line <= lines.length;
  const elsewhere = all.filter((placed) => !isHere(placed));
  const here = all.filter(isHere);
  return html`<p class="verdict ${errors.length === 0 ? 'good' : 'bad'}">${verdict(errors.length, warnings.length)}</p>
${elsewhere.map(({problem, severity}) => problemView(problem, severity))}
<ol class="source" tabindex="0" aria-label="${file}">${lines.map((line, index) => lineView(line, index + 1, here))}</ol>`;
}

function verdict(errors: number, warnings: number): string {
  const more = warnings === 0 ? '' : `, ${countText(warnings, 'warning')}`;
  return errors === 0
    ? `Nothing is wrong with this file${more}.`
    : `${countText(errors, 'problem')}${more}: it cannot run like this.`;
}

function lineView(text: string, number: number, all: readonly Placed[]): Html {
  const own = all.filter(({problem}) => problem.position!.line === number);
  const [first] = own;
  const code = first === undefined ? html`<code>${text}</code>` : html`<code>${marked(text, first)}</code>`;
  const notes = own.map(({problem, severity}) => problemNote(problem, severity));
  return html`<li id="line-${number}" class="${first === undefined ? '' : first.severity}">${code}${notes}</li>`;
}

/** What is meant, underlined; a place at the end of a line marks a space there. */
function marked(text: string, {problem: {position}}: Placed): Html {
  const start = Math.min(position!.column - 1, text.length);
  const ends = position!.end_line === position!.line ? position!.end_column : undefined;
  const end = Math.min(Math.max((ends ?? start + 2) - 1, start + 1), Math.max(text.length, start + 1));
  return html`${text.slice(0, start)}<mark>${text.slice(start, end) || ' '}</mark>${text.slice(end)}`;
}
