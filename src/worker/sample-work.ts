import {isFileError} from '../base/durable.js';
import {type Problem, SidestepError} from '../base/problem.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext} from './context.js';

/**
 * Runs one kind of part after the other over all samples and keeps the bookkeeping: progress, samples that are done, and
 * samples that failed, whose remaining parts are not tried.
 */
export class SampleWork {
  readonly #context: WorkerContext;
  readonly #failed = new Set<string>();
  readonly #waiting = new Map<string, Set<string>>();
  readonly #started = new Map<string, number>();
  #done = 0;

  constructor(context: WorkerContext) {
    this.#context = context;
    for (const {sample, part} of context.job.parts) {
      const parts = this.#waiting.get(sample) ?? new Set();
      parts.add(part);
      this.#waiting.set(sample, parts);
    }
  }

  /** The parts of one name that are still to be made. */
  pending(name: string): PartJob[] {
    return this.#context.job.parts.filter(({part, sample}) => part === name && !this.#failed.has(sample));
  }

  /** Makes one part; a failure is that sample's alone, unless the run is being stopped. */
  async make(part: PartJob, work: () => Promise<void>): Promise<void> {
    const {sample} = part;
    const {emit, failSample, signal} = this.#context;
    if (!this.#started.has(sample)) {
      this.#started.set(sample, performance.now());
      emit({kind: 'sample_started', sample});
    }
    try {
      await work();
      this.#finish(part);
    } catch (error) {
      const problem = signal.aborted ? undefined : problemOfSample(error);
      if (problem === undefined) throw error;
      this.#failed.add(sample);
      failSample(sample, problem);
    }
    this.#done++;
    emit({kind: 'stage_progress', done: this.#done, total: this.#context.job.parts.length, unit: 'parts'});
  }

  #finish({sample, part}: PartJob): void {
    const waiting = this.#waiting.get(sample)!;
    waiting.delete(part);
    if (waiting.size > 0) return;
    const computed = this.#context.job.parts.filter((job) => job.sample === sample).map((job) => job.part);
    const duration_ms = Math.round(performance.now() - this.#started.get(sample)!);
    this.#context.emit({kind: 'sample_finished', sample, computed, duration_ms});
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
