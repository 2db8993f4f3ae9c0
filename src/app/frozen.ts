import type {Problem} from '../base/problem.js';
import type {StageResult} from '../event/stage-result.js';
import type {Plan} from '../plan/plan.js';
import {frozenProblem} from '../run/finish.js';
import type {RunOutcome} from '../run/run-plan.js';
import {stageTypes} from '../stage/registry.js';
import {type AnswerOptions, refuse} from './answer.js';
import type {PlannedPipeline} from './plan-pipeline.js';
import type {ExitCode, Terminal} from './terminal.js';

/** What `--frozen` refuses before anything runs. What only shows later (an output that came out differently) fails its stage. */
export function frozenProblems({plan, pipeline, observation}: PlannedPipeline): Problem[] {
  const {lock, lock_warning} = observation;
  if (lock_warning !== undefined) return [lock_warning];
  const differing = plan.stages
    .map((stage) => frozenProblem(stage, lock))
    .filter((problem) => problem !== undefined);
  const present = new Set<string>(pipeline.stages.map(({id}) => id));
  const gone = Object.keys(lock.stages).filter((stage) => !present.has(stage));
  return [
    ...differing,
    ...gone.map((stage) => ({
      code: FROZEN_CODE,
      message: `The lock file has a stage ${stage}, which is not in the pipeline`,
      hint: 'Run without --frozen to bring the lock file up to date, and commit it.',
    })),
  ];
}

const FROZEN_CODE = 'run/frozen-differs';

export function refuseFrozen(
  terminal: Terminal,
  options: AnswerOptions,
  problems: readonly Problem[],
): ExitCode {
  refuse(terminal, options, problems);
  return 3;
}

/**
 * 2 where `plan` says the same: what failed cannot run, or only looks at songs and models (`looks`: those stages), and nothing else
 * was computed.
 */
export function runExitCode(
  outcome: RunOutcome['outcome'],
  results: readonly StageResult[],
  looks: ReadonlySet<string>,
): ExitCode {
  if (outcome === 'interrupted') return 130;
  if (outcome === 'done') return 0;
  if (results.some((result) => result.kind === 'failed' && result.problem.code === FROZEN_CODE)) return 3;
  const isForeseeable = (result: StageResult): boolean => {
    if (result.kind === 'crashed') return false;
    if (result.kind === 'succeeded') return looks.has(result.stage);
    if (result.kind !== 'failed') return true;
    return result.attempts === 0 || (looks.has(result.stage) && result.problem.code !== 'run/timeout');
  };
  const failed = results.some(({kind}) => kind === 'failed' || kind === 'crashed');
  return failed && results.every(isForeseeable) ? 2 : 1;
}

/** The stages that only look, of a plan or of the first event of a run. */
export function lookingStages(
  stages: readonly {readonly stage: string; readonly uses: string}[],
): Set<string> {
  return new Set(stages.filter(({uses}) => stageTypes.get(uses)?.foresees === true).map(({stage}) => stage));
}

/** Of a plan, as runExitCode wants them. */
export function looksOf({stages}: Pick<Plan, 'stages'>): Set<string> {
  return lookingStages(stages.map(({id, type}) => ({stage: id, uses: type.name})));
}
