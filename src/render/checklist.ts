import type {Palette} from './palette.js';

/** One thing that was looked at. `absent` is no fault: an optional part that is not there. */
export interface Check {
  /** Stable name, `snake_case`. */
  readonly name: string;
  readonly title: string;
  readonly state: 'ok' | 'absent' | 'warning' | 'error';
  readonly found: string;
  readonly hint: string | undefined;
}

/** What all checks together come to. */
export interface Judgement {
  readonly ready: boolean;
  readonly says: readonly string[];
}

export function checklistText(checks: readonly Check[], judgement: Judgement, colours: Palette): string {
  const mark = {
    ok: colours.green('✔'),
    absent: colours.dim('-'),
    warning: colours.yellow('!'),
    error: colours.red('✖'),
  };
  const width = Math.max(0, ...checks.map((check) => check.title.length));
  const lines = checks.flatMap((check) => {
    const line = `${mark[check.state]} ${check.title.padEnd(width)}  ${check.found}`;
    return check.hint === undefined
      ? [line]
      : [line, `${' '.repeat(width + 4)}${colours.cyan('hint:')} ${check.hint}`];
  });
  return `${lines.join('\n')}\n\n${verdictText(judgement, colours)}\n`;
}

/** The judgement in colour, what is in the way of more below it. */
function verdictText({ready, says: [first = '', ...rest]}: Judgement, colours: Palette): string {
  const colour = ready ? colours.green : colours.red;
  return [colour(first), ...rest].join('\n');
}
