import type {TrainingWork} from '../../event/effort.js';
import type {MeasuredPace} from './training.js';

/**
 * What a training step reaches of the measured rate of the matrix product, by its latent frames: well over half in long
 * steps (attention, norms and the optimizer take the rest), less in short ones, where preparing the weights takes as long as
 * multiplying by them. Between what the bench of a step reached on a CPU (0.45 to 0.66 at 150 to 1500 frames) and real runs,
 * which was below it.
 */
const shareOfRate = (frames: number): number => (0.6 * frames) / (frames + 150);

/** Seconds apart from the arithmetic, which only small models notice: starting and loading, and each micro-step's events and files. */
const START = 1.5;
const EACH_MICRO_STEP = 0.01;

/** Pure: seconds that the training alone will take, encoding the songs not counted. */
export function trainingSeconds(work: TrainingWork, {pace, frames}: MeasuredPace): number {
  const arithmetic = pace.flops_per_micro_step / (pace.flops_per_second * shareOfRate(frames));
  return START + work.micro_steps * (arithmetic + EACH_MICRO_STEP);
}
