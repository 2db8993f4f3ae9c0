import type {StageId} from '../base/stage-id.js';
import type {StageResult} from '../event/stage-result.js';
import type {PlannedStage} from '../plan/plan.js';

export interface Execution {
  readonly results: readonly StageResult[];
  /** Every stage as it is now; those that succeeded or were cached have their outputs. */
  readonly stages: ReadonlyMap<StageId, PlannedStage>;
}
