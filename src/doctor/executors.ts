import {askProgram, firstLine} from '../app/program-probe.js';
import type {Terminal} from '../app/terminal.js';
import type {Problem} from '../base/problem.js';
import {settledExecutor} from '../config/executors.js';
import {userFolder} from '../config/folders.js';
import {loadPipeline} from '../config/load.js';
import type {Executor, Pipeline, SlurmHow} from '../config/pipeline.js';
import {loadSettings} from '../config/user/settings.js';
import {usefulRanks} from '../plan/ranks.js';
import type {Check} from '../render/checklist.js';
import {askSlurm} from '../run/slurm/commands.js';
import {jobRequest} from '../run/slurm/request.js';

/** A place that stages are sent to, and what they ask for there. */
interface Use {
  readonly executor: Executor;
  /** Of stages that ask for the same; none: of the executor itself. */
  readonly stages: readonly string[];
  readonly ranks: number;
  readonly shards: number;
}

/** Of each executor in the settings, and of each that stages of the pipeline name: whether it takes what it would be given. */
export async function executorChecks(terminal: Terminal, pipeline: string | undefined): Promise<Check[]> {
  const settings = await loadSettings(userFolder(terminal.env));
  const executors = settings.ok ? Object.entries(settings.value.values.executors ?? {}) : []; // bad settings are their own check
  const own = executors.map(
    ([name, document]): Use => ({
      executor: settledExecutor(name, document, NO_WISHES),
      stages: [],
      ranks: 1,
      shards: 1,
    }),
  );
  const checksOf = (uses: readonly Use[]) => Promise.all(uses.map((use) => executorCheck(use, terminal)));
  if (pipeline === undefined) return checksOf(own);
  const loaded = await loadPipeline(pipeline, {overrides: [], env: terminal.env});
  if (!loaded.ok) return [...(await checksOf(own)), brokenPipeline(pipeline, loaded.problems)];
  return checksOf([...own, ...usesIn(loaded.value)]);
}

const NO_WISHES = {gpus: undefined, cpus: undefined, memory: undefined, time_s: undefined};

function brokenPipeline(file: string, problems: readonly Problem[]): Check {
  const [first] = problems;
  return {
    name: 'pipeline',
    title: 'Pipeline',
    state: 'warning',
    found: `${file}: ${first?.message}`,
    hint: `\`sidestep validate ${file}\` says all that is wrong with it.`,
  };
}

/** Stages that ask for the same are asked for once. */
function usesIn({stages}: Pipeline): Use[] {
  const uses = new Map<string, Use>();
  for (const stage of stages) {
    const {executor, shards = 1} = stage.resources;
    if (executor === undefined) continue;
    const use = {executor, ranks: usefulRanks(stage), shards};
    const key = JSON.stringify(use);
    const known = uses.get(key)?.stages ?? [];
    uses.set(key, {...use, stages: [...new Set([...known, stage.declared_as])]});
  }
  return [...uses.values()];
}

async function executorCheck(use: Use, {env}: Terminal): Promise<Check> {
  const {executor, stages} = use;
  const {name, how} = executor;
  const check = {
    name: ['executor', name, ...stages].join('_'),
    title: stages.length === 0 ? `Executor ${name}` : `Executor ${name} for ${stages.join(', ')}`,
  };
  const state =
    how.type === 'command' ? await commandState(how.command[0]!) : await slurmState(use, how, env);
  return {...check, ...state};
}

type State = Pick<Check, 'state' | 'found' | 'hint'>;

/** Slurm is asked whether it would take such a job; none is handed in. */
async function slurmState(
  {executor, ranks, shards}: Use,
  how: SlurmHow,
  env: Terminal['env'],
): Promise<State> {
  const partition = how.partition === undefined ? [] : ['-p', how.partition];
  const found = await askProgram('sinfo', '-h', '-o', '%P %a %D nodes, %G', ...partition);
  if (found === undefined)
    return {
      state: 'warning',
      found: 'Slurm does not answer here',
      hint: 'Run sidestep where sinfo and sbatch work: on a login node.',
    };
  const line = firstLine(found);
  if (line === '')
    return {
      state: 'warning',
      found: `there is no partition ${how.partition}`,
      hint: 'sinfo lists the partitions.',
    };
  const tasks = shards === 1 ? [] : Array.from({length: shards}, (_, task) => task);
  const request = jobRequest(executor, how, {memory: undefined, ranks, tasks});
  const answer = await askSlurm(env)('sbatch', ['--test-only', ...request, '--wrap=true']);
  if (answer.kind === 'answered') return {state: 'ok', found: line, hint: undefined};
  const words = answer.words.replace(/^(?:sbatch: )?(?:error: )?(?:allocation failure: )?/, '');
  return {
    state: 'warning',
    found: `Slurm would not take its jobs: ${words}`,
    hint: `They ask for ${request.join(' ')}; sinfo says what there is.`,
  };
}

async function commandState(program: string): Promise<State> {
  const path = await askProgram('sh', '-c', 'command -v "$1"', 'sh', program);
  if (path !== undefined && path.trim() !== '') return {state: 'ok', found: firstLine(path), hint: undefined};
  return {state: 'warning', found: `${program} is not there`, hint: 'Install it, or name it with its path.'};
}
