import {asJson} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import {waitForClaim} from '../cache/claim.js';
import {commitEntry} from '../cache/entries.js';
import {ENTRY_FORMAT} from '../cache/entry-form.js';
import {dropPartial, hasPartial, tidyPartial} from '../cache/partial.js';
import type {StageResult} from '../event/stage-result.js';
import type {PlannedStage} from '../plan/plan.js';
import type {Start} from '../stage/start.js';
import {changedFile} from './changed-file.js';
import {countLosses, type Losses} from './losses.js';
import {endOrphans} from './orphans.js';
import type {AttemptOutcome, Made} from './outcome.js';
import {problemOf} from './problem-of.js';
import {
  type AttemptContext,
  attemptKey,
  attemptStage,
  elsewhereFor,
  type FingerprintedStage,
  partialKey,
} from './stage-attempt.js';
import {takeUp} from './take-up.js';

export interface StageRun {
  readonly result: StageResult;
  /** The stage with its outputs, when it has them now: what its consumers are planned against. */
  readonly planned: PlannedStage;
}

/**
 * Runs one stale stage: claims it among all runners of this cache, tries as often as the user allows, commits. When
 * another runner finished the same work meanwhile, its result is taken.
 */
export async function runStage(stage: FingerprintedStage, context: AttemptContext): Promise<StageRun> {
  const {effects} = context;
  const started = effects.now();
  try {
    const claim = await waitForClaim(effects.cache, {
      name: stage.fingerprint,
      signal: effects.stop.graceful,
      onWait: ({pid, host}) =>
        effects.emit({kind: 'stage_waiting', stage: stage.id, for: {kind: 'other_runner', pid, host}}),
    });
    try {
      await endOrphans(effects.cache); // if the claim's last holder was killed, its worker may still be writing
      return resultElsewhere(stage, context) ?? (await runClaimed(stage, context, started));
    } finally {
      await claim.release();
    }
  } catch (error) {
    if (effects.stop.graceful.aborted) {
      return {result: {kind: 'not_started', stage: stage.id, after: 'stop'}, planned: stage};
    }
    const {problem, stack} = problemOf(error);
    if (stack !== undefined) effects.log(stage.id, stack);
    const ended = {attempts: 1, duration_ms: effects.now() - started};
    return {result: resultOf(stage, {kind: 'failed', problem}, context, ended), planned: stage};
  }
}

/** Has another runner made it while we waited? Not asked when the user wants it made again. */
function resultElsewhere(stage: FingerprintedStage, {view}: AttemptContext): StageRun | undefined {
  const insists = isStaleFor(stage, 'forced') || isStaleFor(stage, 'cache_ignored');
  const entry = view.entry(stage.fingerprint);
  if (insists || entry.kind !== 'present') return undefined;
  const saved_ms = entry.duration_ms;
  return {
    result: {kind: 'cached', stage: stage.id, fingerprint: stage.fingerprint, saved_ms},
    planned: {
      ...stage,
      outputs: entry.outputs,
      warnings: entry.warnings ?? [],
      verdict: {kind: 'cached', saved_ms},
    },
  };
}

function isStaleFor({verdict}: FingerprintedStage, reason: 'forced' | 'cache_ignored'): boolean {
  return verdict.kind === 'stale' && verdict.reasons.some(({kind}) => kind === reason);
}

async function runClaimed(
  stage: FingerprintedStage,
  context: AttemptContext,
  started: number,
): Promise<StageRun> {
  const {effects, options} = context;
  const attempts = stage.configured.retries + 1;
  const losses = countLosses();
  if (isStaleFor(stage, 'forced')) await dropPartial(effects.cache, partialKey(stage));
  for (let attempt = 1; ; ) {
    const attempted = await attemptOnce(stage, context, {attempt, losses});
    const seen = changedFile(stage, context.world, await effects.filesOf(stage));
    if (seen?.how === 'came') effects.emit({kind: 'stage_warning', stage: stage.id, problem: seen.problem});
    const changed = seen?.how === 'changed' ? seen.problem : undefined;
    if (changed !== undefined) await dropPartial(effects.cache, partialKey(stage)); // nor may what was saved go on
    const outcome = madeOfWhatWasPlanned(attempted, changed);
    const duration_ms = effects.now() - started;
    if (outcome.kind === 'made') return commit(stage, outcome, context, duration_ms);
    const ended = {
      result: resultOf(stage, outcome, context, {attempts: attempt, duration_ms}),
      planned: stage,
    };
    if (outcome.kind === 'interrupted' || effects.stop.graceful.aborted) return ended;
    const lostFor = outcome.kind === 'lost' ? losses.next() : undefined;
    if (changed !== undefined || (lostFor === undefined && attempt >= attempts)) return ended;
    const delay_ms = lostFor ?? options.retry_delay_ms * 2 ** (attempt - 1);
    if (lostFor === undefined) attempt += 1;
    const again = {stage: stage.id, delay_ms, problem: problemIn(outcome)};
    effects.emit(
      lostFor === undefined ? {kind: 'stage_retrying', attempt, ...again} : {kind: 'stage_lost', ...again},
    );
    await effects.sleep(delay_ms, effects.stop.graceful);
    if (effects.stop.graceful.aborted) return ended;
  }
}

