import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {grouped} from '../event/alike.js';
import type {RunEvent} from '../event/event.js';
import type {Renderer} from './renderer.js';

/**
 * The same renderer, which hears of a kind of warning once at once, and of the rest of that kind together when its stage
 * has ended: what a stage says of a hundred songs buries nothing.
 */
export function groupingWarnings(renderer: Renderer): Renderer {
  const stages = new Map<StageId, Map<string, Problem[]>>();
  const hold = ({stage, problem}: Extract<RunEvent, {kind: 'stage_warning'}>): 'first' | 'held' => {
    const kinds = stages.get(stage) ?? new Map<string, Problem[]>();
    stages.set(stage, kinds);
    const rest = kinds.get(problem.code);
    kinds.set(problem.code, rest === undefined ? [] : [...rest, problem]);
    return rest === undefined ? 'first' : 'held';
  };
  const release = (stage: StageId, at: number): void => {
    const held = [...(stages.get(stage)?.values() ?? [])].flat();
    for (const problem of grouped(held))
      renderer.show({kind: 'stage_warning', stage, problem: more(problem)}, at);
    stages.delete(stage);
  };
  return {
    show: (event, at) => {
      if (event.kind === 'stage_warning' && hold(event) === 'held') return;
      if (event.kind === 'stage_finished') release(event.stage, at);
      renderer.show(event, at);
    },
    close: () => renderer.close(),
  };
}

function more(problem: Problem): Problem {
  return {...problem, message: problem.message.replace(/^(\d+) times:/, '$1 more:')};
}
