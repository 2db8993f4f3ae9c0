import {isFileError} from '../base/durable.js';
import {type Problem, SidestepError} from '../base/problem.js';
import type {PartJob} from '../protocol/message.js';
import type {WorkerContext} from './context.js';

/** Not this sample's fault: the next one would meet it too, so the stage stops. */
export class StageError extends SidestepError {}

/** What a worker does to many samples in a row, in words for people. */
export interface Phase<Item> {
  readonly phase: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  /** 0: not known. */
  readonly seconds?: (item: Item) => number;
  /** How many are worked on at the same time; 1 when absent. */
  readonly at_once?: number;
}

/**
 * Runs one kind of part after the other over all samples. A sample that fails is reported once, and its remaining parts are not
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
   * Makes these in their order, and says before and after each how far this phase is; ends early when the run is being
   * stopped, and begins no further one after an error. `seconds`: of sound in each.
   */
  async makeAll<Item>(
    {phase, unit, seconds, at_once = 1}: Phase<Item>,
    items: readonly Item[],
    makeOne: (item: Item) => Promise<void>,
  ): Promise<void> {
    const {emit, signal} = this.#context;
    const lengths = seconds === undefined ? [] : items.map(seconds);
    const all = lengths.length > 0 && lengths.every((each) => each > 0) ? lengths : undefined;
    const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0);
    const heard: number[] = [];
    let done = 0;
    const report = (): void => {
      const music = all === undefined ? {} : {music: {done: sum(heard), total: sum(all)}};
      emit({kind: 'phase_progress', phase, done, total: items.length, unit, ...music});
    };
    report();
    const queue = items.entries(); // what is free takes the next
    let broken = false;
    const workThrough = async (): Promise<void> => {
      for (const [index, item] of queue) {
        if (signal.aborted || broken) return;
        await makeOne(item);
        done += 1;
        heard.push(all?.[index] ?? 0);
        report();
      }
    };
    const workers = Array.from({length: Math.min(at_once, items.length)}, () =>
      workThrough().catch((error: unknown) => {
        broken = true;
        throw error;
      }),
    );
    const ends = await Promise.allSettled(workers); // what others have begun is finished, and kept
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
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

/** What is wrong with this sample; undefined when the fault is elsewhere (a full disk, a bug) and the stage must stop. */
function problemOfSample(error: unknown): Problem | undefined {
  if (error instanceof StageError) return undefined;
  if (error instanceof SidestepError) return error.problem;
  if (!isFileError(error, 'ENOENT', 'EACCES', 'EPERM', 'EISDIR')) return undefined;
  return {
    code: 'audio/unreadable',
    message: `${error.path ?? 'The file'} could not be opened to be encoded (${error.code})`,
    hint: 'It may have been moved or deleted since the dataset was read: run again.',
  };
}
