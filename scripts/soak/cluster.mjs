// A pipeline whose heavy stages are jobs of a real Slurm, where at random instants nodes, daemons and the runner are killed, and jobs
// are preempted, requeued, run out of time or are cancelled. Whatever happens, the bytes are those of a run on this machine, no job
// and no process is left, and nothing of it is a failure.
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fail} from './failure.mjs';
import {expectNothingLeft, expectResults, expectSuccess, expectWords, killGroup} from './project.mjs';
import {chanceOf} from './random.mjs';

/** Several accidents, each of which may cost a silence and a start. */
const HANG_MS = 600_000;

export async function clusterRound(round) {
  try {
    return await disturbedRuns(round);
  } finally {
    for (const pid of round.project.runners()) killGroup(pid);
    askSlurm(round.world.slurm, 'scancel', '--user=root'); // of a round that failed
  }
}

async function disturbedRuns({seed, project, world}) {
  const chance = chanceOf(seed);
  const {slurm, references} = world;
  const {results, duration_ms} = references.cluster;
  const requeues = chance.happens(0.5);
  project.writeFor('cluster', {extra: requeues ? ['--requeue'] : []});
  const more = {env: slurm.env, hang_ms: HANG_MS};
  const did = [];
  let running = project.start(['run', '--json'], more);
  let atArray = chance.happens(0.6); // songs are done in seconds: an instant drawn from all of the run hardly ever hits them
  for (let left = chance.between(2, 4); left > 0; left -= 1) {
    const kind = chance.pick(Object.keys(ACCIDENTS).filter((each) => requeues || each !== 'requeue'));
    const delay = Math.round(chance.next() * (atArray ? 2000 : duration_ms * 0.6));
    const pause = chance.next() * 3000;
    if (atArray) await arrayRuns(slurm, running.ended);
    await Promise.race([sleep(delay), running.ended]);
    if (running.child.exitCode !== null) await expectNoFailure(await running.ended);
    const job = await runningJob(slurm, running.ended, chance);
    const [id, node] = job?.split(' ') ?? [];
    did.push(
      `${kind}${id === undefined ? ' (nothing ran)' : ''} ${atArray ? `${delay} ms into an array` : `after ${delay} ms`}`,
    );
    atArray = false;
    await ACCIDENTS[kind]({slurm, id, node, pause, runner: running.child});
    if (kind === 'runner') await expectNoFailure(await running.ended);
    if (running.child.exitCode !== null || running.child.signalCode !== null)
      running = project.start(['run', '--json'], more);
  }
  await expectNoFailure(await running.ended);
  const last = await project.run([], more);
  expectSuccess(last);
  await expectNoFailure(last);
  expectResults(project.results(), results);
  await slurm.expectEmpty();
  await expectNothingLeft(project);
  const jobs = join(project.cache, 'jobs');
  if (existsSync(jobs) && readdirSync(jobs).length > 0)
    fail(`left in jobs/: ${readdirSync(jobs).join(', ')}`);
  expectSuccess(await project.command(['cache', 'verify']));
  return {did: did.join(', '), cases: did.length};
}

/** Resolves once a task of an array is handed in, or nothing more can be. */
async function arrayRuns(slurm, ended) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (let tries = 0; tries < 600 && !over && slurm.tasks() === 0; tries += 1) await sleep(100);
}

/** One of those that run, if there is one soon. */
async function runningJob(slurm, ended, chance) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  for (let tries = 0; tries < 40 && !over; tries += 1) {
    const jobs = slurm.jobs('RUNNING');
    if (jobs.length > 0) return chance.pick(jobs);
    await sleep(100);
  }
  return undefined;
}

const killAll = (pids, signal = 'SIGKILL') => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
};

/** Its folder is its channel. */
function hasSpoken(pid) {
  return existsSync(`/proc/${pid}/cwd/events`);
}

/** Slurm refuses what came too late: the job has just ended. */
function askSlurm(slurm, ...words) {
  try {
    slurm.ask(...words);
  } catch (error) {
    if (!/already|invalid job|disabled|not running|completing|invalid node state/i.test(String(error.stderr)))
      throw error;
  }
}

const ACCIDENTS = {
  runner: async ({runner}) => runner.kill('SIGKILL'),
  watcher: async ({slurm, id}) => killAll(id === undefined ? [] : slurm.processesOf(id).watchers),
  // One that has never said a word is a failure, after `start_timeout`.
  silence: async ({slurm, id}) =>
    killAll(id === undefined ? [] : slurm.processesOf(id).workers.filter(hasSpoken), 'SIGSTOP'),
  daemon: async ({slurm, node = 'n1', pause}) => {
    await slurm.kill(`slurmd.${node}`);
    await sleep(pause);
    slurm.start(`slurmd.${node}`);
  },
  node: async ({slurm, id, node = 'n1', pause}) => {
    await slurm.kill(`slurmd.${node}`);
    const {watchers, workers} = id === undefined ? {watchers: [], workers: []} : slurm.processesOf(id);
    killAll([...watchers, ...workers]);
    await sleep(pause);
    slurm.start(`slurmd.${node}`);
  },
  controller: async ({slurm, id, pause}) => {
    if (id !== undefined) await slurm.booked(id);
    await slurm.kill('slurmctld');
    await sleep(pause);
    slurm.start('slurmctld');
    await answering(slurm);
    for (const node of ['n1', 'n2'])
      askSlurm(slurm, 'scontrol', 'update', `nodename=${node}`, 'state=resume');
  },
  preempt: async ({slurm, node = 'n1'}) => {
    const request = ['--partition=high', '--exclusive', `--nodelist=${node}`, '--output=/dev/null'];
    slurm.ask('sbatch', ...request, '--wrap=sleep 1');
  },
  requeue: async ({slurm, id}) => id !== undefined && askSlurm(slurm, 'scontrol', 'requeue', id),
  time: async ({slurm, id}) =>
    id !== undefined && askSlurm(slurm, 'scontrol', 'update', `jobid=${id}`, 'endtime=now+1'),
  cancel: async ({slurm, id}) => id !== undefined && askSlurm(slurm, 'scancel', id),
};

async function answering(slurm) {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      return slurm.jobs('RUNNING');
    } catch {
      await sleep(200);
    }
  }
  fail('the controller does not come back');
}

/** Interrupted by a scancel is well. */
async function expectNoFailure(end) {
  expectWords(end, [0, 130]);
  const events = end.stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
  const wrong = events.filter(
    ({kind, result}) =>
      kind === 'stage_retrying' || (kind === 'stage_finished' && ['failed', 'crashed'].includes(result.kind)),
  );
  if (wrong.length > 0) fail(`counted as a failure: ${JSON.stringify(wrong[0]).slice(0, 1500)}`);
}
