import type {Problem} from '../base/problem.js';
import {annotation} from '../render/github.js';
import type {Palette} from '../render/palette.js';
import {problemsMarkdown} from '../render/problem-markdown.js';
import {problemsText, problemText} from '../render/problem-text.js';
import {nearPaths} from './near-paths.js';
import {writeStepSummary} from './step-summary.js';
import {type ExitCode, forReading, type Terminal} from './terminal.js';

/** Raised when a field of any `--json` document changes its meaning or goes away. */
export const JSON_FORMAT = 1;

/** Whether a command prints for people or one JSON document (`schema/output/KIND.schema.json`). */
export interface AnswerOptions {
  readonly json?: boolean;
}

/** A command's result in both forms; only the one that is wanted is made. */
export interface Answer {
  readonly kind: string;
  readonly document: () => object;
  readonly text: (colours: Palette) => string;
}

export function answer(terminal: Terminal, options: AnswerOptions, {kind, document, text}: Answer): void {
  terminal.stdout.write(
    options.json === true
      ? `${JSON.stringify({kind, format: JSON_FORMAT, ...document()}, undefined, 2)}\n`
      : nearPaths(text(terminal.stdout.colours), terminal.cwd),
  );
}

/** What is allowed but surely not meant, for people; the result goes on on stdout. */
export function warn(terminal: Terminal, options: AnswerOptions, warnings: readonly Problem[]): void {
  if (options.json === true || warnings.length === 0) return;
  const {stderr, env, cwd} = terminal;
  const text = warnings.map((problem) => `${problemText(problem, stderr.colours, 'warning')}\n`).join('');
  stderr.write(forReading(stderr, nearPaths(text, cwd)));
  if (env.GITHUB_ACTIONS !== 'true') return;
  for (const problem of warnings) stderr.write(annotation('warning', problem, env.GITHUB_WORKSPACE ?? cwd));
}

/** Problems of usage or configuration: nothing has run. Always exit code 2. */
export function refuse(
  terminal: Terminal,
  options: AnswerOptions,
  problems: readonly Problem[],
  ran: 'nothing' | 'something' = 'nothing',
): ExitCode {
  writeStepSummary(terminal, nearPaths(problemsMarkdown(problems), terminal.cwd));
  if (options.json === true) {
    terminal.stdout.write(`${JSON.stringify({kind: 'problems', format: JSON_FORMAT, problems})}\n`);
  } else {
    const text = nearPaths(problemsText(problems, terminal.stderr.colours, ran), terminal.cwd);
    terminal.stderr.write(forReading(terminal.stderr, text));
    if (terminal.env.GITHUB_ACTIONS === 'true') {
      for (const problem of problems)
        terminal.stderr.write(annotation('error', problem, terminal.env.GITHUB_WORKSPACE ?? terminal.cwd));
    }
  }
  return 2;
}
