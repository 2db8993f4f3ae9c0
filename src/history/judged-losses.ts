import type {JsonObject} from '../base/json.js';
import type {LossMark} from '../render/report/report-data.js';

/** The losses that a training is judged by: those of the validation where there is one, else the means of its epochs. */
export interface JudgedLosses {
  readonly by: 'validation' | 'training';
  /** The lowest; null while none was finite. */
  readonly best: LossMark | null;
  /** The newest. */
  readonly final: LossMark | null;
  /** Last step of each epoch that is known. */
  readonly step_of_epoch: ReadonlyMap<number, number>;
}

/** Pure: of the lines of metrics.jsonl, oldest first. What was measured before the first step counts for no adapter. */
export function judgedLosses(metrics: readonly JsonObject[]): JudgedLosses {
  const validations = marksOf(metrics, 'validation').filter(({global_step}) => global_step > 0);
  const validated = metrics.some(({kind}) => kind === 'validation');
  const judged = validated ? validations : marksOf(metrics, 'epoch');
  const best = judged.reduce<LossMark | null>(
    (lowest, mark) => (lowest === null || mark.loss < lowest.loss ? mark : lowest),
    null,
  );
  const ends = metrics.filter(({kind}) => kind === 'epoch');
  return {
    by: validated ? 'validation' : 'training',
    best,
    final: judged.at(-1) ?? null,
    step_of_epoch: new Map(ends.map(({epoch, global_step}) => [Number(epoch), Number(global_step)])),
  };
}

function marksOf(metrics: readonly JsonObject[], kind: 'validation' | 'epoch'): LossMark[] {
  return metrics.flatMap((metric) =>
    metric.kind === kind && typeof metric.loss === 'number'
      ? [{loss: metric.loss, epoch: Number(metric.epoch), global_step: Number(metric.global_step)}]
      : [],
  );
}
