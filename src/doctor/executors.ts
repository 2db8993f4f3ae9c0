import {askProgram, firstLine} from '../app/program-probe.js';
import type {Terminal} from '../app/terminal.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import type {Check} from '../render/checklist.js';
import type {ExecutorDocument} from '../schema/types.generated.js';

/** Of each executor in the settings: whether what starts its stages is there. */
export async function executorChecks(terminal: Terminal): Promise<Check[]> {
  const settings = await loadSettings(userFolder(terminal.env));
  const executors = settings.ok ? Object.entries(settings.value.values.executors ?? {}) : []; // bad settings are their own check
  return Promise.all(executors.map(([name, executor]) => executorCheck(name, executor)));
}

async function executorCheck(name: string, executor: ExecutorDocument): Promise<Check> {
  const check = {name: `executor_${name}`, title: `Executor ${name}`};
  if (executor.type === 'command') return {...check, ...(await commandState(executor.command[0]!))};
  const partition = executor.partition === undefined ? [] : ['-p', executor.partition];
  const found = await askProgram('sinfo', '-h', '-o', '%P %a %D nodes, %G', ...partition);
  if (found === undefined)
    return {
      ...check,
      state: 'warning',
      found: 'Slurm does not answer here',
      hint: 'Run sidestep where sinfo and sbatch work: on a login node.',
    };
  const line = firstLine(found);
  if (line !== '') return {...check, state: 'ok', found: line, hint: undefined};
  return {
    ...check,
    state: 'warning',
    found: `there is no partition ${executor.partition}`,
    hint: 'sinfo lists the partitions.',
  };
}

async function commandState(program: string): Promise<Pick<Check, 'state' | 'found' | 'hint'>> {
  const path = await askProgram('sh', '-c', 'command -v "$1"', 'sh', program);
  if (path !== undefined && path.trim() !== '') return {state: 'ok', found: firstLine(path), hint: undefined};
  return {state: 'warning', found: `${program} is not there`, hint: 'Install it, or name it with its path.'};
}
