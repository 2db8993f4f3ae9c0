import {own} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import {unreachable} from '../base/unreachable.js';
import {keepEntries} from '../cache/bring.js';
import type {StageResult} from '../event/stage-result.js';
import {misfitProblem} from '../plan/misfit.js';
import type {Plan, PlannedStage} from '../plan/plan.js';
import {planOnceKnown} from '../plan/plan-once-known.js';
import {usefulRanks} from '../plan/ranks.js';
import {shardsHere} from '../plan/shards.js';
import type {World} from '../plan/world.js';
import {compareRecords} from '../record/lock-compare.js';
import type {Effects, RunOptions} from './effects.js';
import type {Execution} from './execution.js';
import {askSources, reportTroubles} from './fetch.js';
import {frozenProblem, stageRecord} from './finish.js';
import {holdPlace, newSlots, type Place, type Slots} from './slots.js';
import {checkObjects} from './soundness.js';
import type {FingerprintedStage} from './stage-attempt.js';
import {runStage, type StageRun} from './stage-run.js';
import {objectsToCheck, wantedStages} from './wanted.js';

/**
 * Carries a plan out: stages in order, as many at once as slots allow; each is planned again once those before it have
 * run, and may turn out to be cached after all. What is in the cache and about to be read is checked first, and computed
 * again if it is damaged; `published` are stages whose outputs will be copied out. The only function that changes anything.
 */
export async function execute(
  plan: Plan,
  world: World,
  effects: Effects,
  options: RunOptions,
  published: ReadonlySet<StageId> = new Set(),
): Promise<Execution> {
  const walk: Walk = {
    plan,
    wanted: wantedStages(plan, published),
    checks: new Map(),
    world,
    effects,
    options,
    slots: newSlots(options.jobs),
    elsewhere: new Map(),
    stages: new Map(plan.stages.map((stage) => [stage.id, stage])),
    results: new Map(),
    running: new Map(),
    found: new Set(),
    first_failure: undefined,
  };
  const onStop = () => effects.emit({kind: 'stop_requested', how: 'graceful'});
  const onForce = () => effects.emit({kind: 'stop_requested', how: 'force'});
  effects.stop.graceful.addEventListener('abort', onStop);
  effects.stop.force.addEventListener('abort', onForce);
  if (effects.stop.graceful.aborted) onStop(); // asked while the cache was waited for
  if (effects.stop.force.aborted) onForce();
  try {
    await settleAll(walk);
  } finally {
    effects.stop.graceful.removeEventListener('abort', onStop);
    effects.stop.force.removeEventListener('abort', onForce);
  }
  return {results: plan.stages.map(({id}) => walk.results.get(id)!), stages: walk.stages};
}

interface Walk {
  readonly plan: Plan;
  readonly wanted: ReadonlySet<StageId>;
  /** Of the stages found in the cache whose objects are checked. */
  readonly checks: Map<StageId, 'running' | 'sound' | 'damaged'>;
  readonly world: World;
  readonly effects: Effects;
  readonly options: RunOptions;
  readonly slots: Slots;
  /** By executor: what runs there takes no place here. */
  readonly elsewhere: Map<string, Slots>;
  readonly stages: Map<StageId, PlannedStage>;
  readonly results: Map<StageId, StageResult>;
  readonly running: Map<StageId, Promise<void>>;
  /** Stages for which a server turned out to have something. */
  readonly found: Set<StageId>;
  first_failure: StageId | undefined;
}

async function settleAll(walk: Walk): Promise<void> {
  let pending: readonly PlannedStage[] = walk.plan.stages;
  while (pending.length > 0 || walk.running.size > 0) {
    pending = pending.filter((stage) => !isDoomed(stage, walk));
    pending = pending.filter((stage) => !isReady(stage, walk) || consider(stage, walk) === 'later');
    if (walk.running.size > 0) await Promise.race(walk.running.values());
  }
}

/** Settles a stage that is known by now to be impossible, before others work for hours to feed it. */
function isDoomed(stage: PlannedStage, walk: Walk): boolean {
  const known = doomOf(stage, walk);
  if (known === undefined) return false;
  finish(walk, {planned: stage, result: failedBeforehand(stage, known)});
  return true;
}

function doomOf({verdict, ...stage}: PlannedStage, {stages, world}: Walk): Problem | undefined {
  if (verdict.kind === 'stale') return misfitProblem(stage, stage.type, stages, world);
  const hindrance = verdict.kind === 'blocked' ? world.hindrances?.get(stage.id) : undefined;
  return hindrance?.problem;
}

