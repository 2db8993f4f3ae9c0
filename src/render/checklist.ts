import type {Palette} from './palette.js';
import {countText} from './quantity.js';

/** One thing that was looked at. `absent` is no fault: an optional part that is not there. */
export interface Check {
  /** Stable name, `snake_case`. */
  readonly name: string;
  readonly title: string;
  readonly state: 'ok' | 'absent' | 'warning' | 'error';
  readonly found: string;
  readonly hint: string | undefined;
}

export function checklistText(checks: readonly Check[], colours: Palette): string {
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
  return `${lines.join('\n')}\n\n${verdictText(checks, colours)}\n`;
}

function verdictText(checks: readonly Check[], colours: Palette): string {
  const errors = checks.filter((check) => check.state === 'error').length;
  const warnings = checks.filter((check) => check.state === 'warning').length;
  if (errors > 0) return colours.red(`${countText(errors, 'problem')} to solve before sidestep can work.`);
  if (warnings > 0) return colours.yellow(`Ready, with ${countText(warnings, 'warning')}.`);
  return colours.green('Ready.');
}
