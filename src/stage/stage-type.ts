import type {Fingerprint} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {OtherVersion} from '../base/saved-by.js';
import type {IneffectiveRule} from './ineffective.js';
import type {ParamObject} from './param.js';
import type {SampleParts} from './sample-parts.js';

/** All that the runner knows of one stage type. Declarations and pure functions only; the work is elsewhere. */
export interface StageType {
  /** What `uses:` names, e.g. `preprocess.pass1`. */
  readonly name: string;
  /** Raised whenever the same parameters and inputs would give other bytes. */
  readonly version: number;
  /** File name in `schema/`, e.g. `stage.train.schema.json`. */
  readonly schema: string;
  /** One line for lists and completion. */
  readonly summary: string;
  /** `light`: a function in the runner's own process (`src/run/light/`). `worker`: a child process (`src/worker/`). */
  readonly runs: 'light' | 'worker';
  /** Light, and only looks at files, in fractions of a second: planning runs it too, so as to know what follows from it. */
  readonly foresees?: true;
  /** `engine`: the bytes depend on backend, precision and numerics version, which then enter the fingerprint. */
  readonly numerics: 'none' | 'engine';
  /** Where the engine works, whatever `device` says: its bytes are the CPU's, and no card is kept from others. */
  readonly computes_on?: 'cpu';
  /** The engine can say beforehand how much memory it takes on its device. */
  readonly plans_memory?: boolean;
  /** Parameters that cannot change the output (paths to write to, log settings, worker counts), as dotted patterns. */
  readonly neutral: readonly string[];
  /** What of its parameters plans, runs and reports say in words, of work to do or in the cache; undefined: nothing. */
  readonly note?: (params: ParamObject, work: 'to_do' | 'cached') => string | undefined;
  /**
   * Pure: what is wrong with the parameters beside what they refer to and the schema cannot know. Asked as soon as anything
   * is known, and again when everything is: a stage that cannot work blocks the run before others work for it.
   */
  readonly check?: (params: ParamObject, known: KnownInputs) => readonly Misfit[];
  /** Parameters that cannot change the output beside certain others; of parameters that always count, absent. */
  readonly ineffective?: readonly IneffectiveRule[];
  /** Names of environment variables that its work needs and that hold secrets: their values are in no parameter. */
  readonly secrets?: (params: ParamObject) => readonly string[];
  /** Programs of the machine that its work will start, and the parameter that says so. */
  readonly programs?: (params: ParamObject) => readonly NeededProgram[];
  /** Parameters that name input files or folders. `config/` makes them absolute; the runner hashes what they name. */
  readonly files: readonly FileParam[];
  /** Parameters that take a stage, and from which stage types. */
  readonly inputs: readonly InputParam[];
  /** What the stage leaves; the first is what a bare `${stages.ID}` means. */
  readonly outputs: (params: ParamObject) => readonly OutputDeclaration[];
  /** Per-sample stages only: they have exactly one output of kind `json`, the `SampleCollection`, written by the runner. */
  readonly samples?: SampleParts;
  /** Work that can be made longer: one length may continue from what another saved. */
  readonly extends?: Extension;
  /** Parameters that name folders in which results for people appear, no matter what writes them there. */
  readonly places?: readonly string[];
  /** What follows from the stages that the parameters refer to. */
  readonly derive?: Derive;
  /** Pure: values that are allowed and seldom meant. Told where somebody wrote them; nothing else follows. */
  readonly doubts?: (params: ParamObject) => readonly DerivedFault[];
  /** Outputs that are copied to a place the user named: the parameter holding that (neutral) path. */
  readonly publishes?: readonly {readonly output: string; readonly param: string}[];
  /** A file of numbers that TensorBoard shows, and the folder that the user named for that; undefined where none is wanted. */
  readonly board?: {
    readonly output: string;
    readonly file: string;
    readonly folder: (params: ParamObject) => string | undefined;
  };
}

/** A stage that a parameter refers to, as it is configured; undefined when the parameter is a path, or unset. */
export type UpstreamOf = (param: string) => UpstreamStage | undefined;

export interface UpstreamStage {
  readonly uses: string;
  readonly params: ParamObject;
  /** What its own parameters refer to. */
  readonly upstream: UpstreamOf;
}

/** Pure: fills in parameters that others decide when no one wrote them, and refuses what could only fail later. */
export type Derive = (
  params: ParamObject,
  upstream: UpstreamOf,
) => {readonly params: ParamObject; readonly faults: readonly DerivedFault[]};

