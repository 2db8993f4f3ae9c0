import {createInterface} from 'node:readline/promises';
import {isUpToDate, planText} from '../render/plan-text.js';
import {refuse} from './answer.js';
import type {PlannedPipeline} from './plan-pipeline.js';
import type {RunCommandOptions} from './run-options.js';
import type {ExitCode, Terminal} from './terminal.js';

/** With the setting `confirm: ask`, shows the plan and asks. Without a terminal to ask on, `--yes` must be given. Undefined: go on. */
export async function confirmed(
  terminal: Terminal,
  {plan, settings}: PlannedPipeline,
  options: RunCommandOptions,
): Promise<ExitCode | undefined> {
  if (settings.values.confirm !== 'ask' || options.yes === true || isUpToDate(plan)) return undefined;
  if (terminal.stderr.kind !== 'terminal' || !process.stdin.isTTY || options.json === true) {
    const message = 'Your settings say to ask before a run, but there is no one to ask';
    return refuse(terminal, options, [{code: 'usage/not-confirmed', message, hint: 'Add --yes.'}]);
  }
  terminal.stderr.write(planText(plan, terminal.stderr.colours));
  const prompt = createInterface({input: process.stdin, output: process.stderr});
  const left = new Promise<string>((resolve) => void prompt.once('close', () => resolve('n'))); // Ctrl-D
  const reply = await Promise.race([left, prompt.question('Run this? [Y/n] ')]);
  prompt.close();
  return /^\s*(y|yes)?\s*$/i.test(reply) ? undefined : 0;
}
