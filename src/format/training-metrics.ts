import type {Summary} from './tensorboard.js';

/** One line of metrics.jsonl. No times: a resumed run leaves the same file as one that was not interrupted. */
export type Metric =
  | MemoryMetric
  | StepMetric
  | {
      readonly kind: 'epoch';
      readonly global_step: number;
      readonly epoch: number;
      readonly loss: number | null;
    }
  | SampleMetric
  | {
      readonly kind: 'validation';
      readonly global_step: number;
      readonly epoch: number;
      readonly loss: number | null;
      readonly bands: Readonly<Record<string, number | null>>;
    };

export interface StepMetric {
  readonly kind: 'step';
  readonly global_step: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly learning_rate: number;
  readonly grad_norm: number | null;
  /** Mean training loss of each band of timesteps since the last such line, of bands that had a sample. */
  readonly bands?: Readonly<Record<string, number>>;
  /** Prodigy's estimate of the distance after this update, and the rate that comes of it: `learning_rate` times that. */
  readonly prodigy_d?: number;
  readonly effective_learning_rate?: number;
  /** What the target loss goes by once it acts, and the factor that it put on this update's `learning_rate`. */
  readonly target_loss_smoothed?: number;
  readonly target_loss_scale?: number;
  readonly module_norms?: Readonly<Record<string, number | null>>;
  /** With `module_norms`: timesteps drawn since the last such line, in twenty equal parts of [0, 1]. */
  readonly timesteps?: readonly number[];
}

/** First line: what the training holds beside the frozen model. The same on every device. */
export interface MemoryMetric {
  readonly kind: 'memory';
  readonly global_step: number;
  readonly trained_parameters: number;
  readonly adapter_bytes: number;
  readonly optimizer_bytes: number;
  readonly ema_bytes: number;
}

/** A clip that was made on the way. */
export interface SampleMetric {
  readonly kind: 'sample';
  readonly global_step: number;
  readonly epoch: number;
  /** Name of the prompt, as in the file's. */
  readonly prompt: string;
  readonly seed: number;
  readonly strength: number;
  /** Below the folder of this stage's clips in the run record. */
  readonly file: string;
  readonly seconds: number;
  /** Largest amplitude that the model made; above 1 the clip was made quieter. */
  readonly peak: number;
  /** What it is like among the songs of this training; absent where that could not be found out. */
  readonly nearest?: ClipNearest;
}

/** See `Nearest` in stage/likeness.ts. */
export interface ClipNearest {
  readonly song: string;
  readonly similarity: number;
  readonly clip_seconds: number;
  readonly song_seconds: number;
  readonly typical: number | null;
}

/** Lower and upper edges of the parts that timesteps are counted in. */
export const TIMESTEP_EDGES = Array.from({length: 21}, (_, i) => i / 20);

/** What TensorBoard shows of a line; clips' sound is not in it. */
export function summariesOf(metric: Metric): Summary[] {
  const {global_step: step} = metric;
  const scalar = (tag: string, value: number | null | undefined): Summary[] =>
    value === null || value === undefined ? [] : [{kind: 'scalar', tag, step, value}];
  switch (metric.kind) {
    case 'memory':
      return [
        ...scalar('memory/trained_parameters', metric.trained_parameters),
        ...scalar('memory/adapter_bytes', metric.adapter_bytes),
        ...scalar('memory/optimizer_bytes', metric.optimizer_bytes),
        ...scalar('memory/ema_bytes', metric.ema_bytes),
      ];
    case 'step':
      return [
        ...scalar('train/loss', metric.loss),
        ...scalar('train/learning_rate', metric.learning_rate),
        ...scalar('train/grad_norm', metric.grad_norm),
        ...Object.entries(metric.bands ?? {}).flatMap(([band, loss]) => scalar(`train/loss_t_${band}`, loss)),
        ...scalar('train/prodigy_d', metric.prodigy_d),
        ...scalar('train/effective_learning_rate', metric.effective_learning_rate),
        ...scalar('train/target_loss_smoothed', metric.target_loss_smoothed),
        ...scalar('train/target_loss_scale', metric.target_loss_scale),
        ...Object.entries(metric.module_norms ?? {}).flatMap(([name, norm]) =>
          scalar(`grad_norm/${name}`, norm),
        ),
        ...histogram(metric),
      ];
    case 'sample':
      return scalar(`likeness/${clipName(metric)}`, metric.nearest?.similarity);
    case 'epoch':
      return scalar('train/epoch_loss', metric.loss);
    case 'validation':
      return [
        ...scalar('validation/loss', metric.loss),
        ...Object.entries(metric.bands).flatMap(([t, loss]) => scalar(`validation/t_${t}`, loss)),
      ];
  }
}

/** What tells a clip from the others of its step. */
export function clipName({
  prompt,
  seed,
  strength,
}: Pick<SampleMetric, 'prompt' | 'seed' | 'strength'>): string {
  return `${prompt}/seed ${seed}, strength ${strength}`;
}

function histogram({timesteps, global_step: step}: StepMetric): Summary[] {
  if (timesteps === undefined) return [];
  return [{kind: 'histogram', tag: 'train/timesteps', step, edges: TIMESTEP_EDGES, counts: timesteps}];
}
