import type {StepMetric} from '../../format/training-metrics.js';
/** All that a report shows, as plain data: what was recorded of each run, nothing computed from the clock or the disk. */
export interface ReportData {
  /** The first is the one the report is about; others are drawn beside it. */
  readonly runs: readonly ReportRun[];
  /** Program and machine that wrote the report. */
  readonly written_by: string;
}

export interface ReportRun {
  readonly run: string;
  readonly pipeline: string;
  readonly file: string;
  readonly outcome: string;
  /** Milliseconds since the epoch. */
  readonly started_at: number | null;
  readonly duration_ms: number | null;
  readonly stages: readonly ReportStage[];
  readonly trainings: readonly ReportTraining[];
  readonly estimates: readonly ReportEstimate[];
  readonly songs: readonly ReportSong[];
  /** Music that was made, to be listened to. */
  readonly prompts: readonly ReportPrompt[];
  /** What the run wrote for people to use: the exported files, the adapter. */
  readonly results: readonly {readonly stage: string; readonly output: string; readonly path: string}[];
  /** Machine and program of the run, in the order in which they are shown. */
  readonly environment: readonly (readonly [string, string])[];
}

export interface ReportStage {
  readonly stage: string;
  readonly uses: string;
  readonly description: string | null;
  /** What its parameters mean for the result, where a person should know. */
  readonly note: string | null;
  /** `cached`, `succeeded`, `failed` and the other ways a stage can end; `unknown` when the record ends before. */
  readonly result: string;
  /** From the start of the run; null when it did not run. */
  readonly started_ms: number | null;
  readonly duration_ms: number | null;
  /** What a cached stage took when it ran. */
  readonly saved_ms: number | null;
  readonly samples: {readonly total: number; readonly computed: number; readonly cached: number} | null;
  readonly problem: string | null;
  readonly fingerprint: string | null;
  readonly outputs: readonly {readonly name: string; readonly hash: string; readonly size: number}[];
  readonly params: readonly ReportParam[];
}

/** A parameter as it counted, defaults filled in. */
export interface ReportParam {
  /** Dotted path. */
  readonly path: string;
  readonly value: string;
  /** `smoke.yaml:38`, or the preset or settings file that says it; null for the schema's default. */
  readonly said_at: string | null;
}

export interface ReportTraining {
  readonly stage: string;
  readonly best_loss: number | null;
  readonly best_by: 'validation' | 'training';
  readonly best_at: Omit<LossMark, 'loss'> | null;
  readonly final_loss: number | null;
  readonly last_loss: number | null;
  /** What the validation panel says of it, in words. */
  readonly verdict: string;
  /** The state that training kept as `best`, which need not be that of the lowest loss. */
  readonly kept_best: LossMark | null;
  readonly steps: number | null;
  readonly epochs: number | null;
  /** Null where it was not recorded. */
  readonly memory: TrainedMemory | null;
  readonly adapter: string | null;
  readonly points: readonly StepPoint[];
  readonly validation: readonly ValidationPoint[];
  readonly gradients: readonly GradientPoint[];
}

/** A loss and where in the training it was measured. */
export interface LossMark {
  readonly loss: number;
  readonly epoch: number;
  readonly global_step: number;
}

export interface ValidationPoint {
  readonly global_step: number;
  readonly loss: number | null;
  /** Loss at each timestep of the panel. */
  readonly bands: Readonly<Record<string, number | null>>;
}

/** What a step's line in the training's metrics says, as far as a report draws it. */
export type StepPoint = Omit<StepMetric, 'kind' | 'epoch' | 'module_norms' | 'timesteps'>;

/** What a training holds beside the frozen model. */
export interface TrainedMemory {
  readonly trained_parameters: number;
  readonly optimizer_bytes: number;
}

/** Norm of the gradient of each layer's adapter weights at one step; null where it was not finite. */
export interface GradientPoint {
  readonly global_step: number;
  readonly layers: Readonly<Record<string, number | null>>;
}

export interface ReportEstimate {
  readonly stage: string;
  /** Best first. */
  readonly modules: readonly {
    readonly module: string;
    readonly score: number;
    readonly selected: boolean;
  }[];
}

export interface ReportSong {
  readonly name: string;
  readonly seconds: number;
  /** Both as the text encoder reads them. */
  readonly prompt: string;
  readonly lyrics: string;
  /** Null while they were not encoded. */
  readonly prompt_tokens: TokenCount | null;
  readonly lyric_tokens: TokenCount | null;
  /** What an `analyze` stage measured, in words; null where none did. */
  readonly measured: string | null;
}

export interface TokenCount {
  readonly tokens: number;
  readonly lost: number;
}

/** The clips of one prompt, in the order in which they are shown. */
export interface ReportPrompt {
  readonly stage: string;
  readonly name: string;
  /** As the text encoder read them; null when that was not kept. */
  readonly texts: {readonly prompt: string; readonly lyrics: string} | null;
  readonly clips: readonly ReportClip[];
}

export interface ReportClip {
  /** What tells it from the others: `step 400`, `strength 0.5`. */
  readonly label: string;
  readonly seed: number;
  /** Address as the page writes it: relative, or the sound itself. */
  readonly audio: string;
  readonly picture: string | null;
  /** By how much it had to be turned down; null when it fitted. */
  readonly quieter_db: number | null;
  /** The song of the training that it is most like; null where it was not compared. */
  readonly nearest: ClipLikeness | null;
}

export interface ClipLikeness {
  readonly text: string;
  readonly memorised: boolean;
}
