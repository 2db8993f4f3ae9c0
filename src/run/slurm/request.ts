import {bytesText} from '../../base/bytes-text.js';
import type {Executor, SlurmHow} from '../../config/pipeline.js';
import type {StageMemory} from '../../event/memory-forecast.js';

export interface ForeseenWork {
  /** Of one rank. */
  readonly memory: StageMemory | undefined;
  /** Processes that share it, each with a model of its own. */
  readonly ranks: number;
  /** Numbers of the tasks, of which each asks for all this; none: a job of its own. */
  readonly tasks?: readonly number[];
}

/** Pure: what a stage asks of Slurm, as sbatch's arguments. The plan shows them. */
export function jobRequest(
  executor: Executor,
  how: SlurmHow,
  {memory, ranks, tasks = []}: ForeseenWork,
): readonly string[] {
  const {gpus, cpus, time_s, jobs} = executor;
  const {partition, account, qos, extra} = how;
  const mem = memoryRequest(executor, memory, ranks);
  const flag = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${name}=${value}`];
  return [
    ...flag('array', arrayText(tasks, jobs)),
    ...flag('partition', partition),
    ...flag('account', account),
    ...flag('qos', qos),
    '--nodes=1',
    '--ntasks=1',
    ...flag('cpus-per-task', cpus),
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []), // per node, which every kind of selection understands
    ...flag('mem', mem),
    ...flag('time', time_s === undefined ? undefined : Math.ceil(time_s / 60)),
    ...flag('signal', time_s === undefined ? undefined : `B:TERM@${warningBefore(time_s)}`),
    ...extra,
  ];
}

/** `0-3`, `0,2-3`, `0-199%100` where the executor runs no more at once. */
function arrayText(tasks: readonly number[], most: number): string | undefined {
  if (tasks.length === 0) return undefined;
  const runs: [number, number][] = [];
  for (const task of tasks) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === task - 1) last[1] = task;
    else runs.push([task, task]);
  }
  const list = runs.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
  return tasks.length > most ? `${list}%${most}` : list;
}

/** Seconds before its end at which a job is told: a training has to write a checkpoint. Slurm may be a minute early. */
function warningBefore(time_s: number): number {
  return Math.min(180, Math.floor(time_s / 4));
}

const GIB = 2 ** 30;
/** Node.js, the engine's own code and the libraries of a card. */
const BASE_BYTES = 2 * GIB;

function memoryRequest(
  {memory, device}: Executor,
  forecast: StageMemory | undefined,
  ranks: number,
): string | undefined {
  if (memory !== 'auto') return memory;
  if (forecast?.kind !== 'known') return undefined; // unknown yet: what the cluster gives by itself
  // On a card the host still reads the weights and keeps the songs' tensors; on a CPU it holds all.
  const work = device === 'cpu' ? forecast.total_bytes : forecast.weights_bytes;
  return `${Math.ceil((ranks * (BASE_BYTES + work * 1.25)) / 2 ** 20)}M`;
}

/** What was foreseen, for the person who has to ask for more. */
export function memoryForecastText(forecast: StageMemory | undefined): string {
  if (forecast?.kind !== 'known') return 'What it takes could not be foreseen';
  return `The forecast was ${bytesText(forecast.total_bytes)} on ${forecast.device}, of which weights ${bytesText(forecast.weights_bytes)}`;
}

/** Pure: the batch script. A signal before the worker listens must not end it. `base`: of an array, what its tasks' folders begin with. */
export function jobScript(worker: readonly string[], setup: readonly string[], base?: string): string {
  const command = worker.map(quoted).join(' ');
  const enter = base === undefined ? [] : [`cd ${quoted(`${base}-`)}"$SLURM_ARRAY_TASK_ID" || exit 1`];
  return ['#!/bin/sh', ...enter, ...setup, `exec ${command}`, ''].join('\n');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
