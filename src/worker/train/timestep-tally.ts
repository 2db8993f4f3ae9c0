import {TIMESTEP_EDGES} from '../../format/training-metrics.js';
import type {StepReport} from '../../native/trainer.js';

const BINS = TIMESTEP_EDGES.length - 1;

/** Equal parts of [0, 1] over which training losses are averaged. */
const BANDS = 5;

/** What was counted so far; part of every saved state, so that a resumed run writes the same lines. */
export interface TimestepTallyState {
  /** Timesteps drawn in each bin since the histogram was last taken. */
  readonly counts: readonly number[];
  /** Sum and number of the samples' losses in each band since the means were last taken. */
  readonly sums: readonly number[];
  readonly samples: readonly number[];
}

/** Which timesteps a run draws, and what its samples lose at them: one number for all timesteps moves with what was drawn. */
export interface TimestepTally {
  readonly count: (report: Pick<StepReport, 'timesteps' | 'sample_losses'>) => void;
  /** Mean loss of each band that had a sample, before any weighting; `0.4-0.6` and so on. */
  readonly bands: () => Record<string, number>;
  readonly dropBands: () => void;
  /** What was counted in each bin; counting begins again. */
  readonly takeHistogram: () => readonly number[];
  readonly state: () => TimestepTallyState;
}

const none = (size: number): number[] => new Array<number>(size).fill(0);

export const emptyTally: TimestepTallyState = {counts: none(BINS), sums: none(BANDS), samples: none(BANDS)};

export function timestepTally(before: TimestepTallyState): TimestepTally {
  let counts = [...before.counts];
  let sums = [...before.sums];
  let samples = [...before.samples];
  return {
    count: (report) => {
      report.timesteps.forEach((t, i) => {
        counts[partOf(t, BINS)]! += 1;
        const loss = report.sample_losses[i] ?? null; // null: it was no finite number
        if (loss === null) return;
        sums[partOf(t, BANDS)]! += loss;
        samples[partOf(t, BANDS)]! += 1;
      });
    },
    bands: () => bandMeans(sums, samples),
    dropBands: () => {
      sums = none(BANDS);
      samples = none(BANDS);
    },
    takeHistogram: () => {
      const taken = counts;
      counts = none(BINS);
      return taken;
    },
    state: () => ({counts: [...counts], sums: [...sums], samples: [...samples]}),
  };
}

/** Of one update alone. */
export function bandsOfStep(report: Pick<StepReport, 'timesteps' | 'sample_losses'>): Record<string, number> {
  const tally = timestepTally(emptyTally);
  tally.count(report);
  return tally.bands();
}

function partOf(t: number, parts: number): number {
  return Math.min(parts - 1, Math.floor(t * parts));
}

function bandMeans(sums: readonly number[], samples: readonly number[]): Record<string, number> {
  const border = (i: number) => (i / BANDS).toFixed(1);
  return Object.fromEntries(
    sums.flatMap((sum, i) =>
      samples[i]! === 0 ? [] : [[`${border(i)}-${border(i + 1)}`, sum / samples[i]!] as const],
    ),
  );
}