function madeOfWhatWasPlanned(outcome: AttemptOutcome, changed: Problem | undefined): AttemptOutcome {
  return outcome.kind === 'made' && changed !== undefined ? {kind: 'failed', problem: changed} : outcome;
}

async function attemptOnce(
  stage: FingerprintedStage,
  context: AttemptContext,
  {attempt, losses}: {readonly attempt: number; readonly losses: Losses},
): Promise<AttemptOutcome> {
  const {effects} = context;
  const {id, fingerprint} = stage;
  const log = effects.logPath(id);
  const elsewhere = await elsewhereFor(stage, context);
  const {site, shards} = elsewhere;
  // What an earlier run's job has in hand is not looked at, let alone cleared away.
  const follows = site?.follows === 'earlier_run' || (shards?.earlier ?? []).length > 0;
  const start = follows
    ? plannedStart(stage)
    : await takeUp(stage, attemptKey(stage, effects, {site}), effects);
  losses.begins(start);
  effects.emit({kind: 'stage_started', stage: id, fingerprint, attempt, log, start});
  const emit: typeof effects.emit = (event) => {
    losses.onEvent(event);
    effects.emit(event);
  };
  return attemptStage(stage, {...context, effects: {...effects, emit}}, elsewhere);
}

function plannedStart({verdict}: FingerprintedStage): Start {
  return verdict.kind === 'stale' ? verdict.start : {kind: 'unknown'};
}

async function commit(
  stage: FingerprintedStage,
  made: Made,
  {effects}: AttemptContext,
  duration_ms: number,
): Promise<StageRun> {
  const {cache} = effects;
  await commitEntry(cache, {
    format: ENTRY_FORMAT,
    fingerprint: stage.fingerprint,
    made_by: stage.type.name,
    created_at: effects.now(),
    duration_ms,
    outputs: made.outputs,
    refers: made.refers,
    made_from: made.made_from,
    ...(made.warnings.length === 0 ? {} : {warnings: made.warnings}),
    about: made.about,
    parts: asJson(stage.parts),
  });
  const mayGrow = stage.type.extends !== undefined && !isStaleFor(stage, 'cache_ignored');
  await tidyPartial(cache, partialKey(stage), mayGrow ? 'newest' : 'none'); // a longer run may want it
  const objects = Object.values(made.outputs).map(({hash}) => hash);
  const {id, fingerprint} = stage;
  return {
    result: {kind: 'succeeded', stage: id, fingerprint, objects, duration_ms, samples: made.samples},
    planned: {...stage, outputs: made.outputs, last_duration_ms: duration_ms},
  };
}

function resultOf(
  stage: FingerprintedStage,
  outcome: Exclude<AttemptOutcome, Made>,
  {effects}: AttemptContext,
  {attempts, duration_ms}: {readonly attempts: number; readonly duration_ms: number},
): StageResult {
  const log = effects.logPath(stage.id);
  if (outcome.kind !== 'interrupted') effects.log(stage.id, lastWords(outcome)); // the file that `log` names is there
  switch (outcome.kind) {
    case 'failed':
    case 'lost':
      return {kind: 'failed', stage: stage.id, problem: outcome.problem, attempts, duration_ms, log};
    case 'crashed':
      return {...outcome, stage: stage.id, attempts, duration_ms, log};
    case 'interrupted': {
      const resumable =
        outcome.resumable || stage.type.samples !== undefined || hasPartial(effects.cache, partialKey(stage));
      return {kind: 'interrupted', stage: stage.id, resumable, ended: outcome.ended, duration_ms};
    }
    default:
      return unreachable(outcome);
  }
}

/** For the stage's log: why there is no more of it. */
function lastWords(outcome: Parameters<typeof problemIn>[0]): string {
  const {code, message} = problemIn(outcome);
  return `${outcome.kind}: ${message}  [${code}]`;
}

function problemIn(outcome: Extract<AttemptOutcome, {kind: 'failed' | 'crashed' | 'lost'}>): Problem {
  if (outcome.kind !== 'crashed') return outcome.problem;
  const how = outcome.signal === undefined ? `with exit code ${outcome.exit_code}` : `by ${outcome.signal}`;
  return {code: 'run/worker-crashed', message: `The worker process ended ${how} without a message`};
}
