import {isFileError} from '../base/durable.js';
import {type Problem, SidestepError} from '../base/problem.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext} from './context.js';

/**
 * Runs one kind of part after the other over all samples. A sample that fails is told once, and its remaining parts are not
 * tried; what is done, the runner knows from the parts it commits.
 */
export class SampleWork {
  readonly #context: WorkerContext;
  readonly #failed = new Set<string>();
  readonly #started = new Set<string>();

  constructor(context: WorkerContext) {
    this.#context = context;
  }

  /** The parts of one name that are still to be made. */
  pending(name: string): PartJob[] {
    return this.#context.job.parts.filter(({part, sample}) => part === name && !this.#failed.has(sample));
  }

  /** Makes one part; a failure is that sample's alone, unless the run is being stopped. */
  async make(part: PartJob, work: () => Promise<void>): Promise<void> {
    const {beginPart, emit, failSample, signal} = this.#context;
    const {sample} = part;
    if (!this.#started.has(sample)) emit({kind: 'sample_started', sample});
    this.#started.add(sample);
    beginPart(part);
    try {
      await work();
    } catch (error) {
      const problem = signal.aborted ? undefined : problemOfSample(error);
      if (problem === undefined) throw error;
      this.#failed.add(sample);
      failSample(sample, problem);
    }
  }
}

/** What is wrong with this sample; undefined when the fault lies elsewhere (a full disk, a bug) and the stage must stop. */
function problemOfSample(error: unknown): Problem | undefined {
  if (error instanceof SidestepError) return error.problem;
  if (!isFileError(error, 'ENOENT', 'EACCES', 'EPERM', 'EISDIR')) return undefined;
  return {
    code: 'audio/unreadable',
    message: `${error.path ?? 'The file'} cannot be read (${error.code})`,
    hint: 'It may have been moved or deleted since the dataset was read: run again.',
  };
}
