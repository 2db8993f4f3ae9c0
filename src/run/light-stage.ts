import type {ContentHash} from '../base/hash.js';
import type {StageId} from '../base/stage-id.js';
import type {StageEvent, WorkerEvent} from '../event/event.js';
import type {InputObject} from '../protocol/message.js';
import type {ParamObject} from '../stage/param.js';

/** A light stage: a function in the runner's own process that leaves its outputs, by their declared names, in `out_dir`. */
export type LightStage = (context: LightContext) => Promise<void>;

/** By stage type. A map is one; the command line loads them when the first is asked for. */
export interface LightStages {
  readonly get: (type: string) => LightStage | undefined | Promise<LightStage | undefined>;
}

export interface LightContext {
  readonly stage: StageId;
  readonly params: ParamObject;
  /** What the references in `params` lead to, by dotted parameter path. */
  readonly inputs: Readonly<Record<string, InputObject>>;
  /** Empty folder for the outputs. */
  readonly out_dir: string;
  /** The environment sidestep itself was started with, for programs that a stage starts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the run is asked to stop or the stage ran out of time. */
  readonly signal: AbortSignal;
  /** Aborts when the user will not wait any longer: end at once. */
  readonly force: AbortSignal;
  readonly emit: (event: LightEvent) => void;
  readonly log: (line: string) => void;
  /** Content hash of a file, from memory when it did not change. */
  readonly hashFile: (path: string) => Promise<{hash: ContentHash; size: number}>;
  /** Folder for what is true of a file's bytes for ever and slow to find out again; it may vanish at any time. */
  readonly memory_dir: string;
}

/** A worker's events without the stage, which the context knows. */
export type LightEvent = WithoutStage<WorkerEvent>;
type WithoutStage<Event extends StageEvent> = Event extends StageEvent ? Omit<Event, 'stage'> : never;

/** The path a parameter means: that of the output it refers to, or the one written there; undefined when it is null. */
export function pathOf(
  {params, inputs}: Pick<LightContext, 'params' | 'inputs'>,
  param: string,
): string | undefined {
  const value = params[param];
  return inputs[param]?.path ?? (typeof value === 'string' ? value : undefined);
}
