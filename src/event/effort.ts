/** How much a training does. */
export interface TrainingWork {
  readonly epochs: number;
  /** Forward and backward passes of the whole run. */
  readonly micro_steps: number;
  /** Updates of the whole run. */
  readonly steps: number;
}

/** What a stage that runs will do, and how long that takes at a pace that was measured here; absent: no one measured one. */
export interface Effort {
  readonly training?: TrainingWork;
  readonly duration_ms?: number;
}
