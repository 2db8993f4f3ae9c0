import type {Problem} from '../../base/problem.js';
import {placeText} from '../../render/problem-text.js';
import {type Html, html} from '../../render/report/html.js';

export type Severity = 'error' | 'warning';

/** A problem as the terminal shows it: what, where, the lines around it, what else belongs to it, what to do. */
export function problemView(problem: Problem, severity: Severity): Html {
  const {position, frame} = problem;
  const shown = frame === undefined ? null : html`<pre>${frame}</pre>`;
  const place = position === undefined ? null : html`<p class="dim small">${placeText(position)}</p>`;
  return html`<div class="problem-box ${severity}">${place}${wordsOf(problem, severity)}${shown}</div>`;
}

/** The same where the text it speaks of is right above. */
export function problemNote(problem: Problem, severity: Severity): Html {
  return html`<div class="problem-box ${severity}">${wordsOf(problem, severity)}</div>`;
}

function wordsOf({code, message, related, hint, last_words}: Problem, severity: Severity): Html {
  return html`<p><b class="severity">${severity}:</b> <span class="message">${message}</span> <code class="dim">${code}</code></p>
${(related ?? []).map((other) => html`<p class="dim small">${placeText(other.position)}: ${other.message}</p>`)}
${last_words === undefined ? null : html`<pre>${last_words.join('\n')}</pre>`}
${hint === undefined ? null : html`<p class="hint-text"><b class="hint-label">hint:</b> ${hint}</p>`}`;
}
