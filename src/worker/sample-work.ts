import {isFileError} from '../base/durable.js';
import {type Problem, SidestepError} from '../base/problem.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext} from './context.js';

/** What a worker does to many samples in a row, in words for people. */
export interface Phase<Item> {
  readonly phase: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  /** 0: not known. */
  readonly seconds?: (item: Item) => number;
}

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

  /**
   * Makes these one after the other, and says before and after each how far this phase is; ends early when the run is being
   * stopped. `seconds`: of sound in each.
   */
  async makeAll<Item>(
    {phase, unit, seconds}: Phase<Item>,
    items: readonly Item[],
    makeOne: (item: Item) => Promise<void>,
  ): Promise<void> {
    const {emit, signal} = this.#context;
    const lengths = seconds === undefined ? [] : items.map(seconds);
    const all = lengths.length > 0 && lengths.every((each) => each > 0) ? lengths : undefined;
    const sum = (count: number) => all!.slice(0, count).reduce((total, each) => total + each, 0);
    const tell = (done: number): void => {
      const music = all === undefined ? {} : {music: {done: sum(done), total: sum(items.length)}};
      emit({kind: 'phase_progress', phase, done, total: items.length, unit, ...music});
    };
    tell(0);
    for (const [index, item] of items.entries()) {
      if (signal.aborted) return;
      await makeOne(item);
      tell(index + 1);
    }
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
