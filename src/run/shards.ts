import type {StageId} from '../base/stage-id.js';
import type {RunEvent} from '../event/event.js';
import type {PartJob} from '../protocol/message.js';
import {deal} from './deal.js';
import type {Effects} from './effects.js';
import type {ShardSites, Site} from './executor/executors.js';
import {countLosses} from './losses.js';
import {oneVoice} from './one-voice.js';
import type {WorkOutcome} from './outcome.js';
import type {PartsToMake} from './sample-attempt.js';

/** A process that makes some of the parts of a stage of samples. */
export interface Shard {
  /** From 0. */
  readonly number: number;
  /** Undefined: this machine. */
  readonly site: Site | undefined;
  readonly parts: readonly PartJob[];
}

export interface ShardWork {
  readonly stage: StageId;
  readonly effects: Effects;
  /** As many as are wished for. */
  readonly shards: number;
  /** Undefined: this machine. */
  readonly sites: ShardSites | undefined;
  /** One attempt of one of them, to its end. */
  readonly attempt: (shard: Shard, to: PartsToMake, effects: Effects) => Promise<WorkOutcome>;
}

/**
 * Makes parts in several processes at once, those that an earlier run has left among them. One that is lost goes on in a new place
 * while the others work; one that fails leaves them to their work, which is kept. Resolves when all have ended.
 */
export async function workInShards(work: ShardWork, to: PartsToMake): Promise<WorkOutcome> {
  const shards = begin(work, to.parts);
  const voices = shards.length === 1 ? undefined : oneVoice(work.effects);
  let running = shards.length;
  const outcomes = await Promise.all(
    shards.map(async (shard) => {
      const outcome = await workToTheEnd(shard, work, {to, effects: voices?.(shard.number) ?? work.effects});
      running -= 1;
      if (running > 0) reportFailure(outcome, shards.length, work);
      return outcome;
    }),
  );
  return together(outcomes);
}

function begin({shards, sites}: ShardWork, parts: readonly PartJob[]): readonly Shard[] {
  const taken = new Set<PartJob>();
  const earlier = (sites?.earlier ?? []).map(({site, parts: own}, number): Shard => {
    const left = parts.filter((part) => own.has(part.fingerprint) && !taken.has(part));
    for (const part of left) taken.add(part);
    return {number, site, parts: left};
  });
  const dealt = deal(
    parts.filter((part) => !taken.has(part)),
    Math.max(1, shards - earlier.length),
  );
  const numbers = dealt.map((_, index) => earlier.length + index);
  const opened = sites?.open(numbers) ?? [];
  return [
    ...earlier.filter((shard) => shard.parts.length > 0),
    ...dealt.map((own, index) => ({number: numbers[index]!, site: opened[index], parts: own})),
  ];
}

async function workToTheEnd(
  first: Shard,
  {stage, sites, attempt}: ShardWork,
  {to, effects}: {readonly to: PartsToMake; readonly effects: Effects},
): Promise<WorkOutcome> {
  const losses = countLosses();
  const {graceful} = effects.stop;
  for (let shard = first; ; ) {
    const outcome = await attempt(shard, to, effects);
    if (outcome.kind !== 'lost' || graceful.aborted) return outcome;
    const left = to.left(shard.parts);
    if (left.length < shard.parts.length) losses.progressed();
    if (left.length === 0) return {kind: 'done'};
    const {problem} = outcome;
    const delay_ms = losses.next();
    if (delay_ms === undefined) return {kind: 'failed', problem};
    effects.emit({kind: 'stage_lost', stage, delay_ms, problem});
    await effects.sleep(delay_ms, graceful);
    if (graceful.aborted) return {kind: 'interrupted', resumable: true, ended: 'itself'};
    shard = {...shard, parts: left, site: sites?.open([shard.number])[0]};
  }
}

function reportFailure(outcome: WorkOutcome, shards: number, {stage, effects}: ShardWork): void {
  if (outcome.kind !== 'failed' && outcome.kind !== 'crashed') return;
  const why = outcome.kind === 'failed' ? outcome.problem.message : 'its process ended without a message';
  const problem = {
    code: 'run/shard-failed',
    message: `One of ${shards} shards has failed, the others go on: ${why}`,
    hint: 'What they make is kept. The stage ends, or is tried again, when they have ended.',
  };
  const event: RunEvent = {kind: 'warning', stage, problem};
  effects.emit(event);
}

/** What decides first: that a part will not come, why, and whether anybody wished it so. */
const WEIGHT = ['failed', 'crashed', 'lost', 'interrupted', 'done'] as const;

function together(outcomes: readonly WorkOutcome[]): WorkOutcome {
  const found = WEIGHT.map((kind) => outcomes.find((outcome) => outcome.kind === kind));
  return found.find((outcome) => outcome !== undefined) ?? {kind: 'done'};
}
