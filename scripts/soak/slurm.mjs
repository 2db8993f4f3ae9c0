// A real Slurm of two nodes on this machine, and what can befall it. Needs root and Debian's slurm-wlm.
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fail} from './failure.mjs';
import {root} from './project.mjs';

const scripts = join(root, 'test/cluster');

/** Starts it, or says why it cannot be. */
export function startSlurm() {
  const possible =
    process.platform === 'linux' &&
    process.getuid() === 0 &&
    spawnSync('slurmctld', ['-V']).error === undefined;
  if (!possible) return {kind: 'missing', reason: 'they need Slurm (slurm-wlm) and root'};
  const folder = mkdtempSync(join(tmpdir(), 'sidestep-soak-slurm-'));
  execFileSync(join(scripts, 'start-slurm.sh'), [folder], {stdio: ['ignore', 'pipe', 'pipe']});
  return {kind: 'started', ...slurmIn(folder)};
}

function slurmIn(folder) {
  const env = {SLURM_CONF: join(folder, 'slurm.conf')};
  const ask = (program, ...args) =>
    execFileSync(program, args, {
      encoding: 'utf8',
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const pidOf = (daemon) => Number(readFileSync(join(folder, `${daemon}.pid`), 'utf8'));
  /** `ID NODE` of jobs in these states; of an array's task the number that is its alone. */
  const jobs = (states) =>
    ask('squeue', '--noheader', '--array', `--states=${states}`, '--format=%A %N')
      .split('\n')
      .filter(Boolean);
  return {
    env,
    ask,
    jobs,
    /** How many tasks of arrays wait or run. */
    tasks: () =>
      ask('squeue', '--noheader', '--array', '--format=%i')
        .split('\n')
        .filter((id) => id.includes('_')).length,
    /** Without warning; resolves when it is gone. */
    kill: async (daemon) => {
      const pid = pidOf(daemon);
      process.kill(pid, 'SIGKILL');
      while (isThere(pid)) await sleep(20);
    },
    start: (daemon) =>
      daemon === 'slurmctld' ? ask('slurmctld') : ask('slurmd', '-N', daemon.split('.')[1]),
    /** Resolves once the controller has written its books with this job: what it has not written when it is killed, it forgets. */
    booked: async (job) => {
      const written = () => statSync(join(folder, 'state/job_state'), {throwIfNoEntry: false})?.mtimeMs ?? 0;
      const before = written();
      ask('scontrol', 'update', `jobid=${job}`, 'comment=booked');
      for (let tries = 0; written() === before && tries < 200; tries += 1) await sleep(100);
    },
    /** Those that watch over a job, and those that do its work. */
    processesOf: (job) => {
      const own = processIds().filter((pid) =>
        textOf(pid, 'environ').split('\0').includes(`SLURM_JOB_ID=${job}`),
      );
      const here = own.filter((pid) => textOf(pid, 'environ').includes(folder));
      return {
        watchers: processIds().filter((pid) =>
          textOf(pid, 'cmdline').startsWith(`slurmstepd: [${job}.batch]`),
        ),
        workers: here.filter((pid) => !textOf(pid, 'cmdline').startsWith('slurmstepd')),
      };
    },
    expectEmpty: async () => {
      for (let tries = 0; jobs('all').length > 0 && left().length > 0; tries += 1) {
        if (tries === 200) fail(`jobs are left: ${left().join(', ')}`);
        await sleep(300);
      }
      function left() {
        return jobs('PENDING,RUNNING,COMPLETING,SUSPENDED');
      }
    },
    remove: async () => {
      spawnSync(join(scripts, 'stop-slurm.sh'), [folder]);
      const pids = readdirSync(folder)
        .filter((name) => name.endsWith('.pid'))
        .map((name) => Number(readFileSync(join(folder, name), 'utf8')));
      for (let tries = 0; tries < 100 && pids.some(isThere); tries += 1) await sleep(100);
      rmSync(folder, {recursive: true, force: true, maxRetries: 5});
    },
  };
}

function isThere(pid) {
  return existsSync(`/proc/${pid}`) && !/\) Z /.test(textOf(pid, 'stat'));
}

function processIds() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function textOf(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
