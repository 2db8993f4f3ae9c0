/** Generated from schema/ by `npm run generate`; not to be edited. */

/** A `${stages.ID}` or `${stages.ID.OUTPUT}` after resolution. */
export interface StageReferenceValue {
  readonly $stage: string;
  readonly output?: string;
}

/**
 * Path of a file, or a file with a name and values of its own.
 */
export type IncludeDocument =
  | string
  | {
      /**
       * Path of the file.
       */
      file: string;
      /**
       * Its stages and variables are called `AS-NAME` then, so that a file can be included several times. Unset: as they are.
       */
      as?: string;
      /**
       * Values of its variables.
       */
      with?: {
        /**
         * A value.
         */
        [k: string]: string | number | boolean | unknown[] | {} | null;
      };
    };
/**
 * `slurm`: each stage is a job of a cluster. `command`: a program such as srun, ssh or docker starts each stage.
 */
export type ExecutorDocument = SlurmExecutor | CommandExecutor;
/**
 * ACE-Step dataset JSON: a list of samples, or an object with `metadata` and `samples`. Further keys of other programs are allowed and ignored.
 */
export type DatasetJson = DatasetJsonSample[] | DatasetJsonObject;

/**
 * Every schema by the name its validator has.
 */
export interface Schemas {
  pipeline: PipelineDocument;
  stage: StageDocument;
  preset: PresetDocument;
  settings: SettingsDocument;
  dataset_json: DatasetJson;
  lock: LockDocument;
  'stage.scan': ScanParameters;
  'stage.dataset': DatasetParameters;
  'stage.join': JoinParameters;
  'stage.caption': CaptionParameters;
  'stage.analyze': AnalyzeParameters;
  'stage.preprocess.pass1': PreprocessPass1Parameters;
  'stage.preprocess.pass2': PreprocessPass2Parameters;
  'stage.pack': PackParameters;
  'stage.estimate': EstimateParameters;
  'stage.train': TrainParameters;
  'stage.generate': GenerateParameters;
  'stage.export': ExportParameters;
  'stage.fixture': FixtureParameters;
  'stage.command': CommandParameters;
}
/**
 * A sidestep pipeline: the stages that lead from songs to an adapter.
 */
export interface PipelineDocument {
  /**
   * Version of the file format.
   */
  sidestep: 1;
  /**
   * Name of the pipeline, used for exported files. Unset: the file's name.
   */
  name?: string;
  /**
   * What this experiment is about.
   */
  description?: string;
  /**
   * Your own values, used as `${vars.NAME}`. A reference that is the whole value keeps its type.
   */
  vars?: {
    /**
     * A value: text, number, boolean, list or mapping.
     */
    [k: string]: string | number | boolean | unknown[] | {} | null;
  };
  /**
   * Environment variables that this file may use as `${env.NAME}`. Their values are recorded with every run; of passwords and tokens see `secrets`.
   */
  env?: string[];
  /**
   * Environment variables that hold passwords or tokens. The `environment` of a `command` stage may use them as `${secrets.NAME}`, and nothing else may. Only their names are recorded and decide whether a stage runs again; their values are in no record, and shown as `***` where a program prints them.
   */
  secrets?: string[];
  /**
   * Other pipeline files whose stages, variables, defaults, executors and profiles are weaker than this file's: what it says itself of a stage of the same name wins, key by key. The path of each starts from the folder of the file that includes it; all other paths start from the folder of the pipeline that is run.
   */
  include?: IncludeDocument[];
  /**
   * What is different on single machines, by name: laid over the file, weaker than `--set`. Chosen by `--profile NAME` (or the variable SIDESTEP_PROFILE), by `profile` in the settings, or by the name of the machine; else none is. Where one changes results, sidestep says so.
   */
  profiles?: {
    [k: string]: ProfileDocument;
  };
  defaults?: PipelineDefaults;
  /**
   * Where else than on this machine stages may run, by name; a stage chooses one with `resources: {executor: NAME}`. A pipeline's executor replaces the settings' one of the same name. Nothing here decides a result.
   */
  executors?: {
    [k: string]: ExecutorDocument;
  };
  /**
   * The stages, by name. `${stages.NAME}` in a parameter uses a stage's result and makes it a dependency.
   */
  stages: {
    [k: string]: StageDocument;
  };
}
/**
 * A machine, or a kind of machine.
 */
export interface ProfileDocument {
  /**
   * What it is for.
   */
  description?: string;
  /**
   * Names of machines that it is chosen on; `*` stands for any characters.
   */
  hosts?: string[];
  /**
   * Values of variables there: folders, the models' folder.
   */
  vars?: {
    /**
     * A value.
     */
    [k: string]: string | number | boolean | unknown[] | {} | null;
  };
  defaults?: PipelineDefaults;
  /**
   * What of single stages is different there, as it is in the file: `{train: {resources: {executor: cluster}}}`.
   */
  stages?: {
    /**
     * Keys of a stage.
     */
    [k: string]: {};
  };
}
/**
 * Values for every stage that has such a setting and says nothing else.
 */
export interface PipelineDefaults {
  /**
   * Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.
   */
  device?: string;
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision?: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed?: number;
  /**
   * CPU threads a stage may use. They never change a result. Unset: all cores.
   */
  threads?: number;
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error?: 'fail' | 'skip';
  /**
   * How often a failed stage is tried again.
   */
  retries?: number;
}
/**
 * Each stage is a batch job (`sbatch`); it outlives the runner, and the next run follows it.
 */
export interface SlurmExecutor {
  /**
   * Jobs of Slurm.
   */
  type: 'slurm';
  /**
   * Slurm's `--partition`. Unset: the cluster's own.
   */
  partition?: string;
  /**
   * Slurm's `--account`. Unset: yours.
   */
  account?: string;
  /**
   * Slurm's `--qos`. Unset: the cluster's own.
   */
  qos?: string;
  /**
   * Cards for a stage's job. Unset: what the executor says, else none.
   */
  gpus?: number;
  /**
   * CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.
   */
  cpus?: number;
  /**
   * Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.
   */
  memory?: string;
  /**
   * How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.
   */
  time?: string;
  /**
   * Further arguments of sbatch, one list element each.
   *
   * Items: An argument.
   */
  extra?: string[];
  /**
   * Lines of shell that a job runs first.
   *
   * Items: A line.
   */
  setup?: string[];
  /**
   * What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.
   */
  device?: 'auto' | 'cpu' | 'cuda';
  /**
   * How many of its stages may run or wait in its queue at once.
   */
  jobs?: number;
  /**
   * Seconds between two questions to Slurm (one `squeue` for all jobs).
   */
  poll?: number;
  /**
   * Seconds until a worker says that it is there, without the time in a queue.
   */
  start_timeout?: number;
  /**
   * Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.
   */
  silence?: number;
}
/**
 * A program starts each stage somewhere and passes its standard input and output through.
 */
export interface CommandExecutor {
  /**
   * A program of yours.
   */
  type: 'command';
  /**
   * The program and its arguments. The element `{worker}` becomes the worker's command line; `{worker_line}` within an element becomes one text that a shell reads as it, which is what ssh wants.
   *
   * @minItems 1
   *
   * Items: An argument.
   */
  command: [string, ...string[]];
  /**
   * What its stages compute on: `auto` is `cuda` where `gpus` asks for cards, else `cpu`. The machine here is not asked.
   */
  device?: 'auto' | 'cpu' | 'cuda';
  /**
   * How many of its stages may run or wait in its queue at once.
   */
  jobs?: number;
  /**
   * Seconds until a worker says that it is there, without the time in a queue.
   */
  start_timeout?: number;
  /**
   * Seconds without a message, not even the one every 10 seconds, after which a worker counts as lost.
   */
  silence?: number;
}
/**
 * One stage: what it does, with which parameters, and when.
 */
export interface StageDocument {
  /**
   * The stage type: `scan` finds a model, `dataset` finds the songs, `join` makes one dataset of several, `caption` has a model write what songs lack, `analyze` measures songs, `preprocess.pass1` encodes sound, `preprocess.pass2` encodes text and makes samples, `pack` writes samples as Side-Step reads them, `estimate` measures modules, `train` trains an adapter, `generate` makes music with a model and an adapter, `export` writes adapters for other programs, `fixture` makes a tiny model and songs for tests, `command` runs a program of yours.
   */
  uses:
    | 'scan'
    | 'dataset'
    | 'join'
    | 'caption'
    | 'analyze'
    | 'preprocess.pass1'
    | 'preprocess.pass2'
    | 'pack'
    | 'estimate'
    | 'train'
    | 'generate'
    | 'export'
    | 'fixture'
    | 'command';
  /**
   * What this stage is for.
   */
  description?: string;
  /**
   * Named parameters, weaker than those in `with`: one name, or several of which later ones win. Unset: none.
   */
  preset?: string | string[];
  /**
   * Parameters of the stage type.
   */
  with?: {};
  /**
   * Stages that must be done first although nothing of theirs is used here.
   */
  needs?: string[];
  /**
   * Run the stage only if this holds: true, false, or a condition such as `${vars.model} == turbo`, with == != ! && || and parentheses.
   */
  when?: boolean | string;
  matrix?: MatrixDocument;
  resources?: ResourcesDocument;
  /**
   * How often a failed stage is tried again.
   */
  retries?: number;
  /**
   * How long one attempt may take: seconds, or a text such as `90s`, `30m`, `12h`, `2d`. Unset: as long as it likes.
   */
  timeout?: number | string;
  /**
   * false runs the stage every time.
   */
  cache?: boolean;
  /**
   * Its published files are never replaced or removed: another result stays in the cache, with a warning, until `sidestep run --overwrite STAGE` publishes it. It decides no result.
   */
  protect?: boolean;
  /**
   * Its files and folders, or those of the outputs named here, are removed from the cache after a run in which everything that reads them is done. The stage then counts as done; it is made again when something that reads it has to run. JSON outputs, what nothing reads and what is published stay. It decides no result.
   *
   * @minItems 1
   */
  temporary?: boolean | [string, ...string[]];
  /**
   * What its outputs must be, by the output's name, or NAME/PATH for what is within a folder; `{}` asks only that it is there. What is not so fails the stage, and nothing of it is kept. Checks decide no result: what the cache holds was checked when it was made.
   */
  checks?: {
    [k: string]: OutputCheckDocument;
  };
}
/**
 * Runs the stage once for every combination of these values, used as `${matrix.NAME}`. Stages that use its result are repeated with it. Unset: once.
 */
