import {didYouMean, listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {CommandExecutor, ExecutorDocument, SlurmExecutor} from '../schema/types.generated.js';
import {interpolate, type Scope} from './interpolate.js';
import type {Executor} from './pipeline.js';
import {type Located, member, plain, problemAt} from './text/located.js';

/** Executors as they are written, by name: those of the settings, and of the file, which replace them. */
export function executorsIn(
  {settings, document}: {readonly settings: Located; readonly document: Located},
  scope: Scope,
  problems: Problem[],
): ReadonlyMap<string, ExecutorDocument> {
  const executors = new Map<string, ExecutorDocument>();
  for (const source of [settings, document]) {
    const block = member(source, 'executors');
    if (block?.kind !== 'map') continue;
    for (const [name, {value}] of block.entries) {
      const resolved = plain(interpolate(value, scope, problems));
      if (isExecutor(resolved)) executors.set(name, resolved);
    }
  }
  return executors;
}

/** What is none was reported when the document was checked. */
function isExecutor(value: unknown): value is ExecutorDocument {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** What a stage says of its job itself. */
export interface JobWishes extends Pick<Executor, 'cpus' | 'memory' | 'time_s'> {
  readonly gpus: number | undefined;
}

/** The executor a stage names, with what the stage asks of its job. */
export function executorOf(
  named: Located | undefined,
  executors: ReadonlyMap<string, ExecutorDocument>,
  wishes: JobWishes,
  problems: Problem[],
): Executor | undefined {
  if (named?.kind !== 'scalar' || named.value === null) return undefined;
  const name = String(named.value);
  const document = executors.get(name);
  if (document !== undefined) return settledExecutor(name, document, wishes);
  const names = [...executors.keys()];
  problems.push(
    problemAt(named.origin, {
      code: 'config/unknown-executor',
      message:
        names.length === 0
          ? `There is no executor ${name}: no executors are declared`
          : `There is no executor ${name}; there are ${listed(names)}`,
      hint:
        didYouMean(name, names) ??
        'Declare it under `executors:`, here or in the settings; docs/cluster.md shows how.',
    }),
  );
  return undefined;
}

/** An executor with what a stage asks for itself. */
export function settledExecutor(name: string, document: ExecutorDocument, wishes: JobWishes): Executor {
  const slurm = document.type === 'slurm' ? document : undefined;
  const gpus = wishes.gpus ?? slurm?.gpus ?? 0;
  const device = document.device ?? 'auto';
  return {
    name,
    gpus,
    cpus: wishes.cpus ?? slurm?.cpus,
    memory: wishes.memory ?? slurm?.memory,
    time_s: wishes.time_s ?? seconds(slurm?.time),
    device: device === 'auto' ? (gpus > 0 ? 'cuda' : 'cpu') : device,
    jobs: document.jobs ?? 100,
    start_timeout_s: document.start_timeout ?? 300,
    silence_s: document.silence ?? 60,
    how: document.type === 'slurm' ? slurmHow(document) : commandHow(document),
  };
}

function slurmHow({partition, account, qos, extra, setup, poll}: SlurmExecutor): Executor['how'] {
  return {type: 'slurm', partition, account, qos, extra: extra ?? [], setup: setup ?? [], poll_s: poll ?? 10};
}

function commandHow({command}: CommandExecutor): Executor['how'] {
  return {type: 'command', command};
}

const secondsIn: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400};

/** `90s`, `30m`, `12h`, `2d`, or a number of seconds. */
export function seconds(duration: unknown): number | undefined {
  if (typeof duration === 'number') return duration;
  if (typeof duration !== 'string') return undefined;
  return Number.parseFloat(duration) * (secondsIn[duration.slice(-1)] ?? 1);
}