function isReady(stage: PlannedStage, {results, running}: Walk): boolean {
  return (
    !running.has(stage.id) &&
    stage.reads.every((id) => results.has(id)) &&
    stage.waits_for.every((id) => results.has(id))
  );
}

/** Settles a stage at once where nothing has to run, begins it where something has to and a slot is free. */
function consider(first: PlannedStage, walk: Walk): 'done' | 'later' {
  const culprit = [...first.reads, ...first.waits_for].find((id) => !succeeded(walk.results.get(id)!));
  if (culprit !== undefined)
    return finish(walk, {
      planned: first,
      result: withoutInput(first.id, culprit, walk.results.get(culprit)!),
    });
  const stage = planAgain(first, walk);
  const frozen = frozenProblem(stage, walk.options.frozen);
  if (frozen !== undefined) return finish(walk, {planned: stage, result: failedBeforehand(stage, frozen)});
  const {verdict} = stage;
  switch (verdict.kind) {
    case 'cached': {
      const {saved_ms} = verdict;
      if (walk.checks.get(stage.id) !== 'sound' && beginCheck(stage, walk) === 'running') return 'later';
      return finish(walk, {
        planned: stage,
        result: {kind: 'cached', stage: stage.id, fingerprint: stage.fingerprint!, saved_ms},
      });
    }
    case 'skipped':
      return finish(walk, {
        planned: stage,
        result: {kind: 'skipped', stage: stage.id, condition: verdict.condition},
      });
    case 'blocked':
      return finish(walk, {planned: stage, result: failedBeforehand(stage, verdict.problem)});
    case 'stale':
      return begin(stage, walk);
    default:
      return unreachable(verdict);
  }
}

/** What was stopped did not fail, and neither did what waits for it. */
function withoutInput(stage: StageId, by: StageId, result: StageResult): StageResult {
  const stopped = result.kind === 'interrupted' || (result.kind === 'not_started' && result.after === 'stop');
  if (stopped) return {kind: 'not_started', stage, after: 'stop'};
  return {kind: 'blocked', stage, by};
}

/** Compares what a cached stage left with what it should be, if anybody is going to read it. */
function beginCheck(stage: PlannedStage, {wanted, checks, effects, running}: Walk): 'running' | 'sound' {
  const objects = wanted.has(stage.id) ? objectsToCheck(effects.cache, stage) : [];
  if (objects.length === 0) return 'sound';
  checks.set(stage.id, 'running');
  const check = checkObjects(effects.cache, objects, effects.emit).then(async (evicted) => {
    checks.set(stage.id, evicted.length === 0 ? 'sound' : 'damaged');
    if (evicted.length === 0) await keepEntries(effects.cache, [stage.fingerprint!]);
    running.delete(stage.id);
  });
  running.set(stage.id, check);
  return 'running';
}

function begin(stage: PlannedStage, walk: Walk): 'done' | 'later' {
  const {effects, options} = walk;
  const stop = effects.stop.ofStage(stage.id);
  if (stop.graceful.aborted) {
    return finish(walk, {planned: stage, result: {kind: 'not_started', stage: stage.id, after: 'stop'}});
  }
  if (walk.first_failure !== undefined && options.after_failure === 'stop') {
    return finish(walk, {
      planned: stage,
      result: {kind: 'not_started', stage: stage.id, after: walk.first_failure},
    });
  }
  if (effects.cache.misses.size > 0) return askFirst(stage, walk);
  const slots = slotsOf(stage, walk);
  const devices = devicesOf(stage, walk.world);
  const taken = slots.takeSeveral(devices, placesHere(stage, devices));
  if (taken === undefined) return 'later';
  const own = {...effects, stop: {...effects.stop, ...stop}};
  const run = holdPlace(taken, {stage: stage.id, devices, slots}, own).then(
    (place) => runAt(place, stage as FingerprintedStage, own, walk),
    (error: unknown): StageRun => {
      if (!stop.graceful.aborted) throw error;
      return {planned: stage, result: {kind: 'not_started', stage: stage.id, after: 'stop'}};
    },
  );
  walk.running.set(
    stage.id,
    run.then((ended) => {
      walk.running.delete(stage.id);
      finish(walk, checkFrozen(ended, walk.options));
    }),
  );
  return 'done';
}

