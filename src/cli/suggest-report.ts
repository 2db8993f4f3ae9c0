import {nextCommand} from '../app/next-command.js';
import type {Terminal} from '../app/terminal.js';
import type {StageResult} from '../event/stage-result.js';
import type {Plan} from '../plan/plan.js';

/** After a run that trained something, people want to see how it went; said below the summary, in words they can copy. */
export function suggestReport(
  terminal: Terminal,
  {plan, results, file}: {plan: Plan; results: readonly StageResult[]; file: string},
): void {
  const trainings = new Set(plan.stages.filter(({type}) => type.name === 'train').map(({id}) => id));
  const trained = results.some(({kind, stage}) => kind === 'succeeded' && trainings.has(stage));
  if (!trained) return;
  terminal.stdout.write(
    `  ${terminal.stdout.colours.cyan('see how it went:')} ${nextCommand(terminal, ['report', file])}\n`,
  );
}