export interface MatrixDocument {
  /**
   * Further combinations, each a mapping of all names to values.
   *
   * Items: One combination.
   */
  include?: {}[];
  /**
   * Combinations to leave out; each mapping leaves out all that agree with it.
   *
   * Items: What to leave out.
   */
  exclude?: {}[];
  /**
   * The values this name takes.
   *
   * @minItems 1
   */
  [k: string]: [string | number | boolean, ...(string | number | boolean)[]] | {}[] | undefined;
}
/**
 * What the stage may use.
 */
export interface ResourcesDocument {
  /**
   * Where to compute: `auto` (a CUDA device if there is one, else the CPU), `cpu`, `cuda`, or one CUDA device by number such as `cuda:1`.
   */
  device?: string;
  /**
   * CPU threads a stage may use. They never change a result. Unset: all cores.
   */
  threads?: number;
  /**
   * Processes that share a training: the micro-batches of an update (`gradient_accumulation_steps`) go round them, and every number of ranks gives the same bytes. On a CPU they share its cores; on cards each has one of its own. More than an update has micro-batches are not started. Unset: one, or one for each card of the stage's job.
   */
  ranks?: number;
  /**
   * Of a stage over songs or prompts: processes that share them, each with a model of its own. They get a card each where the stage computes on cards, are tasks of one job array on a cluster, and each asks for the stage's `gpus`, `cpus`, `memory` and `time`. Every number gives the same bytes. More than there are samples, or on this machine cards, are not started. Unset: one.
   */
  shards?: number;
  /**
   * Name of the executor the stage runs on. Unset: this machine. It decides no result: only that it computes on a card or on a CPU does.
   */
  executor?: string;
  /**
   * Cards for a stage's job. Unset: what the executor says, else none.
   */
  gpus?: number;
  /**
   * CPU cores for a stage's job. Unset: what the executor says, else what the cluster gives.
   */
  cpus?: number;
  /**
   * Memory of the host for a stage's job, such as `32G`; `auto` asks for what the stage is expected to take. Unset: what the executor says, else what the cluster gives.
   */
  memory?: string;
  /**
   * How long a stage's job may take before the cluster ends it, as `90m`, `12h` or `2d`; the stage then goes on in a new job. Unset: what the executor says, else what the cluster gives.
   */
  time?: string;
}
/**
 * What one output must be.
 */
export interface OutputCheckDocument {
  /**
   * Least size in bytes; of a folder, of all its files together. Unset: any.
   */
  min_bytes?: number;
  /**
   * Largest size in bytes. Unset: any.
   */
  max_bytes?: number;
  /**
   * JSON Schema (draft 7) that the JSON in it must satisfy: the schema, or the path of a file that holds it. Unset: it need not be JSON.
   */
  json_schema?: {} | string;
  tensors?: TensorCheckDocument;
}
/**
 * What the tensors of a safetensors file must be. Unset: it need not be one.
 */
export interface TensorCheckDocument {
  /**
   * Tensors that must be there; `*` stands for any characters. Unset: any.
   */
  names?: string[];
  /**
   * Shapes by name, where `*` stands for any characters; -1 is any length. Unset: any.
   */
  shapes?: {
    /**
     * A shape.
     */
    [k: string]: number[];
  };
  /**
   * Whether every value must be finite.
   */
  finite?: boolean;
}
/**
 * Named parameters for one stage type; the file's name is the preset's name.
 */
export interface PresetDocument {
  /**
   * Version of the file format.
   */
  sidestep: 1;
  /**
   * When to use this preset, in one sentence.
   */
  description?: string;
  /**
   * The stage type whose parameters these are.
   */
  uses:
    | 'scan'
    | 'dataset'
    | 'join'
    | 'caption'
    | 'analyze'
    | 'preprocess.pass1'
    | 'preprocess.pass2'
    | 'pack'
    | 'estimate'
    | 'train'
    | 'generate'
    | 'export'
    | 'fixture'
    | 'command';
  /**
   * The parameters. Those a preset leaves out keep their defaults.
   */
  with: {};
}
/**
 * A user's own settings, for all pipelines on this machine.
 */
export interface SettingsDocument {
  /**
   * Version of the file format.
   */
  sidestep?: 1;
  /**
   * Folder of the downloaded models; `sidestep init` and `sidestep models` start from it. Unset: they ask.
   */
  checkpoint_dir?: string;
  /**
   * Profile that pipelines take on this machine, where they have it. Unset: the machine's name decides.
   */
  profile?: string;
  defaults?: PipelineDefaults;
  /**
   * Parameters by stage type, weaker than those of presets and pipelines.
   */
  stages?: {
    /**
     * Parameters of every `scan` stage.
     */
    scan?: {};
    /**
     * Parameters of every `dataset` stage.
     */
    dataset?: {};
    /**
     * Parameters of every `join` stage.
     */
    join?: {};
    /**
     * Parameters of every `caption` stage.
     */
    caption?: {};
    /**
     * Parameters of every `analyze` stage.
     */
    analyze?: {};
    /**
     * Parameters of every `preprocess.pass1` stage.
     */
    'preprocess.pass1'?: {};
    /**
     * Parameters of every `preprocess.pass2` stage.
     */
    'preprocess.pass2'?: {};
    /**
     * Parameters of every `pack` stage.
     */
    pack?: {};
    /**
     * Parameters of every `estimate` stage.
     */
    estimate?: {};
    /**
     * Parameters of every `train` stage.
     */
    train?: {};
    /**
     * Parameters of every `generate` stage.
     */
    generate?: {};
    /**
     * Parameters of every `export` stage.
     */
    export?: {};
  };
  /**
   * Where else than on this machine stages may run, by name; a stage chooses one with `resources: {executor: NAME}`. A pipeline's executor replaces the settings' one of the same name. Nothing here decides a result.
   */
  executors?: {
    [k: string]: ExecutorDocument;
  };
  /**
   * How many stages run at once. Unset: as many as the devices and cores allow.
   */
  jobs?: number;
  cache?: CacheSettings;
  /**
   * Gigabytes (GiB) that a stage may take on its device, whether card or host; plans and runs refuse what needs more. Unset: what the device has.
   */
  memory_limit_gib?: number;
  /**
   * Whether `sidestep run` asks before it starts: `ask` on a terminal, `never`.
   */
  confirm?: 'ask' | 'never';
  /**
   * Coloured output: `auto` on a terminal, `always`, `never`.
   */
  color?: 'auto' | 'always' | 'never';
  /**
   * The title of the terminal's window or tab while a run is shown live: `progress` says how far it is and gives the old title back at the end, `unchanged` leaves it alone.
   */
  terminal_title?: 'progress' | 'unchanged';
  notify?: NotifySettings;
  /**
   * Program and arguments to run when a run has ended in which something was to be done, such as `[notify-send, sidestep is done]`. Its environment has SIDESTEP_RUN, SIDESTEP_PIPELINE, SIDESTEP_RUN_DIR, SIDESTEP_OUTCOME (done, failed, interrupted), SIDESTEP_EXIT_CODE and SIDESTEP_SECONDS. A failure of it is a warning. Unset: nothing.
   *
   * @minItems 1
   */
  on_finish?: [string, ...string[]];
}
/**
 * Where finished work is kept, and how much of it.
 */
export interface CacheSettings {
  /**
   * Folder of the cache; several projects may share one. Unset: .sidestep/cache beside the pipeline.
   */
  dir?: string;
  /**
   * Who writes into the cache: `private` is you alone; `group` lets the members of the folder's group write into what others made. All of them need the setting; while it is set, files that sidestep writes anywhere are writable to your group.
   */
  sharing?: 'private' | 'group';
  /**
   * Further caches, read and never written: what one of them has is copied from there instead of computed.
   *
   * Items: Folder of a cache.
   */
  from?: string[];
  remote?: RemoteCacheSettings;
  /**
   * `sidestep cache gc` keeps the cache below this many gigabytes. 0 sets no bound.
   */
  max_size_gb?: number;
  /**
   * `sidestep cache gc` drops what was not used for so many days. 0 sets no bound.
   */
  max_age_days?: number;
}
/**
 * A cache on a server: what it has is fetched instead of computed, and with `mode: read_write` what is computed here is stored there. A server that fails never fails a run. Unset: no server.
 */
export interface RemoteCacheSettings {
  /**
   * A folder of a server that knows GET, HEAD and PUT, such as one with WebDAV (`https://host/path`), or of S3 (`s3://bucket/prefix`).
   */
  url: string;
  /**
   * `read` only takes from it; `read_write` also stores what is computed here.
   */
  mode?: 'read' | 'read_write';
  /**
   * Name of the environment variable that holds the token, or `USER:PASSWORD`; it is sent to that server and kept nowhere. S3 takes its keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Unset: nothing is sent.
   */
  token_env?: string;
  /**
   * The part of it that is read and, with `read_write`, written. Everyone who may write into a namespace is believed by those who read it, so branches that are not trusted get one of their own. SIDESTEP_CACHE_NAMESPACE wins over it.
   */
  namespace?: string;
  /**
   * Further parts that are read and never written.
   *
   * Items: A namespace.
   */
  read_namespaces?: string[];
  /**
   * Of S3 that is not Amazon's: the server's address. Unset: Amazon's.
   */
  endpoint?: string;
  /**
   * Of S3: the bucket's region.
   */
  region?: string;
  /**
   * Seconds without a byte after which a question to the server has failed.
   */
  timeout?: number;
}
/**
 * How a terminal calls when a run ends that was long enough to look away. Never done where the output is no terminal.
 */
export interface NotifySettings {
  /**
   * `bell` rings it; `osc9` asks it for a notification of the desktop (iTerm2, kitty, WezTerm, ConEmu and others); `none` is silent.
   */
  how?: 'bell' | 'osc9' | 'none';
  /**
   * Only of runs that took at least so long.
   */
  after_seconds?: number;
}
/**
 * One song.
 */
