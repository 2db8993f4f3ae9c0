import {accidentOf, bugProblem} from '../base/accident.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import {type Addon, loadAddon} from '../native/addon.js';
import {enterRing, openRankDoor, type RankDoor} from '../native/ranks.js';
import {openTrainer} from '../native/trainer.js';
import type {RankAnswer, RankOrder} from './train/rank-words.js';

/**
 * A rank of a training that is not the first: a child of the worker, which alone speaks to the runner. It computes its share
 * of every update and writes nothing.
 */
let opened: {readonly addon: Addon; readonly door: RankDoor} | undefined;

process.on('disconnect', () => process.exit(1)); // the worker is gone
// A terminal speaks to the whole group: what it means is the runner's to decide.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('message', (order: RankOrder) => {
  obey(order).catch(async (error: unknown) => {
    await answer({kind: 'failed', ...problemOf(error)});
    process.exit(1);
  });
});

async function obey(order: RankOrder): Promise<void> {
  switch (order.kind) {
    case 'open': {
      const addon = loadAddon(order.addon);
      opened = {addon, door: await openRankDoor(addon, order.address)};
      return answer({kind: 'listening', port: opened.door.port});
    }
    case 'enter':
      await follow(opened!, order);
      process.exit(0);
      return;
    default:
      return unreachable(order);
  }
}

async function follow(
  {addon, door}: NonNullable<typeof opened>,
  {circle, setup}: Extract<RankOrder, {kind: 'enter'}>,
): Promise<void> {
  const ring = await enterRing(addon, door, circle);
  await using trainer = await openTrainer(addon, setup);
  await trainer.join(ring);
  while ((await trainer.follow()) === 'something');
}

function answer(said: RankAnswer): Promise<void> {
  return new Promise((resolve) => {
    process.send!(said, undefined, {}, () => resolve());
  });
}

function problemOf(error: unknown): {readonly problem: Problem; readonly stack?: string} {
  if (error instanceof SidestepError) return {problem: error.problem};
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const problem = accidentOf(error) ?? bugProblem('worker/bug', error);
  return {problem, stack};
}
