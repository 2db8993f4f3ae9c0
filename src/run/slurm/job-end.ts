import type {Problem} from '../../base/problem.js';
import {unreachable} from '../../base/unreachable.js';
import type {StageMemory} from '../../event/memory-forecast.js';
import type {WorkerEnd} from '../worker-launcher.js';
import type {AskSlurm} from './commands.js';
import {memoryForecastText} from './request.js';
import {fateOf, jobLossText} from './states.js';

export interface JobFacts {
  readonly ask: AskSlurm;
  readonly stderr_tail: string;
  /** Whether its worker ever said that it was there. */
  readonly begun: boolean;
  readonly memory: StageMemory | undefined;
}

/** How a job ended that did not say it itself. `state`: Slurm's last word, or `unknown` where it has forgotten the job. */
export async function endOfJob(
  job: string,
  state: string,
  {ask, stderr_tail, begun, memory}: JobFacts,
): Promise<WorkerEnd> {
  if (state === 'unknown') return {kind: 'lost', problem: lost(job, 'is not known to Slurm any more')};
  const fate = fateOf(state);
  switch (fate) {
    case 'lost':
    case 'waiting':
    case 'running':
      return {kind: 'lost', problem: lost(job, jobLossText(state))};
    case 'completed': // without having said that it was done: it was told to stop before its end
      return {kind: 'lost', problem: lost(job, 'was told to stop')};
    case 'cancelled':
      return {kind: 'cancelled', problem: cancelled(job)};
    case 'out_of_memory':
      return {kind: 'failed', problem: outOfMemory(job, memory)};
    case 'failed': {
      if (MEMORY_WORDS.test(stderr_tail)) return {kind: 'failed', problem: outOfMemory(job, memory)};
      const {exit_code, signal} = await exitOf(job, ask);
      // Told to stop in the moment before it listened.
      if (signal === 15 || signal === 1) return {kind: 'lost', problem: lost(job, 'was told to stop')};
      if (signal === 0) return {kind: 'exited', exit_code, stderr_tail};
      if (!begun && signal === 9) return {kind: 'lost', problem: lost(job, 'was killed before it began')};
      return {kind: 'killed', signal: `signal ${signal}`, stderr_tail};
    }
    default:
      return unreachable(fate);
  }
}

/**
 * Of slurmstepd, in the job's own output. Where cgroups keep a job within its memory its state says so too; where Slurm only measures
 * (`OverMemoryKill`), the state is FAILED and the reason another.
 */
const MEMORY_WORDS =
  /^slurmstepd\S*: error: .*(?:exceeded (?:job |step )?memory limit|oom-kill event|oom_kill event|out-of-memory handler)/im;

/** `ExitCode=1:0`: the exit code and the signal, as scontrol shows them without any accounting. */
async function exitOf(job: string, ask: AskSlurm): Promise<{exit_code: number; signal: number}> {
  const answer = await ask('scontrol', ['show', 'job', '--oneliner', job]);
  const [, exit_code = '1', signal = '0'] =
    (answer.kind === 'answered' ? /\bExitCode=(\d+):(\d+)/.exec(answer.out) : undefined) ?? [];
  return {exit_code: Number(exit_code), signal: Number(signal)};
}

function lost(job: string, how: string): Problem {
  return {
    code: 'run/job-lost',
    message: `Job ${job} ${how}`,
    hint: 'That is no failure of the stage: it goes on in a new job from what was saved.',
  };
}

function cancelled(job: string): Problem {
  return {
    code: 'run/job-cancelled',
    message: `Job ${job} was cancelled by somebody`,
    hint: 'What it saved is kept; run again to go on from there.',
  };
}

function outOfMemory(job: string, memory: StageMemory | undefined): Problem {
  return {
    code: 'run/job-out-of-memory',
    message: `Job ${job} took more memory than it had asked for, and was ended`,
    hint: `${memoryForecastText(memory)}. Ask for more with \`memory\`, in the executor or in the resources of the stage.`,
  };
}
