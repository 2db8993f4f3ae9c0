/** A measurement of the validation panel, whose noise and timesteps never change. */
export interface PanelPoint {
  readonly epoch: number;
  readonly loss: number | null;
}

/** What the panel says of a training that has ended. */
export type TrainingVerdict =
  /** More training would have gone on helping. */
  | {readonly kind: 'still_falling'}
  /** What it gained it had by then. */
  | {readonly kind: 'flat'; readonly since_epoch: number}
  /** From then on songs that are not trained on got worse. */
  | {readonly kind: 'overfitted'; readonly since_epoch: number}
  /** Songs that are not trained on never got better, only worse. */
  | {readonly kind: 'worse_from_the_start'}
  /** The adapter does nothing to songs that are not trained on. */
  | {readonly kind: 'no_effect'}
  | {readonly kind: 'unknown'; readonly because: 'no_validation' | 'too_few' | 'not_finite'};

/** Measurements after the first step below which nothing is said. */
const FEWEST = 5;
/** Shares of the loss before the first step. */
const NOTHING = 0.002;
const WORSE = 0.005;
/** Shares of what was gained. */
const LOST = 0.1;
const LEFT = 0.05;

/**
 * Pure. L0 is the loss before the first step (else the first one measured), the gain G = L0 − lowest. In this order:
 * no effect: no measurement differs from L0 by more than 0.2 % of it;
 * overfitted since the epoch of the lowest: the last two measurements both are above the lowest by more than a tenth of G and
 * 0.5 % of L0; where nothing was gained: worse from the start;
 * flat since the first epoch after which less than a twentieth of G was still to come, if a quarter of the measurements, and
 * at least three, came after it;
 * otherwise still falling. docs/results.md has it in words.
 */
export function trainingVerdict(points: readonly PanelPoint[]): TrainingVerdict {
  if (points.length === 0) return {kind: 'unknown', because: 'no_validation'};
  const measured = points.flatMap(({epoch, loss}) => (loss === null ? [] : [{epoch, loss}]));
  if (measured.length < points.length) return {kind: 'unknown', because: 'not_finite'};
  if (measured.length <= FEWEST) return {kind: 'unknown', because: 'too_few'};
  const losses = measured.map(({loss}) => loss);
  const before = losses[0]!;
  const lowest = Math.min(...losses);
  const gain = before - lowest;
  if (losses.every((loss) => Math.abs(loss - before) <= NOTHING * before)) return {kind: 'no_effect'};
  const bound = lowest + Math.max(LOST * gain, WORSE * before);
  if (losses.slice(-2).every((loss) => loss > bound)) {
    const {epoch} = measured[losses.indexOf(lowest)]!;
    return gain <= NOTHING * before
      ? {kind: 'worse_from_the_start'}
      : {kind: 'overfitted', since_epoch: epoch};
  }
  const flatFrom = losses.findIndex((loss) => loss - lowest <= LEFT * gain);
  const after = losses.length - 1 - flatFrom;
  if (after >= Math.max(3, losses.length / 4)) return {kind: 'flat', since_epoch: measured[flatFrom]!.epoch};
  return {kind: 'still_falling'};
}

/** The code of the warning that bad news are; undefined for others. */
export function warningCode({kind}: TrainingVerdict): string | undefined {
  switch (kind) {
    case 'overfitted':
      return 'train/overfitted';
    case 'worse_from_the_start':
      return 'train/worse-from-the-start';
    case 'no_effect':
      return 'train/no-effect';
    case 'still_falling':
    case 'flat':
    case 'unknown':
      return undefined;
  }
}

/** In words, with what to do; `best`: the epoch of the state that was kept as `best`, null without one. */
export function verdictText(verdict: TrainingVerdict, {best}: {readonly best: number | null}): string {
  const kept = best === null ? 'set `checkpoint.keep_best: 1`' : `use \`checkpoint: best\` (epoch ${best})`;
  switch (verdict.kind) {
    case 'still_falling':
      return 'still falling: more epochs would go on helping';
    case 'flat':
      return `flat since epoch ${verdict.since_epoch}: more epochs of this bring nothing`;
    case 'overfitted':
      return `overfitted since epoch ${verdict.since_epoch}: ${kept}`;
    case 'worse_from_the_start':
      return 'worse from the start: songs that were held out never gained; lower the learning rate or the rank, or give more songs';
    case 'no_effect':
      return 'no effect: the loss on songs that were held out has not moved; raise the learning rate, or train longer';
    case 'unknown':
      return WHY_UNKNOWN[verdict.because];
  }
}

const WHY_UNKNOWN = {
  no_validation: 'not judged: no song was held out (`validation.fraction`)',
  too_few: `not judged: fewer than ${FEWEST} validations`,
  not_finite: 'not judged: a validation gave no finite number',
} as const;
