import type {Problem} from '../base/problem.js';
import {annotation} from '../render/github.js';
import type {Palette} from '../render/palette.js';
import {problemsMarkdown} from '../render/problem-markdown.js';
import {problemsText, problemText} from '../render/problem-text.js';
import {nearPaths} from './near-paths.js';
import {writeStepSummary} from './step-summary.js';
import {type ExitCode, forReading, type World} from './world.js';

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

export function answer(world: World, options: AnswerOptions, {kind, document, text}: Answer): void {
  world.stdout.write(
    options.json === true
      ? `${JSON.stringify({kind, format: JSON_FORMAT, ...document()}, undefined, 2)}\n`
      : nearPaths(text(world.stdout.colours), world.cwd),
  );
}

/** What is allowed but surely not meant, for people; the result goes on on stdout. */
export function warn(world: World, options: AnswerOptions, warnings: readonly Problem[]): void {
  if (options.json === true || warnings.length === 0) return;
  const {stderr, env, cwd} = world;
  const text = warnings.map((problem) => `${problemText(problem, stderr.colours, 'warning')}\n`).join('');
  stderr.write(forReading(stderr, nearPaths(text, cwd)));
  if (env.GITHUB_ACTIONS !== 'true') return;
  for (const problem of warnings) stderr.write(annotation('warning', problem, env.GITHUB_WORKSPACE ?? cwd));
}

/** Problems of usage or configuration: nothing has run. Always exit code 2. */
export function refuse(
  world: World,
  options: AnswerOptions,
  problems: readonly Problem[],
  ran: 'nothing' | 'something' = 'nothing',
): ExitCode {
  writeStepSummary(world, nearPaths(problemsMarkdown(problems), world.cwd));
  if (options.json === true) {
    world.stdout.write(`${JSON.stringify({kind: 'problems', format: JSON_FORMAT, problems})}\n`);
  } else {
    const text = nearPaths(problemsText(problems, world.stderr.colours, ran), world.cwd);
    world.stderr.write(forReading(world.stderr, text));
    if (world.env.GITHUB_ACTIONS === 'true') {
      for (const problem of problems)
        world.stderr.write(annotation('error', problem, world.env.GITHUB_WORKSPACE ?? world.cwd));
    }
  }
  return 2;
}
