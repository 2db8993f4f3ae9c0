import {dirname} from 'node:path';
import {bytesText} from '../base/bytes-text.js';
import {isJsonObject} from '../base/json.js';
import {numericsText} from '../plan/numerics-text.js';
import {type GitState, type RunEnvironment, readEnvironment} from '../record/environment.js';
import type {RecordedRun} from './recorded-run.js';

type Row = readonly [name: string, value: string];

/** Machine and program of a run, and what its stages computed with, in words. */
export async function environmentRows(run: RecordedRun): Promise<Row[]> {
  const recorded = await readEnvironment(run.dir);
  const machine: Row[] =
    recorded === undefined
      ? [['machine', 'not recorded: nothing had to be computed in this run']]
      : machineRows(recorded);
  return [...machine, ...numericsRows(run), ...memoryRows(run), ['folder', dirname(run.file)]];
}

function machineRows({sidestep, node, os, git, ...machine}: RunEnvironment): Row[] {
  const {devices, cpu_threads, memory_bytes, numerics_version} = machine;
  const arithmetic = numerics_version === null ? '' : `, arithmetic ${numerics_version}`;
  const hasCpu = devices.some(({device}) => device === 'cpu');
  return [
    ['sidestep', `${sidestep}${arithmetic}, Node ${node}`],
    ['system', `${os}, ${cpu_threads} threads, ${bytesText(memory_bytes)}`],
    ...devices.map(
      ({device, name, memory_bytes: bytes}): Row => [
        device,
        device === 'cpu' ? name : `${name}, ${bytesText(bytes)}`,
      ],
    ),
    ...(devices.length === 1 && hasCpu ? [['card', 'none'] as const] : []),
    ['pipeline file', gitText(git)],
  ];
}

function gitText(git: GitState | null): string {
  if (git === null) return 'in no git repository';
  const states = {
    committed: 'as in commit',
    changed: 'changed since commit',
    untracked: 'not tracked by git, beside commit',
  };
  return `${states[git.pipeline]} ${git.commit.slice(0, 12)}`;
}

/** Stages that computed alike share a row. */
function numericsRows({recorded}: RecordedRun): Row[] {
  const stages = new Map<string, string[]>();
  for (const {configured, numerics} of recorded) {
    if (!isJsonObject(numerics)) continue;
    const words = numericsText(numerics);
    stages.set(words, [...(stages.get(words) ?? []), configured.id]);
  }
  return [...stages].map(([words, ids]): Row => ['computed in', `${words} (${ids.join(', ')})`]);
}

function memoryRows({events}: RecordedRun): Row[] {
  return events.flatMap((event): Row[] =>
    event.kind === 'memory' && event.device !== undefined && event.device_bytes !== undefined
      ? [[`memory of ${event.stage}`, `${bytesText(event.device_bytes)} planned on ${event.device}`]]
      : [],
  );
}