export interface DerivedFault {
  /** The parameter at fault, as a dotted path. */
  readonly param: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What an attempt saved on its way: whose it is, and how it described it. */
export interface SavedWork {
  readonly fingerprint: Fingerprint;
  readonly about: JsonObject;
  /** Said of what is not continued for it; `about` is empty then. */
  readonly written_by?: OtherVersion;
}

export interface Extension {
  /** Parameters in which two lengths of the same work may differ, as dotted patterns. */
  readonly params: readonly string[];
  /**
   * Pure: may a stage with these parameters (by dotted path, those that count) go on from that work? `exactly`: to the bytes of
   * a first run.
   */
  readonly from: (params: JsonObject, saved: SavedWork) => Continuation;
  /** Where saved work is, in words: `step 120`. */
  readonly standing: (saved: SavedWork) => string;
  /** Whether the parameters ask for more, or less, than what is exact. */
  readonly wish: (params: JsonObject) => 'exact' | 'fork' | 'beginning';
  /** Files of the saved work that are appended to. */
  readonly growing: readonly string[];
}

export type Continuation =
  | {readonly kind: 'exactly'; readonly progress: number}
  | {readonly kind: 'not_exactly'; readonly because: string};

/** What is known of the stages that parameters refer to, by dotted parameter path. */
export interface KnownInputs {
  /** JSON they have left; absent while they have yet to run. */
  readonly json: Readonly<Record<string, Json>>;
  /** How they are set up. */
  readonly stages: Readonly<Record<string, KnownStage>>;
  /** JSON of files that parameters name, where `FileParam.json` asks for it; null for what is no JSON. */
  readonly files: Readonly<Record<string, Json>>;
  /** Names of the files below a folder, of parameters with `FileParam.json`. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** Shapes of a first sample's tensors by name, where `FileParam.shapes` asks for them. */
  readonly shapes?: Readonly<Record<string, TensorShapes>>;
}

/** Of the tensors of a file, by name. */
export type TensorShapes = Readonly<Record<string, readonly number[]>>;

export interface KnownStage {
  readonly uses: string;
  readonly params: ParamObject;
  /** What its own parameters refer to, where that is there. */
  readonly json: (param: string) => Json | undefined;
  /** The stage that one of its own parameters refers to. */
  readonly stage: (param: string) => KnownStage | undefined;
}

/** A problem with the value of a parameter; it gets its place in the file from the path. */
export interface Misfit {
  /** Dotted. */
  readonly param: string;
  readonly problem: Omit<Problem, 'position'>;
}

export interface NeededProgram {
  /** As it is started: a name to be looked for, or a path from `from`. */
  readonly name: string;
  readonly from?: string;
  /** Dotted. */
  readonly param: string;
}

export interface FileParam {
  /** Dotted pattern: `audio_dir`, `inputs.*`. */
  readonly param: string;
  readonly kind: 'file' | 'folder' | 'file_or_folder';
  /** Folder listings keep only files with these extensions (lower case, with the dot); absent: every file. */
  readonly extensions?: readonly string[];
  /**
   * What of the files decides the output.
   * `content`: names within the folder and bytes. `content_and_path`: also where they are, for stages whose output
   * names paths. `stat_and_path`: place, names, sizes and modification times, for light stages over files too large
   * to hash before knowing which of them matter.
   */
  readonly identity: 'content' | 'content_and_path' | 'stat_and_path';
  /**
   * For a JSON file that names others: their paths, relative ones from its folder. Place, size and time of each decide the
   * output too; one that does not exist counts as such. Pure.
   */
  readonly mentions?: (content: Json) => readonly string[];
  /** `check` sees the JSON of the file itself (`.`), or of the first file of these names within the folder. */
  readonly json?: string | readonly string[];
  /** Of a folder: endings of file names of which it must hold one, at any depth. */
  readonly holds?: readonly string[];
  /** `check` sees the shapes of the tensors that the folder's first sample holds, without reading them. */
  readonly shapes?: true;
  readonly optional?: true;
}

export interface InputParam {
  /** Dotted pattern: `model`, `inputs.*`. */
  readonly param: string;
  /** Names of the stage types it accepts; absent: any. */
  readonly from?: readonly string[];
  /**
   * What of the input's JSON can change this stage's output (training reads the DiT, not the VAE); absent: the
   * producer's own `identity`, or the whole bytes.
   */
  readonly reads?: (value: Json) => Json;
}

export interface OutputDeclaration {
  readonly name: string;
  /** `json`: one JSON file, readable while planning. `file`: one file. `tree`: a folder. `file_or_tree`: what was left. */
  readonly kind: 'json' | 'file' | 'tree' | 'file_or_tree';
  /** Name within the stage's output folder. */
  readonly file: string;
  /** For `json`: what of it consumers depend on (a dataset minus the paths of its songs); absent: the bytes. */
  readonly identity?: (value: Json) => Json;
  /** For `tree`: files in it that say how it went, which consumers do not depend on: parameters that count nowhere may shape them. */
  readonly aside?: readonly string[];
}
