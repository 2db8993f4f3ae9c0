import type {Problem} from '../base/problem.js';
import type {Result} from '../base/result.js';
import type {ReportRun} from '../render/report/report-data.js';
import type {ListedRun} from '../render/runs-text.js';
import type {ShownSample} from '../render/sample-text.js';
import type {LogPart} from './log-part.js';

/**
 * What the page shows and does, by name: who serves it knows neither how records are read nor how a run is started. Paths of
 * pipelines are those of `project`, ids those of `runs`; anything else is a problem.
 */
export interface UiSource {
  readonly project: () => Promise<ProjectFacts>;
  /** Oldest first, as `sidestep runs` lists them. */
  readonly runs: () => Promise<readonly RunOnPage[]>;
  /** The folder of a run's record; undefined when there is none, or something that is no plain folder of ours. */
  readonly recordOf: (run: string) => string | undefined;
  /** A run as its report shows it; `addressOf` says what the page asks for to get a clip. */
  readonly run: (run: string, addressOf: (path: string) => string) => Promise<Result<ReportRun>>;
  /** Changes whenever another answer would be given to any of these questions. */
  readonly signature: () => Promise<string>;
  readonly clips: (run: string) => Promise<NamedClips>;
  /** What a stage of a run said, from a byte on, and never more than its last lines. */
  readonly log: (run: string, stage: string, from: number) => Promise<Result<LogPart>>;
  readonly songs: (pipeline: string) => Promise<Result<readonly ShownSample[]>>;
  readonly check: (pipeline: string) => Promise<CheckedText>;
  /** Begins `sidestep run`, which goes on when this process ends. Resolves when it runs, or has refused to. */
  readonly start: (wanted: StartRequest) => Promise<Result<{readonly run: string}>>;
  /** Asks the process that carries the run out to stop; a problem when no one does. */
  readonly stop: (run: string, how: 'graceful' | 'force') => Promise<Result<true>>;
}

export interface RunOnPage extends ListedRun {
  /** Its pipeline, as `project` names it; null when that was never recorded. */
  readonly file: string | null;
}

/** What a run's record calls its clips. It may have been written by anybody and name anything. */
export interface NamedClips {
  /** Sounds and pictures. */
  readonly paths: readonly string[];
  /** Where clips can be: in the record, and among the objects of the cache. */
  readonly folders: readonly string[];
}

export interface ProjectFacts {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  /** Relative to the folder; the one that the command named comes first. */
  readonly pipelines: readonly string[];
}

export interface StartRequest {
  readonly pipeline: string;
  /** Null: the file as it is. */
  readonly experiment: string | null;
}

/** A pipeline file with what `sidestep validate` says of it. */
export interface CheckedText {
  /** Absolute, as problems name it. */
  readonly file: string;
  /** Undefined when it cannot be read, which is one of the errors. */
  readonly text: string | undefined;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}
