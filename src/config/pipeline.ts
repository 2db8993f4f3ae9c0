import type {JsonObject} from '../base/json.js';
import type {Problem, SourcePosition} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {OutputCheckDocument} from '../schema/types.generated.js';
import type {ParamObject} from '../stage/param.js';
import type {IneffectiveParam} from './ineffective-params.js';

/** What a pipeline file means once variables, presets, defaults, `--set` and matrices are resolved. Plain data. */
export interface Pipeline {
  readonly name: string;
  /** Absolute path of the YAML file. */
  readonly file: string;
  /** Absolute folder that relative paths of the file start from. */
  readonly dir: string;
  readonly description: string | undefined;
  /** Absent: the file as it is. */
  readonly experiment?: Experiment;
  /** The profile that was laid over the file. */
  readonly profile?: string;
  /** In the order of the file; an instance of a matrix stage follows its siblings. */
  readonly stages: readonly ConfiguredStage[];
  /** Values of the variables named under `env:`, recorded with every run. */
  readonly env: Readonly<Record<string, string>>;
  /** What is allowed but surely not meant, with positions. */
  readonly warnings: readonly Problem[];
  /** Every file that was read to make this (pipeline, presets, settings): what `watch` looks at. Absolute paths. */
  readonly sources: readonly string[];
}

/** One stage instance as configured: everything said about it, nothing known about the world yet. */
export interface ConfiguredStage {
  readonly id: StageId;
  /** The key in the file; several instances of a matrix share it. */
  readonly declared_as: string;
  /** The matrix values of this instance; undefined without a matrix. */
  readonly matrix: JsonObject | undefined;
  /** The stage type's name, e.g. `preprocess.pass1`. */
  readonly uses: string;
  /** Validated against the stage type's schema, defaults filled in, paths absolute, references tagged. */
  readonly params: ParamObject;
  /**
   * Where each parameter's value was written, by dotted path (`adapter.rank`, `formats.0`); it may be in a preset or
   * settings file. A value that is the schema's default has no entry.
   */
  readonly positions: Readonly<Record<string, SourcePosition>>;
  /** What somebody wrote that plays no part beside the rest; `params` holds their defaults. */
  readonly ineffective: readonly IneffectiveParam[];
  /** Where the stage itself is written. */
  readonly position: SourcePosition;
  /** Stages that must be done first although no data flows from them. Those referred to in `params` are not repeated. */
  readonly needs: readonly {readonly stage: StageId; readonly position: SourcePosition}[];
  readonly when:
    | {readonly kind: 'run'}
    | {readonly kind: 'skip'; readonly condition: string; readonly position: SourcePosition};
  readonly resources: StageResources;
  /** How often a failed attempt is repeated. */
  readonly retries: number;
  /** Seconds one attempt may take; undefined: as long as it likes. */
  readonly timeout_s: number | undefined;
  readonly cache: 'use' | 'ignore';
  /** What one failing sample does to a per-sample stage. */
  readonly on_error: 'fail' | 'skip';
  readonly description: string | undefined;
  /** Published files are not replaced unless that is asked for. */
  readonly protect?: 'published';
  /** Outputs whose files and folders are removed from the cache once everything that reads them is done; absent: none. */
  readonly temporary?: 'all' | readonly string[];
  /** What its outputs must be once they are made; absent: nothing more than its type declares. */
  readonly checks?: readonly OutputCheck[];
}

export interface OutputCheck {
  /** An output's name. */
  readonly output: string;
  /** Within a folder; empty: the output itself. */
  readonly path: string;
  readonly must: OutputCheckDocument;
  readonly position: SourcePosition;
}

export interface StageResources {
  /** `auto`, `cpu`, `cuda` or `cuda:N`. Only the backend kind it resolves to enters fingerprints. */
  readonly device: string;
  /** `auto`, or one of the precisions the engine knows (`f32`, `bf16`, `f16`). */
  readonly precision: string;
  /** CPU threads of the stage; undefined: all. Never enters a fingerprint. */
  readonly threads: number | undefined;
  /** Processes that share a training; absent: one, or one for each card of its job. Never enters a fingerprint. */
  readonly ranks?: number;
  /** Processes that share the samples of a stage; absent: one. Never enters a fingerprint. */
  readonly shards?: number;
  /** Where else it runs; absent: on this machine. Never enters a fingerprint, but for what it computes on. */
  readonly executor?: Executor;
}

/** One place where stages may run, with what this stage asks for there. */
export interface Executor {
  readonly name: string;
  readonly gpus: number;
  /** Undefined: what the place gives by itself; so are the next. */
  readonly cpus: number | undefined;
  /** `auto`, or as `32G`. */
  readonly memory: string | undefined;
  readonly time_s: number | undefined;
  /** What is computed on there: declared, since the machine here cannot know. */
  readonly device: 'cpu' | 'cuda';
  /** Of its stages at once. */
  readonly jobs: number;
  readonly start_timeout_s: number;
  readonly silence_s: number;
  readonly how: SlurmHow | CommandHow;
}

export interface SlurmHow {
  readonly type: 'slurm';
  readonly partition: string | undefined;
  readonly account: string | undefined;
  readonly qos: string | undefined;
  readonly extra: readonly string[];
  readonly setup: readonly string[];
  readonly poll_s: number;
}

export interface CommandHow {
  readonly type: 'command';
  readonly command: readonly string[];
}

/** A run of a pipeline under other values: kept apart from the file's own results and from other experiments. */
export interface Experiment {
  readonly name: string;
  /** `path=value`, as on the command line. */
  readonly set: readonly string[];
}
