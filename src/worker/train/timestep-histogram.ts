import type {Summary} from '../../format/tensorboard.js';

const BINS = 20;
const EDGES = Array.from({length: BINS + 1}, (_, i) => i / BINS);

/** Which timesteps were drawn since it was last shown: the law of t as the run really sees it. */
export interface TimestepHistogram {
  readonly count: (timesteps: readonly number[]) => void;
  /** What was counted, as one summary at a global step; counting starts anew. */
  readonly take: (step: number) => Summary;
}

export function timestepHistogram(): TimestepHistogram {
  let counts = new Array<number>(BINS).fill(0);
  return {
    count: (timesteps) => {
      for (const t of timesteps) counts[Math.min(BINS - 1, Math.floor(t * BINS))]! += 1;
    },
    take: (step) => {
      const taken = counts;
      counts = new Array<number>(BINS).fill(0);
      return {kind: 'histogram', tag: 'train/timesteps', step, edges: EDGES, counts: taken};
    },
  };
}