/** What was found nowhere here may be on a server: before anything is computed it is asked, and the stage is planned again. */
function askFirst(stage: PlannedStage, {effects, running, found}: Walk): 'later' {
  const asked = askSources(effects.cache, effects.stop.graceful).then((count) => {
    if (count > 0) found.add(stage.id);
    reportTroubles(effects.cache, effects.emit);
    running.delete(stage.id);
  });
  running.set(stage.id, asked);
  return 'later';
}

async function runAt(
  place: Place,
  stage: FingerprintedStage,
  effects: Effects,
  walk: Walk,
): Promise<StageRun> {
  const {options, world} = walk;
  const context = {effects, options, world, view: world.cache, upstream: walk.stages, devices: place.devices};
  try {
    return await runStage(stage, context);
  } finally {
    await place.release();
  }
}

function finish(walk: Walk, {planned, result}: StageRun): 'done' {
  walk.stages.set(planned.id, planned);
  walk.results.set(planned.id, result);
  if (result.kind === 'cached') repeatWarnings(planned, walk.effects);
  if (result.kind === 'failed' || result.kind === 'crashed') walk.first_failure ??= planned.id;
  walk.effects.emit({kind: 'stage_finished', stage: planned.id, result});
  return 'done';
}

/** What the maker of a cached stage warned of is still so: nothing it depends on has changed. */
function repeatWarnings({id, warnings = []}: PlannedStage, {emit}: Effects): void {
  for (const problem of warnings) emit({kind: 'stage_warning', stage: id, problem});
}

/** Once something before it has run, what was foreseen may have changed: inputs are known now. So it has when it is damaged. */
function planAgain(stage: PlannedStage, {results, checks, found, stages, world}: Walk): PlannedStage {
  const again = () => planOnceKnown(stage, stages, world, (id) => results.has(id));
  if (checks.get(stage.id) === 'damaged' || found.has(stage.id)) return again();
  const ran = [...stage.reads, ...stage.waits_for].some((id) => results.get(id)!.kind !== 'cached');
  if (stage.fingerprint !== undefined && !ran) return stage;
  return again();
}

/** A stage that came out otherwise than the lock file says must not pass for the frozen one. */
function checkFrozen(ended: StageRun, {frozen}: RunOptions): StageRun {
  const {planned, result} = ended;
  const record = frozen === undefined ? undefined : stageRecord(planned);
  const locked = frozen === undefined ? undefined : own(frozen.stages, planned.id);
  if (record === undefined || locked === undefined || !succeeded(result)) return ended;
  const [change] = compareRecords(locked, record);
  if (change === undefined) return ended;
  const problem = {
    code: 'run/frozen-differs',
    message: `${planned.id} came out otherwise than the lock file says: ${change.what} ${change.key} is ${JSON.stringify(change.new)}, not ${JSON.stringify(change.old)}`,
    hint: 'Another machine, backend or program version can be the reason. Run without --frozen to accept the new result.',
  };
  return {planned: {...planned, outputs: undefined}, result: failedBeforehand(planned, problem)};
}

function failedBeforehand(
  stage: PlannedStage,
  problem: Extract<StageResult, {kind: 'failed'}>['problem'],
): StageResult {
  return {kind: 'failed', stage: stage.id, problem, attempts: 0, duration_ms: 0, log: undefined};
}

function succeeded({kind}: StageResult): boolean {
  return kind === 'succeeded' || kind === 'cached' || kind === 'skipped';
}

function slotsOf({configured}: PlannedStage, {slots, elsewhere}: Walk): Slots {
  const {executor} = configured.resources;
  if (executor === undefined) return slots;
  const known = elsewhere.get(executor.name) ?? newSlots(executor.jobs);
  elsewhere.set(executor.name, known);
  return known;
}

/** Of a stage that runs on this machine: each rank and each shard has a device of its own; shards are no more than there are cards. */
function placesHere(stage: PlannedStage, devices: readonly string[]): number {
  const {configured} = stage;
  if (configured.resources.executor !== undefined) return 1;
  const shards = shardsHere(stage);
  return Math.max(usefulRanks(configured), devices[0] === 'cpu' ? shards : Math.min(shards, devices.length));
}

/** An executor hands out its own cards. */
function devicesOf({type, configured}: PlannedStage, world: World): readonly string[] {
  if (type.numerics === 'none' || configured.resources.executor !== undefined) return ['cpu'];
  const seen = world.numerics(configured.resources);
  return seen.kind === 'known' ? (seen.devices ?? [seen.device]) : ['cpu'];
}