export interface DatasetJsonSample {
  /**
   * The audio file: absolute, or relative to this file or the audio folder. Unset: filename.
   */
  audio_path?: string;
  /**
   * The audio file's name. Unset: the last part of audio_path.
   */
  filename?: string;
  /**
   * What the music is like.
   */
  caption?: string | null;
  /**
   * Genre words, used in place of the caption for a share of the samples.
   */
  genre?: string | null;
  /**
   * The words that are sung. Unset: [Instrumental].
   */
  lyrics?: string | null;
  /**
   * No one sings.
   */
  is_instrumental?: boolean | null;
  /**
   * Beats per minute. Unset: N/A in the prompt.
   */
  bpm?: string | number | null;
  /**
   * Key and scale, such as `F# minor`. Unset: N/A in the prompt.
   */
  keyscale?: string | null;
  /**
   * Time signature, such as 4 or `3/4`. Unset: N/A in the prompt.
   */
  timesignature?: string | number | null;
  /**
   * Length in seconds as the prompt states it. Unset: the audio's own.
   */
  duration?: string | number | null;
  /**
   * Language of the lyrics by its code, such as `en`. Unset: what the dataset stage says.
   */
  language?: string | null;
  /**
   * Trigger word of this sample. Unset: the dataset's.
   */
  custom_tag?: string | null;
  /**
   * `caption` or `genre` decides what the prompt of this sample uses. Unset: the genre ratio decides.
   */
  prompt_override?: 'caption' | 'genre' | null;
  /**
   * How often an epoch shows this sample.
   */
  repeat?: number;
  [k: string]: unknown;
}
/**
 * Samples, and what holds for all of them.
 */
export interface DatasetJsonObject {
  metadata?: DatasetJsonMetadata;
  /**
   * The samples.
   */
  samples: DatasetJsonSample[];
  [k: string]: unknown;
}
/**
 * What holds for all samples.
 */
export interface DatasetJsonMetadata {
  /**
   * Name of the dataset.
   */
  name?: string;
  /**
   * Trigger word put into every caption.
   */
  custom_tag?: string | null;
  /**
   * Where the custom tag goes: before the caption, after it, or instead of it.
   */
  tag_position?: 'prepend' | 'append' | 'replace';
  /**
   * Percentage of samples whose prompt uses the genre in place of the caption.
   */
  genre_ratio?: number;
  [k: string]: unknown;
}
/**
 * What reproduces a finished run. Written by `sidestep run`; commit it beside the pipeline.
 */
export interface LockDocument {
  /**
   * Version of the lock file's format.
   */
  sidestep_lock: 1;
  /**
   * The stage instances by id, in the order of the pipeline.
   */
  stages: {
    [k: string]: LockedStage;
  };
}
/**
 * One stage instance as it finished.
 */
export interface LockedStage {
  /**
   * The stage type.
   */
  uses: string;
  /**
   * Version of the stage type.
   */
  version: number;
  /**
   * SHA-256 in hexadecimal.
   */
  fingerprint: string;
  /**
   * Parameters that can change the output, by dotted path.
   */
  params: {};
  /**
   * Content hashes of what other stages handed on, by parameter.
   */
  inputs: {
    /**
     * SHA-256 in hexadecimal.
     */
    [k: string]: string;
  };
  /**
   * Content hashes of the files parameters name, by parameter.
   */
  files: {
    /**
     * SHA-256 in hexadecimal.
     */
    [k: string]: string;
  };
  /**
   * Backend, precision and numerics version of the engine, and the CPU's arithmetic where it is not that of most CPUs; null for stages without arithmetic.
   */
  numerics: {} | null;
  /**
   * Identities of the outputs, by name.
   */
  outputs: {
    /**
     * SHA-256 in hexadecimal.
     */
    [k: string]: string;
  };
}
/**
 * Finds the models under a checkpoint folder, picks one, and checks that it and its VAE, text encoder and tokenizer are complete.
 */
export interface ScanParameters {
  /**
   * Folder that holds the model folders (acestep-v15-turbo and so on), `vae` and the text encoder.
   */
  checkpoint_dir: string | StageReferenceValue;
  /**
   * Which model to train: turbo, base, sft, xl-turbo, xl-base, xl-sft, or the exact name of a fine-tune's folder.
   */
  model: string;
  /**
   * The official model a fine-tune descends from. `auto` reads it from the fine-tune's config.json.
   */
  base_model: 'auto' | 'turbo' | 'base' | 'sft';
}
/**
 * Finds the songs and their captions, lyrics and metadata, and lints all of them before any heavy work.
 */
