import {join} from 'node:path';
import type {ContentHash} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {WorkerEvent} from '../event/event.js';
import type {PartJob, Secrets, WorkerJob} from '../protocol/message.js';
import type {PartObject} from '../stage/sample-parts.js';
import type {PartialState} from './partial-state.js';

/**
 * The work of one heavy stage type. It leaves its outputs, by their declared names, in `job.out_dir` and returns `done`;
 * when `signal` aborts it saves what can be resumed and returns `stopped`. What it throws is reported: a SidestepError
 * as its problem, what the system refused in words, anything else as a bug with its stack.
 */
export type WorkerEntry = (context: WorkerContext) => Promise<'done' | 'stopped'>;

export interface WorkerContext {
  /** Parameters, inputs, folders, device: everything a worker may know. */
  readonly job: WorkerJob;
  /** What the stage type's `secrets` names, by name: not to be written or said anywhere. */
  readonly secrets: Secrets;
  /** Aborts when the run is asked to stop. */
  readonly signal: AbortSignal;
  readonly emit: (event: OwnEvent) => void;
  /** One line for the stage's log. */
  readonly log: (line: string) => void;
  /** Where an object of the cache is, read-only. */
  readonly objectPath: (hash: ContentHash) => string;
  /** The work on this part begins: what it takes is measured from here to `commitPart`. */
  readonly beginPart: (part: PartJob) => void;
  /**
   * Hands a finished file in `out_dir` over as one part of one sample; resolves once it is safe in the cache, where it
   * can be read under the hash that comes back.
   */
  readonly commitPart: (part: PartJob, file: string, about: JsonObject) => Promise<PartObject>;
  /** This sample cannot be done; the others go on. */
  readonly failSample: (sample: string, problem: Problem) => void;
  readonly partial: PartialState;
}

/** A worker's events without the stage, which the context knows. */
export type OwnEvent = WithoutStage<WorkerEvent>;
type WithoutStage<Event extends WorkerEvent> = Event extends WorkerEvent ? Omit<Event, 'stage'> : never;

export function objectPathIn(objectsDir: string): (hash: ContentHash) => string {
  return (hash) => join(objectsDir, hash.slice(0, 2), hash);
}
