import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, beforeAll} from 'vitest';

/** A Slurm of two nodes for a file of tests. */
export interface TestCluster {
  readonly folder: () => string;
  /** Runs one of its programs; throws when that fails. */
  readonly ask: (program: string, ...args: readonly string[]) => string;
  /** Resolves with the ids of jobs that still wait or run; Slurm takes a while to believe that a job has ended. */
  readonly jobsLeft: () => Promise<string[]>;
  /**
   * Resolves once the controller has written its books with this job as it is now. That takes it seconds, and what it has not
   * written when it is killed it forgets: then jobs that have ended run again in its eyes, and a number is given to a second one.
   */
  readonly booked: (job: string) => Promise<void>;
  /** Kills one of its daemons without warning. */
  readonly killDaemon: (name: 'slurmctld' | 'slurmd.n1' | 'slurmd.n2') => Promise<void>;
  readonly startDaemon: (name: 'slurmctld' | 'slurmd.n1' | 'slurmd.n2') => void;
  /** The processes that Slurm watches over a job with, on this machine. */
  readonly stepsOf: (job: string) => number[];
}

/** `configuration`: further lines of slurm.conf. */
export function testCluster({configuration = ''}: {readonly configuration?: string} = {}): TestCluster {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sidestep-slurm-'));
    execFileSync(join(import.meta.dirname, 'start-slurm.sh'), [folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, SLURM_TEST_CONF: configuration},
    });
    process.env.SLURM_CONF = join(folder, 'slurm.conf');
  });
  afterAll(async () => {
    spawnSync(join(import.meta.dirname, 'stop-slurm.sh'), [folder]);
    delete process.env.SLURM_CONF;
    for (let tries = 0; tries < 100 && daemonsIn(folder).length > 0; tries += 1) await sleep(100);
    rmSync(folder, {recursive: true, force: true, maxRetries: 5});
  });
  const ask = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  const pidOf = (name: string): number => Number(readFileSync(join(folder, `${name}.pid`), 'utf8'));
  return {
    folder: () => folder,
    ask,
    jobsLeft: async () => {
      for (let tries = 0; ; tries += 1) {
        const jobs = ask('squeue', '--noheader', '--format=%i').split('\n').filter(Boolean);
        if (jobs.length === 0 || tries === 300) return jobs;
        await sleep(300);
      }
    },
    booked: async (job) => {
      const written = (): number =>
        statSync(join(folder, 'state/job_state'), {throwIfNoEntry: false})?.mtimeMs ?? 0;
      const before = written();
      ask('scontrol', 'update', `jobid=${job}`, 'comment=booked'); // a change, so that there is something to write
      while (written() === before) await sleep(100);
    },
    killDaemon: async (name) => {
      const pid = pidOf(name);
      process.kill(pid, 'SIGKILL');
      while (existsSync(`/proc/${pid}`) && !isZombie(pid)) await sleep(20);
    },
    startDaemon: (name) => {
      if (name === 'slurmctld') ask('slurmctld');
      else ask('slurmd', '-N', name.slice('slurmd.'.length));
    },
    stepsOf: (job) =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => /^slurmstepd: \[(\d+)\.(?:batch|0)\]/.exec(commandLineOf(pid))?.[1] === job),
  };
}

function daemonsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => {
    if (!name.endsWith('.pid')) return false;
    const pid = Number(readFileSync(join(folder, name), 'utf8'));
    return existsSync(`/proc/${pid}`) && !isZombie(pid);
  });
}

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true; // gone meanwhile
  }
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // gone meanwhile
  }
}