export interface DatasetParameters {
  /**
   * Folder with the songs. Unset: the audio paths come from dataset_json.
   */
  audio_dir?: string | StageReferenceValue;
  /**
   * ACE-Step dataset JSON: a list of samples, or an object with `metadata` and `samples`. Unset: every audio file under audio_dir is a sample.
   */
  dataset_json?: string | StageReferenceValue;
  /**
   * The scanned model: `${stages.NAME}` of a `scan` stage. With it the check also finds prompts and lyrics that are too long for the text encoder. Unset: they are found when they are encoded.
   */
  model?: StageReferenceValue;
  /**
   * File name endings that count as audio.
   *
   * @minItems 1
   */
  extensions: [string, ...string[]];
  /**
   * Glob patterns of files to leave out, relative to audio_dir: `*.{wav,mp3}`, `demos/**`, `** /*take[12].flac`.
   */
  exclude: string[];
  /**
   * `recursive` looks into folders within audio_dir too, `top` does not.
   */
  folders: 'recursive' | 'top';
  /**
   * Text files beside a song (song.txt, song.caption.txt, song.lyrics.txt, song.json): `use` reads them where the dataset JSON says nothing, `prefer` lets them win over it, `ignore` does not read them.
   */
  sidecars: 'use' | 'prefer' | 'ignore';
  /**
   * Title, genre and tempo stored in the audio file itself: `use` takes them where nothing else says, `ignore` does not.
   */
  file_tags: 'use' | 'ignore';
  /**
   * Trigger word put into every caption. Unset: the dataset JSON's own, if it has one.
   */
  custom_tag?: string;
  /**
   * Where the custom tag goes: before the caption, after it, or instead of it. Unset: the dataset JSON's own, else `prepend`.
   */
  tag_position?: 'prepend' | 'append' | 'replace';
  /**
   * Percentage of samples whose prompt uses the genre in place of the caption. Unset: the dataset JSON's own, else 0.
   */
  genre_ratio?: number;
  /**
   * How those samples are chosen: `sample` decides each by its own content, so that adding a song changes no other prompt; `upstream` shuffles the sorted list with the seed as ACE-Step does.
   */
  genre_choice: 'sample' | 'upstream';
  /**
   * Language of the lyrics, by its code such as `en` or `zh`, of songs whose dataset JSON or files beside them do not say it.
   */
  language: string;
  /**
   * What a song without lyrics is: `instrumental` trains it with the lyrics [Instrumental], `fail` refuses it unless its `is_instrumental` says so.
   */
  missing_lyrics: 'instrumental' | 'fail';
  /**
   * What to do with a song whose audio equals another's: `warn` keeps both, `skip` keeps the first by name, `fail` refuses.
   */
  duplicates: 'warn' | 'skip' | 'fail';
  /**
   * Songs shorter than this many seconds are refused.
   */
  min_duration: number;
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed: number;
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * Makes one dataset of several, with repeats or shares. Songs are encoded one by one, so what one of them was encoded for before is not encoded again.
 */
export interface JoinParameters {
  /**
   * The datasets, each as `${stages.NAME}` of a stage that leaves songs, or as `{from: "${stages.NAME}", repeats: 3}` or `{from: "${stages.NAME}", share: 0.3}`. `repeats` shows each of its songs so many times in an epoch. `share` is the part of an epoch that its songs make up: either all datasets have one or none does, and only their proportions count. Songs of equal names get the name of their stage before them.
   */
  datasets:
    | StageReferenceValue
    | [
        (
          | StageReferenceValue
          | {
              /**
               * The stage whose songs are meant.
               */
              from: StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        ),
        ...(
          | StageReferenceValue
          | {
              /**
               * The stage whose songs are meant.
               */
              from: StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        )[]
      ];
}
/**
 * Asks a model that hears music, by an OpenAI-compatible HTTP interface, for the captions and lyrics that songs lack. Its result takes the place of the `dataset` stage's.
 */
export interface CaptionParameters {
  /**
   * The songs: `${stages.NAME}` of a `dataset`, `join` or `analyze` stage, or of another `caption` stage.
   */
  dataset: StageReferenceValue;
  /**
   * Where the server is: what is before `/chat/completions`, such as `http://127.0.0.1:8000/v1`. Only its path counts: the same model on another machine is asked nothing twice.
   */
  base_url: string;
  /**
   * Name of the model, as the server knows it.
   */
  model: string;
  /**
   * Name of the environment variable that holds the key, such as `OPENAI_API_KEY`; the key itself is read when the stage runs and kept nowhere. Unset: no key is sent.
   */
  api_key_env?: string;
  /**
   * Which songs are asked for: `fill_missing` those without caption (a file name or title is none), `overwrite_caption` captions of all songs, `overwrite_all` captions and lyrics of all songs. Songs that are said to be instrumental keep their lyrics.
   */
  merge: 'fill_missing' | 'overwrite_caption' | 'overwrite_all';
  /**
   * What the model is given with the prompt: `audio`, `metadata` (title, genre, tempo, key, language and lyrics, as far as they are known; for models that hear nothing), or `audio_and_metadata`.
   */
  send: 'audio' | 'metadata' | 'audio_and_metadata';
  /**
   * Songs are sent from their beginning, as mono wav, up to this many seconds.
   */
  audio_seconds: number;
  /**
   * What the model is asked for a caption.
   */
  prompt: string;
  /**
   * `ask` has lyrics written down too where a song has none, `leave` leaves them as they are.
   */
  lyrics: 'leave' | 'ask';
  /**
   * What the model is asked for lyrics.
   */
  lyrics_prompt: string;
  /**
   * How freely the model chooses its words. Unset: the server decides.
   */
  temperature?: number;
  /**
   * Length of an answer in tokens; one that is cut there is not used. Unset: the server decides.
   */
  max_tokens?: number;
  /**
   * How many requests are under way at the same time.
   */
  requests_at_once: number;
  /**
   * Seconds until a request counts as failed.
   */
  request_timeout: number;
  /**
   * How often a request is made again after the server was busy (429, 5xx), too slow or cut the connection; the pause doubles each time, or is what the server asks for.
   */
  request_retries: number;
  /**
   * Whether answers are written beside the songs, as `song.caption.txt` and `song.lyrics.txt`: `never`, `missing` where no such file is, `overwrite` also over one that is there.
   */
  write_sidecars: 'never' | 'missing' | 'overwrite';
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * Measures tempo, key, meter and loudness of the songs, each with its confidence, and fills in what no one has said of them. Its result takes the place of the `dataset` stage's.
 */
export interface AnalyzeParameters {
  /**
   * The songs: `${stages.NAME}` of a `dataset`, `join` or `caption` stage, or of another `analyze` stage.
   */
  dataset: StageReferenceValue;
  /**
   * What is filled in: `bpm` (a whole number of beats a minute; in 6/8 of dotted quarters), `keyscale`, `timesignature` (3/4, 4/4 or 6/8). Loudness and peak are measured of every song.
   *
   * @minItems 1
   */
  fields: ['bpm' | 'keyscale' | 'timesignature', ...('bpm' | 'keyscale' | 'timesignature')[]];
  /**
   * Which songs they are filled in for: `fill_missing` those of which nothing else says them, `overwrite_bpm`, `overwrite_keyscale`, `overwrite_timesignature` also those of which something else says that one, `overwrite_all` any of them.
   */
  merge:
    'fill_missing' | 'overwrite_bpm' | 'overwrite_keyscale' | 'overwrite_timesignature' | 'overwrite_all';
  /**
   * What is less sure than this, from 0 to 1, is not filled in; nothing wrong is better than something guessed.
   */
  min_confidence: number;
  /**
   * Whether what was filled in is written beside the songs, into `song.json`: `never`, `missing` where that file does not say it, `overwrite` also where it says something else. Whatever else is there stays.
   */
  write_sidecars: 'never' | 'missing' | 'overwrite';
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * Encodes each song with the VAE and each prompt and lyric with the text encoder, cached per sample and per encoder.
 */
export interface PreprocessPass1Parameters {
  /**
   * The scanned model: `${stages.NAME}` of a `scan` stage.
   */
  model: StageReferenceValue;
  /**
   * The songs: `${stages.NAME}` of a `dataset`, `join`, `analyze` or `caption` stage.
   */
  dataset: StageReferenceValue;
  /**
   * Songs are cut to this many seconds. 0 takes the longest song's length in whole seconds.
   */
  max_duration: number;
  /**
   * Loudness before encoding: `none`, `peak` (peak_target) or `loudness` (integrated loudness, loudness_target).
   */
  normalize: 'none' | 'peak' | 'loudness';
  /**
   * Peak level in dBFS after `normalize: peak`.
   */
  peak_target: number;
  /**
   * Integrated loudness in LUFS after `normalize: loudness` (ITU-R BS.1770).
   */
  loudness_target: number;
  /**
   * How other sample rates become 48 kHz: `soxr_hq` follows upstream's newest loader, `sinc_hann` its older one.
   */
  resampler: 'soxr_hq' | 'sinc_hann';
  /**
   * What is taken of the VAE's posterior: `sample` draws from it with the seed, `mean` takes its mean.
   */
  latents: 'sample' | 'mean';
  /**
   * Long songs go through the VAE in tiles of this many seconds. 0 encodes a song in one piece.
   */
  tile_duration: number;
  /**
   * Seconds that neighbouring tiles share on each side.
   */
  tile_overlap: number;
  /**
   * How prompt and lyrics become a condition: `inference` as programs that make music build them, so that training hears what they will say; `upstream` as ACE-Step's and Side-Step's training programs do. docs/dataset.md tells them apart.
   */
  conditioning: 'inference' | 'upstream';
  /**
   * Length to which the prompt is cut, in tokens; with `conditioning: upstream` shorter ones are padded to it.
   */
  max_text_tokens: number;
  /**
   * Length to which the lyrics are cut, in tokens; with `conditioning: upstream` shorter ones are padded to it. Unset: 2048, or 512 with `conditioning: upstream`.
   */
  max_lyric_tokens?: number;
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed: number;
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * Turns text and lyric states into the conditions that the diffusion transformer is trained with, cached per sample.
 */
export interface PreprocessPass2Parameters {
  /**
   * The scanned model whose condition encoder is used: `${stages.NAME}` of a `scan` stage.
   */
  model: StageReferenceValue;
  /**
   * Latents and text states: `${stages.NAME}` of a `preprocess.pass1` stage.
   */
  latents: StageReferenceValue;
  /**
   * How conditions are built: `inference` or `upstream`; see `preprocess.pass1`. Unset: as the first pass did; another value than that is refused.
   */
  conditioning?: 'inference' | 'upstream';
  /**
   * Folder in which the finished samples also appear as safetensors files. Unset: they stay in the cache.
   */
  output_dir?: string;
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * Writes encoded samples as Side-Step and ACE-Step keep them: a .pt file each, manifest.json and preprocess_meta.json.
 */
export interface PackParameters {
  /**
   * The scanned model that the samples were encoded for: `${stages.NAME}` of a `scan` stage. Its silence is beside each of them.
   */
  model: StageReferenceValue;
  /**
   * The samples: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples. A list joins several, as in `train`; `repeats` and `share` list samples more than once in manifest.json, which is how Side-Step repeats them.
   */
  tensors:
    | string
    | StageReferenceValue
    | [
        (
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        ),
        ...(
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        )[]
      ];
  /**
   * The songs, whose captions, lyrics and metadata are written into the files: `${stages.NAME}` of a `dataset`, `join`, `analyze` or `caption` stage. Unset: the files hold tensors and the songs' names.
   */
  dataset?: StageReferenceValue;
  /**
   * Folder in which the files appear. Unset: they stay in the cache.
   */
  output_dir?: string;
}
/**
 * Measures which modules of the model the songs pull at hardest, so that `train` can adapt those, or give each the rank it needs.
 */
export interface EstimateParameters {
  /**
   * The scanned model: `${stages.NAME}` of a `scan` stage.
   */
  model: StageReferenceValue;
  /**
   * The preprocessed samples: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples that ACE-Step or Side-Step preprocessed. A list joins several, as in `train`.
   */
  tensors:
    | string
    | StageReferenceValue
    | [
        (
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        ),
        ...(
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        )[]
      ];
  /**
   * `gradient` ranks by the mean gradient norm of each weight; `fisher` by the diagonal Fisher information and also derives a rank per module.
   */
  method: 'gradient' | 'fisher';
  /**
   * Rank single modules, or whole layers (the sum over a layer's modules). Of `method: gradient`; Fisher information always ranks modules.
   */
  granularity: 'module' | 'layer';
  /**
   * Which attentions are measured: self (sound), cross (text), or both.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the linears that are measured.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Measure the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * How many batches are measured in each run, at most. Unset: 5 of gradients; of Fisher information as many as show every song once, 50 at most.
   */
  batches?: number;
  /**
   * Samples in a batch.
   */
  batch_size: number;
  /**
   * How many modules (or layers) are selected for training. Of `method: gradient`; with fisher, fisher.select_share decides.
   */
  top_k: number;
  /**
   * Probability that a sample's condition is replaced by the null condition.
   */
  cfg_dropout: number;
  /**
   * Timesteps that are drawn: `[0, 1]` all of them, `[0, 0.4]` texture, `[0.6, 1]` structure.
   *
   * @minItems 2
   * @maxItems 2
   */
  timestep_range: [number, number];
  /**
   * Settings of `method: fisher`.
   */
  fisher: {
    /**
     * Independent runs, each with songs and noise of its own, whose mean and spread are reported. Unset: 2 up to ten songs, 3 beyond.
     */
    runs?: number;
    /**
     * A run ends once so many batches in a row left the order of its 20 best modules as it was. 0: it measures all its batches.
     */
    convergence_patience: number;
    /**
     * What a batch does for which there is no memory. `fail` ends the stage; `skip` leaves the batch out, as Side-Step does, and two in a row end the run: which were left out then decides the result, and `estimate.json` counts them.
     */
    out_of_memory: 'fail' | 'skip';
    /**
     * Rank of a module of median importance.
     */
    base_rank: number;
    /**
     * Smallest rank given.
     */
    min_rank: number;
    /**
     * Largest rank given.
     */
    max_rank: number;
    /**
     * Ranks are rounded to a multiple of this.
     */
    rank_multiple: number;
    /**
     * Share of a weight's spectral energy that its effective rank covers.
     */
    energy: number;
    /**
     * Share of the modules that is selected.
     */
    select_share: number;
    /**
     * Share selected at least from each of self-attention, cross-attention and MLP.
     */
    min_category_share: number;
  };
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed: number;
}
/**
 * Trains an adapter on preprocessed samples.
 */
export interface TrainParameters {
  /**
   * The scanned model to adapt: `${stages.NAME}` of a `scan` stage.
   */
  model: StageReferenceValue;
  /**
   * The samples to train on: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples that ACE-Step or Side-Step preprocessed (.pt or safetensors). A list joins several: `[./tensors, {from: ./more, repeats: 3}]`, or with `share` for the part of an epoch that each makes up.
   */
  tensors:
    | string
    | StageReferenceValue
    | [
        (
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        ),
        ...(
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        )[]
      ];
  /**
   * `fixed` trains with continuous timesteps and condition dropout, as the models were trained; `vanilla` does as ACE-Step's own trainer: the eight timesteps of the turbo schedule, no condition dropout.
   */
  mode: 'fixed' | 'vanilla';
  /**
   * What is trained: the kind of adapter, its size and the modules it adapts.
   */
  adapter: LoraAdapter | DoraAdapter | LokrAdapter | LohaAdapter | OftAdapter;
  /**
   * How the timestep t of each sample is drawn (t = 1 is noise, t = 0 is the song).
   */
  timestep: {
    /**
     * `upstream` is the larger of two logit-normal draws, `single` is one logit-normal draw, `discrete` picks one of the eight turbo timesteps. `auto` takes upstream in fixed mode and discrete in vanilla mode.
     */
    law: 'auto' | 'upstream' | 'single' | 'discrete';
    /**
     * Mean of the normal law under the sigmoid. Unset: the model's config.json (-0.4 in the official models).
     */
    timestep_mu?: number;
    /**
     * Standard deviation of the normal law under the sigmoid. Unset: the model's config.json (1.0 in the official models).
     */
    timestep_sigma?: number;
    /**
     * Probability that a sample's timestep is drawn where the loss is high (10 bins, moving average of the loss) and not by the law. 0 turns it off; 0.3 is usual.
     */
    adaptive_ratio: number;
  };
  /**
   * How the frozen model's matrices are kept. `auto`: in the precision of the computation (on a CPU, 16-bit checkpoints stay as they are). `8bit`: as 8-bit numbers with a scale for every 64 of them, widened where a product needs them; about half the memory of bf16 for the model, slightly slower, and the loss moves by a fraction of a percent. `int8`, `fp8`: as 8-bit codes that tensor cores multiply as they are, what is multiplied with them quantised on the way, forward and backward; as little memory, meant to be faster on a card (int8 from compute capability 8.0 on, fp8 from 8.9), the loss moves by up to a few percent; a CPU computes the same, slower. The adapter is for the unquantised model all the same.
   */
  base_precision: 'auto' | '8bit' | 'int8' | 'fp8';
  /**
   * Probability that a sample's condition is replaced by the null condition, which keeps classifier-free guidance working. Not used in vanilla mode.
   */
  cfg_dropout: number;
  /**
   * `none` counts every timestep alike, `min_snr` weights by min(SNR, snr_gamma) / SNR.
   */
  loss_weighting: 'none' | 'min_snr';
  /**
   * The cap in `loss_weighting: min_snr`.
   */
  snr_gamma: number;
  /**
   * What padded frames of a batch of unequal lengths do: `masked` leaves them out of loss and attention, so that a batch equals the mean of its samples; `upstream` counts them as ACE-Step does.
   */
  padding: 'masked' | 'upstream';
  /**
   * The rule that turns gradients into updates, and its learning rate.
   */
  optimizer: AdamwOptimizer | Adamw8BitOptimizer | AdafactorOptimizer | ProdigyOptimizer;
  /**
   * How the learning rate changes over the run. The whole curve is a function of the global step.
   */
  schedule:
    | CosineSchedule
    | CosineRestartsSchedule
    | LinearSchedule
    | ConstantSchedule
    | ConstantWithWarmupSchedule
    | CustomSchedule;
  /**
   * Samples in a micro-batch.
   */
  batch_size: number;
  /**
   * Micro-batches that make one update; the effective batch is this times batch_size.
   */
  gradient_accumulation_steps: number;
  /**
   * An epoch's last update may have fewer micro-batches: `mean` divides by their true number, `upstream` by gradient_accumulation_steps.
   */
  partial_accumulation: 'mean' | 'upstream';
  /**
   * Passes over the dataset. Another number later is another run: it continues from what is saved where that gives the same result (constant schedules), and is trained from the beginning otherwise; `sidestep plan` says which.
   */
  epochs: number;
  /**
   * Stop after this many updates; the schedule is shortened to it. Unset: epochs decide.
   */
  max_steps?: number;
  /**
   * How often each sample occurs in an epoch.
   */
  dataset_repeats: number;
  /**
   * Order of the samples: `epoch` draws a new order for each epoch from the seed, `none` keeps the dataset's order.
   */
  shuffle: 'epoch' | 'none';
  /**
   * Gradients are scaled down to this total L2 norm before each update. 0 turns clipping off.
   */
  max_grad_norm: number;
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed: number;
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * Recompute activations in the backward pass to save memory: by default, or with the word `auto`, those of layers and parts of layers that do not fit in what the device has; `sidestep plan` shows which. It does not change the result.
   */
  gradient_checkpointing: {
    /**
     * Whether activations are recomputed where they do not fit. Otherwise all are kept, whether they fit or not.
     */
    enabled: boolean;
    /**
     * Share of the layers that recompute, evenly spread. Unset: as few as fit, and of them as small parts as fit.
     */
    ratio?: number;
    /**
     * Keep the layers' inputs in page-locked memory of the host between forward and backward pass; they travel while layers are computed. A card then holds three of them instead of one a layer. Without effect on the CPU, where they are in that memory in any case.
     */
    offload: boolean;
  };
  /**
   * Train on a random window of each song in place of the whole song.
   */
  crop: {
    /**
     * Length of the window in seconds; 60 or more is advised. Unset: the whole song.
     */
    chunk_duration?: number;
    /**
     * Length of the window in latent frames (25 a second); wins over chunk_duration. Unset: chunk_duration decides.
     */
    max_latent_length?: number;
    /**
     * `coverage` prefers parts of the song that were seen less often, `uniform` draws any start alike.
     */
    start: 'coverage' | 'uniform';
    /**
     * The coverage counts are halved every so many epochs. 0 never halves them.
     */
    decay_every_epochs: number;
  };
  /**
   * Decay of a moving average of the adapter, kept beside it and used for validation and export. 0 turns it off; 0.9999 is usual.
   */
  ema_decay: number;
  /**
   * Music that the adapter makes on the way, to be listened to: in the run record, the report and TensorBoard. It never changes the adapter, and the noise is the same each time. A finished training is not done again for it: a `generate` stage makes music of its checkpoints. Unset: none is made.
   */
  samples?: {
    /**
     * Make clips at the end of every so many epochs. 0 makes none then.
     */
    every_epochs: number;
    /**
     * Make clips after every so many updates. 0 makes none then.
     */
    every_steps: number;
    /**
     * Also make them before anything is trained, to compare with.
     */
    before_first_step: boolean;
    /**
     * What to make. Unset: a song of the dataset in its own words.
     *
     * @minItems 1
     */
    prompts?: [ClipPrompt, ...ClipPrompt[]];
    /**
     * Where prompts with `sample` find their songs: `${stages.NAME}` of a `dataset` or `caption` stage. Unset: the pipeline's only one.
     */
    dataset?: StageReferenceValue;
    /**
     * Every prompt is made once for each.
     *
     * @minItems 1
     */
    seeds: [number, ...number[]];
    /**
     * How strongly the adapter acts: 1 as it is trained. 0 is the model alone, which sounds the same at every step and is made once.
     *
     * @minItems 1
     */
    strengths: [number, ...number[]];
    /**
     * Evaluations of the model from noise to music. Unset: 8 for turbo models, 50 for base and sft.
     */
    steps?: number;
    /**
     * How strongly the prompt's direction is strengthened; 1 is without. Unset: 7 for base and sft models, none for turbo.
     */
    guidance_scale?: number;
    /**
     * Length in seconds of prompts that do not say theirs.
     */
    duration: number;
  };
  /**
   * Loss on samples that are not trained on, with noise and timesteps that never change, so that the same weights always give the same number.
   */
  validation: {
    /**
     * Share of the samples that is held out, chosen by their content. 0 holds out none.
     */
    fraction: number;
    /**
     * Samples for validation alone: `${stages.NAME}` of a `preprocess.pass2` stage, a folder, or a list of them. Unset: the fraction decides.
     */
    tensors?:
      | string
      | StageReferenceValue
      | [
          (
            | string
            | StageReferenceValue
            | {
                /**
                 * The stage or folder whose samples are meant.
                 */
                from: string | StageReferenceValue;
                /**
                 * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
                 */
                repeats?: number;
                /**
                 * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
                 */
                share?: number;
              }
          ),
          ...(
            | string
            | StageReferenceValue
            | {
                /**
                 * The stage or folder whose samples are meant.
                 */
                from: string | StageReferenceValue;
                /**
                 * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
                 */
                repeats?: number;
                /**
                 * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
                 */
                share?: number;
              }
          )[]
        ];
    /**
     * Validate after every so many epochs; also once before the first step.
     */
    every_epochs: number;
    /**
     * Timesteps at which every held-out sample is judged.
     *
     * @minItems 1
     * @maxItems 100
     */
    timesteps: [number, ...number[]];
    /**
     * Fixed noises for each sample and timestep.
     */
    draws: number;
    /**
     * Seed of those noises; apart from the training seed, so that runs with other seeds stay comparable.
     */
    seed: number;
  };
  /**
   * When the state of the run is written. Every checkpoint can be resumed and used for inference.
   */
  checkpoint: {
    /**
     * Write one after every so many epochs. 0 writes none by epochs.
     */
    every_epochs: number;
    /**
     * Write one after every so many updates. 0 writes none by steps.
     */
    every_steps: number;
    /**
     * Write one after so many minutes without one. Which steps that hits depends on the machine, so two runs keep different checkpoints; the adapter at the end is the same. 0 writes none by the clock.
     */
    every_minutes: number;
    /**
     * How many of the newest are kept. 0 keeps all.
     */
    keep_last: number;
    /**
     * Beside the newest, every so many-th is kept to the end: with `every_epochs: 10` and `keep_every: 5` those of epochs 50, 100 and so on; of `every_steps` likewise. Those by the clock are not counted. 0 keeps only the newest.
     */
    keep_every: number;
    /**
     * 1 keeps the adapter with the lowest validation loss (smoothed training loss without validation) as well, as `best`; 0 does not.
     */
    keep_best: number;
    /**
     * Epochs before a checkpoint can count as best.
     */
    best_after_epoch: number;
    /**
     * Epochs over which the training loss is smoothed for that.
     */
    best_window: number;
    /**
     * By how much the loss must fall to count as better.
     */
    best_min_delta: number;
  };
  /**
   * End the run when the loss no longer falls.
   */
  early_stop: {
    /**
     * Epochs without improvement before the run ends. 0 turns it off.
     */
    patience: number;
    /**
     * By how much the loss must fall to count as improvement.
     */
    min_delta: number;
  };
  /**
   * Lower the learning rate as the smoothed loss comes near a target, in place of training past it.
   */
  target_loss: {
    /**
     * The target. 0 turns it off.
     */
    loss: number;
    /**
     * Smallest share of the learning rate that is left.
     */
    floor: number;
    /**
     * Updates before it acts.
     */
    warmup_steps: number;
    /**
     * Decay of the moving average of the loss.
     */
    smoothing: number;
  };
  /**
   * What is written down during the run. It does not change the result.
   */
  logging: {
    /**
     * Loss and learning rate every so many updates.
     */
    log_every: number;
    /**
     * Gradient norms of every layer, and which timesteps were drawn, every so many updates. 0 never.
     */
    log_heavy_every: number;
    /**
     * Write TensorBoard event files.
     */
    tensorboard: boolean;
    /**
     * Folder for the TensorBoard files. Unset: `runs` in output_dir; without output_dir `tensorboard` in the run record, .sidestep/runs/RUN.
     */
    log_dir?: string;
  };
  /**
   * What a run does with earlier work of the same stage: `exact` continues from it where that gives the bytes of a first run and trains from the beginning otherwise (`sidestep plan` says which and why); `fork` goes on from the newest weights with the new settings, so that its result depends on what ran before; `fresh` starts at the beginning. An interrupted run always continues itself.
   */
  resume: 'exact' | 'fork' | 'fresh';
  /**
   * What to go on from: `${stages.NAME}` of another `train` stage, a checkpoint folder (this program's, or Side-Step's with training_state.pt), or any adapter, whose weights then begin at step 0. Settings that would make it neither run are refused unless `resume: fork` asks for them. Unset: this stage's own saved state, if any.
   */
  resume_from?: string | StageReferenceValue;
  /**
   * The run ends with a diagnosis after so many micro-batches in a row whose loss is not a finite number; each is skipped and counted.
   */
  max_nonfinite_steps: number;
  /**
   * Written into the adapter's metadata for programs that use it; training does not read it.
   */
  inference: {
    /**
     * Timestep shift at inference. Unset: 3.0 for turbo models, 1.0 for base and sft.
     */
    shift?: number;
    /**
     * Steps at inference. Unset: 8 for turbo models, 50 for base and sft.
     */
    num_inference_steps?: number;
  };
  /**
   * Folder in which the adapter and its checkpoints also appear. Unset: they stay in the cache; `export` writes them out.
   */
  output_dir?: string;
}
/**
 * LoRA: W + (alpha / rank) B A (Hu et al. 2021), named as PEFT does.
 */
export interface LoraAdapter {
  /**
   * Low-rank adapter.
   */
  type: 'lora';
  /**
   * Rank r of the update, per adapted module.
   */
  rank: number;
  /**
   * The update is scaled by alpha / rank.
   */
  alpha: number;
  /**
   * Probability that an input element of the update is dropped while training.
   */
  dropout: number;
  /**
   * Which biases are saved with the adapter: `none`, `all`, or `lora_only` (those of adapted modules). As upstream, they are not trained.
   */
  bias: 'none' | 'all' | 'lora_only';
  /**
   * Scale by alpha / sqrt(rank) in place of alpha / rank (rank-stabilised LoRA).
   */
  rs_lora: boolean;
  /**
   * Names of the linears that are adapted: the end of a module's path.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the adapted linears in self-attention. Unset: target_modules.
   */
  self_target_modules?: string[];
  /**
   * Names of the adapted linears in cross-attention. Unset: target_modules.
   */
  cross_target_modules?: string[];
  /**
   * Adapt the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * Ranks of single modules: the end of a module's path, or a regular expression for it, and its rank.
   */
  rank_pattern: {
    /**
     * Rank of these modules.
     */
    [k: string]: number;
  };
  /**
   * Alphas of single modules, as rank_pattern.
   */
  alpha_pattern: {
    /**
     * Alpha of these modules.
     */
    [k: string]: number;
  };
  /**
   * Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.
   */
  selection?: {
    /**
     * `${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.
     */
    estimate: string | StageReferenceValue;
    /**
     * `modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).
     */
    use: 'modules' | 'ranks';
  };
}
/**
 * DoRA: LoRA on the direction of each weight, and a trained magnitude (Liu et al. 2024), named as PEFT does.
 */
export interface DoraAdapter {
  /**
   * Weight-decomposed low-rank adapter.
   */
  type: 'dora';
  /**
   * Rank r of the update, per adapted module.
   */
  rank: number;
  /**
   * The update is scaled by alpha / rank.
   */
  alpha: number;
  /**
   * Probability that an input element of the update is dropped while training.
   */
  dropout: number;
  /**
   * Which biases are saved with the adapter: `none`, `all`, or `lora_only` (those of adapted modules). As upstream, they are not trained.
   */
  bias: 'none' | 'all' | 'lora_only';
  /**
   * Scale by alpha / sqrt(rank) in place of alpha / rank (rank-stabilised LoRA).
   */
  rs_lora: boolean;
  /**
   * Names of the linears that are adapted: the end of a module's path.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the adapted linears in self-attention. Unset: target_modules.
   */
  self_target_modules?: string[];
  /**
   * Names of the adapted linears in cross-attention. Unset: target_modules.
   */
  cross_target_modules?: string[];
  /**
   * Adapt the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * Ranks of single modules: the end of a module's path, or a regular expression for it, and its rank.
   */
  rank_pattern: {
    /**
     * Rank of these modules.
     */
    [k: string]: number;
  };
  /**
   * Alphas of single modules, as rank_pattern.
   */
  alpha_pattern: {
    /**
     * Alpha of these modules.
     */
    [k: string]: number;
  };
  /**
   * Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.
   */
  selection?: {
    /**
     * `${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.
     */
    estimate: string | StageReferenceValue;
    /**
     * `modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).
     */
    use: 'modules' | 'ranks';
  };
}
/**
 * LoKr: the update is a Kronecker product (Yeh et al. 2023), named as LyCORIS does.
 */
export interface LokrAdapter {
  /**
   * Kronecker adapter.
   */
  type: 'lokr';
  /**
   * Rank r of the update, per adapted module.
   */
  rank: number;
  /**
   * The update is scaled by alpha / rank.
   */
  alpha: number;
  /**
   * How each weight's sides are split into two factors; -1 splits as near to the square root as it can.
   */
  factor: number;
  /**
   * Give the small Kronecker factor low rank as well.
   */
  decompose_both: boolean;
  /**
   * Keep both Kronecker factors at full rank; rank and alpha then play no part.
   */
  full_matrix: boolean;
  /**
   * Tucker decomposition of convolutions with kernels larger than one.
   */
  use_tucker: boolean;
  /**
   * A trained scalar, from 0, in front of the update; it is folded into the weights when saved.
   */
  use_scalar: boolean;
  /**
   * Train magnitude and direction apart (DoRA, as LyCORIS does it).
   */
  weight_decompose: boolean;
  /**
   * `targets` adapts the targeted linears. `decoder` adapts every linear and convolution of the transformer but proj_out, which is what upstream's LoKr and LoHa training really does.
   */
  scope: 'targets' | 'decoder';
  /**
   * Names of the linears that are adapted: the end of a module's path.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the adapted linears in self-attention. Unset: target_modules.
   */
  self_target_modules?: string[];
  /**
   * Names of the adapted linears in cross-attention. Unset: target_modules.
   */
  cross_target_modules?: string[];
  /**
   * Adapt the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.
   */
  selection?: {
    /**
     * `${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.
     */
    estimate: string | StageReferenceValue;
    /**
     * `modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).
     */
    use: 'modules' | 'ranks';
  };
}
/**
 * LoHa: the update is a Hadamard product of two low-rank matrices (Hyeon-Woo et al. 2022), named as LyCORIS does.
 */
export interface LohaAdapter {
  /**
   * Hadamard adapter.
   */
  type: 'loha';
  /**
   * Rank r of the update, per adapted module.
   */
  rank: number;
  /**
   * The update is scaled by alpha / rank.
   */
  alpha: number;
  /**
   * Tucker decomposition of convolutions with kernels larger than one.
   */
  use_tucker: boolean;
  /**
   * A trained scalar, from 0, in front of the update; it is folded into the weights when saved.
   */
  use_scalar: boolean;
  /**
   * Train magnitude and direction apart (DoRA, as LyCORIS does it).
   */
  weight_decompose: boolean;
  /**
   * `targets` adapts the targeted linears. `decoder` adapts every linear and convolution of the transformer but proj_out, which is what upstream's LoKr and LoHa training really does.
   */
  scope: 'targets' | 'decoder';
  /**
   * Names of the linears that are adapted: the end of a module's path.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the adapted linears in self-attention. Unset: target_modules.
   */
  self_target_modules?: string[];
  /**
   * Names of the adapted linears in cross-attention. Unset: target_modules.
   */
  cross_target_modules?: string[];
  /**
   * Adapt the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.
   */
  selection?: {
    /**
     * `${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.
     */
    estimate: string | StageReferenceValue;
    /**
     * `modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).
     */
    use: 'modules' | 'ranks';
  };
}
/**
 * OFT: each weight's input is rotated by a block-diagonal orthogonal matrix (Qiu et al. 2023), named as PEFT does. It has no ComfyUI form.
 */
export interface OftAdapter {
  /**
   * Orthogonal adapter.
   */
  type: 'oft';
  /**
   * Side of the orthogonal blocks; it must divide each adapted linear's input size.
   */
  block_size: number;
  /**
   * Constrained OFT: keep each rotation within eps of none.
   */
  coft: boolean;
  /**
   * The bound of constrained OFT.
   */
  eps: number;
  /**
   * One block for a whole module.
   */
  block_share: boolean;
  /**
   * How a skew matrix becomes a rotation: `neumann` by a short series, as PEFT does, `exact` by solving.
   */
  cayley: 'neumann' | 'exact';
  /**
   * Terms of that series.
   */
  cayley_terms: number;
  /**
   * Names of the linears that are adapted: the end of a module's path.
   *
   * @minItems 1
   */
  target_modules: [string, ...string[]];
  /**
   * Which attentions are adapted: `self` (sound patterns), `cross` (text conditioning), or `both`.
   */
  attention_type: 'both' | 'self' | 'cross';
  /**
   * Names of the adapted linears in self-attention. Unset: target_modules.
   */
  self_target_modules?: string[];
  /**
   * Names of the adapted linears in cross-attention. Unset: target_modules.
   */
  cross_target_modules?: string[];
  /**
   * Adapt the MLP linears (gate_proj, up_proj, down_proj) too.
   */
  target_mlp: boolean;
  /**
   * Take the modules, or their ranks, from an `estimate` stage. Unset: target_modules and attention_type decide alone.
   */
  selection?: {
    /**
     * `${stages.NAME}` of an `estimate` stage, or a JSON file: what such a stage wrote, Side-Step's list of modules with sensitivities, or its fisher_map.json.
     */
    estimate: string | StageReferenceValue;
    /**
     * `modules` adapts only the selected modules; `ranks` gives each selected module the rank found for it, with alpha twice the rank (lora and dora, method fisher).
     */
    use: 'modules' | 'ranks';
  };
}
/**
 * AdamW with 32-bit state.
 */
export interface AdamwOptimizer {
  /**
   * AdamW (Loshchilov and Hutter 2019).
   */
  type: 'adamw';
  /**
   * Peak learning rate.
   */
  learning_rate: number;
  /**
   * Decoupled weight decay.
   */
  weight_decay: number;
  /**
   * Decay of the averages of the gradient and of its square.
   *
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  /**
   * Added to the denominator.
   */
  eps: number;
}
/**
 * AdamW with 8-bit state: about a third of the optimizer's memory.
 */
export interface Adamw8BitOptimizer {
  /**
   * AdamW with block-wise quantised state (Dettmers et al. 2022).
   */
  type: 'adamw8bit';
  /**
   * Peak learning rate.
   */
  learning_rate: number;
  /**
   * Decoupled weight decay.
   */
  weight_decay: number;
  /**
   * Decay of the averages of the gradient and of its square.
   *
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  /**
   * Added to the denominator.
   */
  eps: number;
}
/**
 * Adafactor with factored second moments: next to no state. No relative step, no parameter scaling.
 */
export interface AdafactorOptimizer {
  /**
   * Adafactor (Shazeer and Stern 2018).
   */
  type: 'adafactor';
  /**
   * Peak learning rate.
   */
  learning_rate: number;
  /**
   * Decoupled weight decay.
   */
  weight_decay: number;
  /**
   * Exponent of the second moment's decay: 1 - step^decay_rate.
   */
  decay_rate: number;
  /**
   * Bound of the update's root mean square.
   */
  clip_threshold: number;
  /**
   * Added to the squared gradient.
   */
  eps: number;
}
/**
 * Prodigy: AdamW that finds its own learning rate. The schedule becomes constant after the warm-up, unless it is custom.
 */
export interface ProdigyOptimizer {
  /**
   * Prodigy (Mishchenko and Defazio 2023).
   */
  type: 'prodigy';
  /**
   * Factor on the learning rate that Prodigy finds; leave it at 1.
   */
  learning_rate: number;
  /**
   * Decoupled weight decay.
   */
  weight_decay: number;
  /**
   * Decay of the averages of the gradient and of its square.
   *
   * @minItems 2
   * @maxItems 2
   */
  betas: [number, number];
  /**
   * Added to the denominator.
   */
  eps: number;
  /**
   * First guess of the distance to the solution.
   */
  d0: number;
  /**
   * Factor on the found distance.
   */
  d_coef: number;
  /**
   * Adam's bias correction.
   */
  use_bias_correction: boolean;
  /**
   * Leave the learning rate out of the distance's denominator, which keeps a warm-up from spoiling it.
   */
  safeguard_warmup: boolean;
}
/**
 * Half a cosine from the peak to the floor.
 */
export interface CosineSchedule {
  /**
   * Half a cosine.
   */
  type: 'cosine';
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
  /**
   * Share of the peak that is left at the end.
   */
  floor_factor: number;
}
/**
 * Several half cosines, one after another.
 */
export interface CosineRestartsSchedule {
  /**
   * Cosine with warm restarts.
   */
  type: 'cosine_restarts';
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
  /**
   * Share of the peak that is left at the end.
   */
  floor_factor: number;
  /**
   * How many cosines.
   */
  n_restarts: number;
}
/**
 * A straight line from the peak to the floor.
 */
export interface LinearSchedule {
  /**
   * Straight line.
   */
  type: 'linear';
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
  /**
   * Share of the peak that is left at the end.
   */
  floor_factor: number;
}
/**
 * The peak to the end, after the warm-up. Upstream's constant warms up too: warmup_steps 0 starts at the peak.
 */
export interface ConstantSchedule {
  /**
   * No change after the warm-up.
   */
  type: 'constant';
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
}
/**
 * The same as constant; upstream has both names.
 */
export interface ConstantWithWarmupSchedule {
  /**
   * Warm-up, then no change.
   */
  type: 'constant_with_warmup';
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
}
/**
 * The learning rate by a formula of your own.
 */
export interface CustomSchedule {
  /**
   * Your own formula.
   */
  type: 'custom';
  /**
   * The learning rate as an expression of step, total_steps, progress, epoch, total_epochs, steps_per_epoch and base_lr with + - * / ** ( ), cos sin exp log sqrt min max abs clamp, pi and e.
   */
  formula: string;
  /**
   * Updates in which the rate rises to its peak; at most a tenth of the run.
   */
  warmup_steps: number;
  /**
   * Share of the peak at the first update.
   */
  warmup_start_factor: number;
}
/**
 * A piece of music in words, or a song of the dataset; what is beside `sample` replaces what the song says.
 */
export interface ClipPrompt {
  /**
   * What the music is like: genre, instruments, mood, voice, and the trigger word of the adapter. Unset: that of `sample`.
   */
  caption?: string;
  /**
   * What its files are called. Unset: the beginning of the caption, or the song's name.
   */
  name?: string;
  /**
   * A song of the dataset by its name, whose caption, lyrics and metadata are taken. Unset: `caption` says it.
   */
  sample?: string;
  /**
   * The words that are sung. Unset: those of `sample`, else [Instrumental].
   */
  lyrics?: string;
  /**
   * Language of the lyrics by its code, such as `en`. Unset: that of `sample`, else unknown.
   */
  language?: string;
  /**
   * Beats per minute. Unset: those of `sample`, else N/A.
   */
  bpm?: string | number;
  /**
   * Key and scale, such as `A minor`. Unset: that of `sample`, else N/A.
   */
  keyscale?: string;
  /**
   * Time signature, such as 4 or `3/4`. Unset: that of `sample`, else N/A.
   */
  timesignature?: string | number;
  /**
   * Length in seconds; at most as long as the model's silence. Unset: that of `sample`, else 30.
   */
  duration?: number;
}
/**
 * Makes music with the model, with and without an adapter, to be listened to. Each clip (prompt, seed, strength) is cached by itself.
 */
export interface GenerateParameters {
  /**
   * The scanned model: `${stages.NAME}` of a `scan` stage.
   */
  model: StageReferenceValue;
  /**
   * The adapter: `${stages.NAME}` of a `train` stage, or a folder or file in any layout that `inspect` reads. Unset: the model alone.
   */
  adapter?: string | StageReferenceValue;
  /**
   * Which state of the training run: `last`, `best` (lowest validation or smoothed loss), or a checkpoint's name such as `epoch_50` or `step_400`.
   */
  checkpoint: string;
  /**
   * The preprocessed samples that the adapter was trained on: `${stages.NAME}` of a `preprocess.pass2` stage, or a folder of samples; a list joins several, as in `train`. Each clip is compared with each of them, and the nearest is named. Unset: nothing is compared.
   */
  training_songs?:
    | string
    | StageReferenceValue
    | [
        (
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        ),
        ...(
          | string
          | StageReferenceValue
          | {
              /**
               * The stage or folder whose samples are meant.
               */
              from: string | StageReferenceValue;
              /**
               * How often an epoch shows each of these samples, times what they say of themselves. Unset: once.
               */
              repeats?: number;
              /**
               * Which part of an epoch these samples make up, in proportion to the other shares. Each sample is shown at least as often as it says of itself; which ones are shown once more than others is decided by their content. Unset: `repeats` decides.
               */
              share?: number;
            }
        )[]
      ];
  /**
   * How strongly the adapter acts: 1 as it was trained, 0 is the model alone. Every prompt is made with each.
   *
   * @minItems 1
   */
  strengths: [number, ...number[]];
  /**
   * What to make.
   *
   * @minItems 1
   */
  prompts: [ClipPrompt1, ...ClipPrompt1[]];
  /**
   * Where prompts with `sample` find their songs: `${stages.NAME}` of a `dataset` or `caption` stage. Unset: the pipeline's only one.
   */
  dataset?: StageReferenceValue;
  /**
   * Every prompt is made once for each: the noise that the music grows out of. The same seed is the same noise for every prompt and strength.
   *
   * @minItems 1
   */
  seeds: [number, ...number[]];
  /**
   * Evaluations of the model from noise to music. Unset: 8 for turbo models, 50 for base and sft.
   */
  steps?: number;
  /**
   * How early the steps are taken: above 1 more of them are near the noise. Turbo models know 1, 2 and 3. Unset: 3 for turbo models, 1 for base and sft.
   */
  shift?: number;
  /**
   * The times themselves, from 1 (noise) to 0, for turbo models; each is taken to the nearest of the twenty they know. Unset: the schedule of `shift`.
   *
   * @minItems 1
   * @maxItems 20
   */
  timesteps?:
    | [number]
    | [number, number]
    | [number, number, number]
    | [number, number, number, number]
    | [number, number, number, number, number]
    | [number, number, number, number, number, number]
    | [number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number, number, number, number, number]
    | [number, number, number, number, number, number, number, number, number, number, number, number, number]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ]
    | [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number
      ];
  /**
   * How the prompt's direction is strengthened: `apg`, `adg` or plain `cfg`. Without effect for turbo models, which take none.
   */
  guidance: 'apg' | 'adg' | 'cfg';
  /**
   * How strongly; 1 is without guidance. Unset: 7 for base and sft models, none for turbo.
   */
  guidance_scale?: number;
  /**
   * Guidance acts while the time is between these two; 1 is noise.
   *
   * @minItems 2
   * @maxItems 2
   */
  interval: [number, number];
  /**
   * `ode` follows the model's direction, `sde` adds fresh noise at every step.
   */
  method: 'ode' | 'sde';
  /**
   * `euler` takes one evaluation a step, `heun` two, which is more exact. Of base and sft models with `method: ode`.
   */
  solver: 'euler' | 'heun';
  /**
   * The direction is shortened to at most this many times the length of the music so far. 0 never shortens it.
   */
  velocity_norm_threshold: number;
  /**
   * Share of the last step's direction in this one's. 0 takes each as it is.
   */
  velocity_ema_factor: number;
  /**
   * Upstream's DCW: after every step the music is moved away from what the model takes for clean, by bands of time. Unset: none, as upstream without its optional package.
   */
  dcw?: {
    /**
     * `low` or `high` moves that band, `double` both, `pix` everything alike.
     */
    mode: 'low' | 'high' | 'double' | 'pix';
    /**
     * How far, times the time (1 is noise); of the low band with `double`.
     */
    scaler: number;
    /**
     * How far the high band is moved, with `mode: double`.
     */
    high_scaler: number;
  };
  /**
   * `wav`, or `flac`, which needs ffmpeg.
   */
  format: 'wav' | 'flac';
  /**
   * How each audio sample is stored: `16` or `24` bit integers, or `float` (32 bit, wav only). Integers cannot go beyond full scale: music that does is made quieter, and the stage says so.
   */
  bits: '16' | '24' | 'float';
  /**
   * Folder in which the clips, their pictures and `index.json` also appear. Unset: they stay in the cache.
   */
  output_dir?: string;
  /**
   * Number format of the heavy arithmetic: `f32`, `bf16` or `f16`; `auto` takes bf16 on a CUDA device and f32 on a CPU. Sums, norms, softmax, loss and optimizer always run in f32.
   */
  precision: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * What a sample that fails does to the stage: `fail` finishes the other samples and then fails the stage; `skip` leaves the sample out and says so.
   */
  on_error: 'fail' | 'skip';
}
/**
 * A piece of music in words, or a song of the dataset; what is beside `sample` replaces what the song says.
 */
export interface ClipPrompt1 {
  /**
   * What the music is like: genre, instruments, mood, voice, and the trigger word of the adapter. Unset: that of `sample`.
   */
  caption?: string;
  /**
   * What its files are called. Unset: the beginning of the caption, or the song's name.
   */
  name?: string;
  /**
   * A song of the dataset by its name, whose caption, lyrics and metadata are taken. Unset: `caption` says it.
   */
  sample?: string;
  /**
   * The words that are sung. Unset: those of `sample`, else [Instrumental].
   */
  lyrics?: string;
  /**
   * Language of the lyrics by its code, such as `en`. Unset: that of `sample`, else unknown.
   */
  language?: string;
  /**
   * Beats per minute. Unset: those of `sample`, else N/A.
   */
  bpm?: string | number;
  /**
   * Key and scale, such as `A minor`. Unset: that of `sample`, else N/A.
   */
  keyscale?: string;
  /**
   * Time signature, such as 4 or `3/4`. Unset: that of `sample`, else N/A.
   */
  timesignature?: string | number;
  /**
   * Length in seconds; at most as long as the model's silence. Unset: that of `sample`, else 30.
   */
  duration?: number;
}
/**
 * Writes a trained adapter in the layouts that other programs read, and reads each back under its reader's own rule.
 */
export interface ExportParameters {
  /**
   * The adapter: `${stages.NAME}` of a `train` stage, or a folder or file that holds one.
   */
  adapter: string | StageReferenceValue;
  /**
   * What to write: `peft` (folder), `lycoris` (safetensors with LyCORIS names), `comfyui` (one file with an alpha for each module), `diffusers` (renamed layers), `merged` (the whole model with the adapter in it; needs `model`). PEFT reads lora, dora and oft, LyCORIS lokr and loha, ComfyUI all but oft, diffusers lora and dora. Unset: the form of the adapter's own library, `peft` or `lycoris`.
   *
   * @minItems 1
   */
  formats?: [
    'peft' | 'lycoris' | 'comfyui' | 'diffusers' | 'merged',
    ...('peft' | 'lycoris' | 'comfyui' | 'diffusers' | 'merged')[]
  ];
  /**
   * Which state of the training run: `last`, `best` (lowest validation or smoothed loss), or a checkpoint's name such as `epoch_50` or `step_400`.
   */
  checkpoint: string;
  /**
   * `ema` writes the moving average when training kept one, `raw` the weights themselves.
   */
  weights: 'ema' | 'raw';
  /**
   * `baked` multiplies the scale into the weights so that alpha equals rank and every reader agrees; `trained` keeps alpha. `auto` bakes for comfyui and diffusers and keeps alpha for peft and lycoris.
   */
  scale: 'auto' | 'baked' | 'trained';
  /**
   * Names of the tensors in a comfyui file: `native` starts them with base_model.model, as ACE-Step names them, `generic` with diffusion_model.decoder.
   */
  key_style: 'native' | 'generic';
  /**
   * Prefix of the tensor names in a comfyui file, in place of the one that key_style gives. Unset: key_style decides.
   */
  key_prefix?: string;
  /**
   * Number format of the written tensors. `auto` keeps that of the adapter.
   */
  dtype: 'auto' | 'f32' | 'bf16' | 'f16';
  /**
   * The base model: `${stages.NAME}` of a `scan` stage. Needed for `merged`, and for DoRA and `weight_decompose`, whose change depends on the base weights; with it every module is checked against the model. Unset: the one that the adapter's train stage names.
   */
  model?: StageReferenceValue;
  /**
   * File name of the exported adapter, without ending. Unset: the pipeline's name.
   */
  name?: string;
  /**
   * Folder in which the exported files appear.
   */
  output_dir: string;
  /**
   * What other programs show about the adapter.
   */
  metadata: {
    /**
     * Title. Unset: the name.
     */
    title?: string;
    /**
     * Who made it. Unset: left out.
     */
    author?: string;
    /**
     * Licence, as an SPDX name where there is one. Unset: left out.
     */
    license?: string;
    /**
     * What it sounds like and how to use it. Unset: left out.
     */
    description?: string;
    /**
     * Word that calls the style up in a prompt. Unset: the dataset's custom tag.
     */
    trigger?: string;
    /**
     * Search words.
     */
    tags: string[];
  };
  /**
   * The model card: a README.md beside every exported adapter, which says how it was trained and how to use it, with the front matter that the Hugging Face Hub reads. It names no path and, unless `songs` asks for it, no song.
   */
  card: {
    /**
     * Write the card.
     */
    enabled: boolean;
    /**
     * What the card says first, in Markdown. Unset: the description under `metadata`.
     */
    text?: string;
    /**
     * The base model's name on the Hugging Face Hub. Unset: known of the official models, left out for others.
     */
    base_model?: string;
    /**
     * How the texts of the songs became conditions. Unset: as the preprocessing stages behind the train stage have it.
     */
    conditioning?: 'inference' | 'upstream';
    /**
     * A `dataset`, `join`, `analyze` or `caption` stage whose songs the card names. Unset: songs are counted, and none is named.
     */
    songs?: StageReferenceValue;
  };
}
/**
 * Writes a tiny random checkpoint in the real layout and a few short clips of synthesised music, for smoke tests without downloads. Outputs: checkpoint_dir, audio_dir, dataset_json.
 */
export interface FixtureParameters {
  /**
   * Which variant's folder and config the checkpoint imitates.
   */
  model: 'turbo' | 'base' | 'sft' | 'xl-turbo' | 'xl-base' | 'xl-sft';
  /**
   * How many clips of music.
   */
  clips: number;
  /**
   * Length of a clip in seconds.
   */
  clip_duration: number;
  /**
   * Width of the tiny transformer.
   */
  hidden_size: number;
  /**
   * Layers of the tiny transformer.
   */
  layers: number;
  /**
   * Seed of every random draw of this stage. The same seed and inputs give the same bytes.
   */
  seed: number;
}
/**
 * Runs a program of your own, cached like any stage: it runs again only when the command, its environment or an input changes.
 */
export interface CommandParameters {
  /**
   * The program and its arguments, one list element each; no shell reads them. `${inputs.NAME}` and `${outputs.NAME}` stand for the paths declared below, `$${` for the two characters themselves. Numbers arrive as they are written here.
   *
   * @minItems 1
   */
  argv: [string | number, ...(string | number)[]];
  /**
   * Files and folders the command reads, by name: a path, or `${stages.NAME}` or `${stages.NAME.output}`. Their content is part of the fingerprint.
   */
  inputs: {
    /**
     * A file, a folder, or a stage's output.
     */
    [k: string]: string | StageReferenceValue;
  };
  /**
   * Files and folders the command writes, by name, relative to the folder it is given (environment variable SIDESTEP_OUTPUT_DIR). Later stages use them as `${stages.ID.NAME}`.
   */
  outputs: {
    /**
     * A relative path that stays inside the output folder.
     */
    [k: string]: string;
  };
  /**
   * Environment variables for the command. Of yours it gets only those that programs need to start: PATH, HOME, USER, SHELL, TERM, language and time zone, temporary folders, XDG folders, library paths, virtual environments, proxies and certificates, CUDA's choice of cards, and what Slurm says of its job. `${inputs.NAME}`, `${outputs.NAME}` and `${secrets.NAME}` may be used. The text here is part of the fingerprint, a secret's value is not.
   */
  environment: {
    /**
     * The variable's value.
     */
    [k: string]: string | number | boolean;
  };
  /**
   * Programs that run beside the command, such as a local server, by name. Each is started before it, in this order, and is waited for until it is ready; when the command has ended, in whatever way, they are ended too, with all that they started. They have the command's environment and folder. Unset: none.
   */
  services?: {
    [k: string]: CommandService;
  };
  /**
   * Folder the command runs in; it must exist.
   */
  working_dir: string;
  /**
   * Any text. Change it to make the command run again, for instance after a new version of the program.
   */
  version: string;
}
/**
 * One such program.
 */
export interface CommandService {
  /**
   * The program and its arguments, as those of the command. `${inputs.NAME}` may be used.
   *
   * @minItems 1
   */
  argv: [string | number, ...(string | number)[]];
  /**
   * What shows that it can be used: a port of this machine takes connections, an address answers with a status below 400, or it prints a line with a text in it. Of several, all must hold.
   */
  ready: {
    /**
     * Number of a TCP port of this machine. Unset: none is tried.
     */
    port?: number;
    /**
     * Address that answers. Unset: none is asked.
     */
    url?: string;
    /**
     * Text within a line that it prints. Unset: nothing is waited for.
     */
    line?: string;
  };
  /**
   * Seconds it may take until then.
   */
  ready_within: number;
}
