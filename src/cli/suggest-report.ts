import {nextCommand} from '../app/next-command.js';
import type {World} from '../app/world.js';
import type {StageResult} from '../event/stage-result.js';
import type {Plan} from '../plan/plan.js';

/** After a run that trained something, people want to see how it went; said below the summary, in words they can copy. */
export function suggestReport(
  world: World,
  {plan, results, file}: {plan: Plan; results: readonly StageResult[]; file: string},
): void {
  const trainings = new Set(plan.stages.filter(({type}) => type.name === 'train').map(({id}) => id));
  const trained = results.some(({kind, stage}) => kind === 'succeeded' && trainings.has(stage));
  if (!trained) return;
  world.stdout.write(
    `  ${world.stdout.colours.cyan('see how it went:')} ${nextCommand(world, ['report', file])}\n`,
  );
}
