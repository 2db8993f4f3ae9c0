import {type ChildProcess, fork} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {fileURLToPath} from 'node:url';
import {type Problem, SidestepError} from '../../base/problem.js';
import {within} from '../../base/timer.js';
import type {Addon} from '../../native/addon.js';
import {enterRing, openRankDoor, type RankRing} from '../../native/ranks.js';
import type {Trainer, TrainerSetup} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import {rankProgram} from '../rank-program.js';
import type {RankAnswer, RankOrder} from './rank-words.js';

/** The other ranks of a training, as this worker has them: children of its own, on its machine. */
export interface Ranks {
  /** Makes the trainer rank 0 of them. */
  readonly join: (trainer: Trainer) => Promise<void>;
  /** Tells them that the run is over, and waits until they have left. */
  readonly dismiss: (trainer: Trainer) => Promise<void>;
  /** What of an error is to be said: where a rank failed of itself, that it is gone is only what the others saw. */
  readonly reasonFor: (error: unknown) => Promise<unknown>;
  /** Ends those that are still there. */
  readonly end: () => void;
}

export interface RanksSetup {
  readonly addon: Addon;
  /** Of rank 0. */
  readonly setup: TrainerSetup;
  /** By rank: `cpu`, or a card each. */
  readonly devices: readonly string[];
}

const HERE = '127.0.0.1';
/** A rank that has been told of the end, or has seen another go, needs no longer than this. */
const LEAVE_MS = 10_000;

/** Starts ranks 1 to N - 1 and connects all in a circle, before any of them loads the model. */
export async function startRanks(
  context: WorkerContext,
  {addon, setup, devices}: RanksSetup,
): Promise<Ranks> {
  const ranks = devices.length;
  const token = randomBytes(32).toString('hex');
  const own = await openRankDoor(addon, HERE);
  const others = devices.slice(1).map((_, index) => startRank(context, index + 1));
  const end = () => {
    for (const {child} of others) child.kill('SIGKILL');
  };
  try {
    const ports = [own.port, ...(await Promise.all(others.map(({open}) => open(context.job.addon!))))];
    const circleOf = (rank: number) => ({
      rank,
      ranks,
      token,
      next_host: HERE,
      next_port: ports[(rank + 1) % ranks]!,
    });
    for (const [index, {enter}] of others.entries())
      enter({kind: 'enter', circle: circleOf(index + 1), setup: {...setup, device: devices[index + 1]!}});
    const ring = await enterRing(addon, own, circleOf(0), {signal: context.signal});
    context.log(
      `${ranks} ranks share the micro-batches: processes ${others.map(({child}) => child.pid).join(', ')} beside this one`,
    );
    return ranksOf(context, {others, ring, end});
  } catch (error) {
    const reason = await reasonFor(others, error);
    end();
    throw reason;
  }
}

interface Started {
  readonly others: readonly Rank[];
  readonly ring: RankRing;
  readonly end: () => void;
}

function ranksOf({log}: WorkerContext, {others, ring, end}: Started): Ranks {
  return {
    join: async (trainer) => {
      const {gradients} = await trainer.join(ring);
      if (gradients !== '') log(gradients);
    },
    dismiss: async (trainer) => {
      await trainer.dismiss();
      await within(Promise.all(others.map(({left}) => left)), LEAVE_MS);
    },
    reasonFor: (error) => reasonFor(others, error),
    end,
  };
}

async function reasonFor(others: readonly Rank[], error: unknown): Promise<unknown> {
  if (!(error instanceof SidestepError) || !isConsequence(error.problem)) return error;
  await within(Promise.race([...others.map(({failed}) => failed), allLeft(others)]), LEAVE_MS);
  const own = others.map(({problem}) => problem()).find((said) => said !== undefined && !isConsequence(said));
  return own === undefined ? error : new SidestepError(own, {cause: error});
}

/** Another rank did not come, or left. */
function isConsequence({code}: Problem): boolean {
  return code === 'train/rank-lost' || code === 'train/rank-missing' || code === 'train/rank-unreachable';
}

async function allLeft(others: readonly Rank[]): Promise<void> {
  await Promise.all(others.map(({left}) => left));
}

interface Rank {
  readonly child: ChildProcess;
  /** Resolves with its port. */
  readonly open: (addon: string) => Promise<number>;
  readonly enter: (order: Extract<RankOrder, {kind: 'enter'}>) => void;
  /** Resolves when it failed of itself. */
  readonly failed: Promise<void>;
  readonly problem: () => Problem | undefined;
  /** Resolves once its process has ended. */
  readonly left: Promise<void>;
}

function startRank({log}: WorkerContext, rank: number): Rank {
  // Its standard output may be a channel of ours: what a rank prints is for the log.
  const stdio: ('ignore' | 'ipc' | number)[] = ['ignore', 2, 2, 'ipc'];
  const child = fork(fileURLToPath(rankProgram), [], {stdio, serialization: 'advanced'});
  let problem: Problem | undefined;
  const left = new Promise<void>(
    (resolve) => void child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  const failed = new Promise<void>((resolve) => {
    child.on('message', (said: RankAnswer) => {
      if (said.kind !== 'failed') return;
      if (said.stack !== undefined) log(said.stack);
      problem = said.problem;
      if (!isConsequence(problem)) resolve();
    });
  });
  const listening = new Promise<number>((resolve, reject) => {
    child.on('message', (said: RankAnswer) => said.kind === 'listening' && resolve(said.port));
    child.once('error', (error) => reject(notStarted(rank, error.message)));
    child.once('exit', (code, signal) => {
      const own = problem === undefined ? undefined : new SidestepError(problem);
      reject(own ?? notStarted(rank, `it ended ${endText(code, signal)}`));
    });
  });
  listening.catch(() => {}); // who ends later has been waited for already
  return {
    child,
    open: (addon) => {
      child.send({kind: 'open', addon, address: HERE} satisfies RankOrder);
      return listening;
    },
    enter: (order) => void child.send(order),
    failed,
    problem: () => problem,
    left,
  };
}

function endText(code: number | null, signal: string | null): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}

function notStarted(rank: number, why: string): SidestepError {
  return new SidestepError({
    code: 'train/rank-missing',
    message: `Rank ${rank} of this training could not be started: ${why}`,
    hint: 'The log of the stage says what it said last.',
  });
}
