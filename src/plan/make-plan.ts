import type {Fingerprint} from '../base/hash.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import type {Listing} from '../record/last-run.js';
import type {SavedWork, StageType} from '../stage/stage-type.js';
import {type DagStage, orderStages} from './dag.js';
import {fingerprintOfParts, gatherParts, type KnownParts, resumeGroupOf} from './fingerprint-parts.js';
import {besideLeft, leftByAnother} from './interrupted.js';
import {misfitProblem} from './misfit.js';
import type {Plan, PlannedStage, StaleReason, Verdict} from './plan.js';
import {forecastSamples, summarise} from './sample-forecast.js';
import {changesSince} from './stale-reason.js';
import {startOf} from './start.js';
import {needOf} from './temporary.js';
import {type EntryView, fileKey, type InterruptedWork, type World} from './world.js';

export type StageTypes = ReadonlyMap<string, StageType>;

/**
 * Pure: what would happen if this pipeline ran in this world. Fails only for what is wrong with the pipeline itself
 * (`plan/unknown-stage-type`); what is wrong with the world blocks single stages.
 */
export function makePlan(pipeline: Pipeline, world: World, types: StageTypes): Result<Plan> {
  const unknown = pipeline.stages
    .filter(({uses}) => !types.has(uses))
    .map((stage) => unknownType(stage, types));
  if (unknown.length > 0) return failure(...unknown);
  const order = orderStages(pipeline.stages);
  const planned = new Map<StageId, PlannedStage>();
  for (const stage of order) {
    const alone = planStage(stage, types.get(stage.configured.uses)!, planned, world);
    planned.set(alone.id, hinder(alone, planned, world));
  }
  makeRemovedAgain(order, planned, world);
  const stages = [...planned.values()];
  const problems = stages.flatMap(({verdict}) => (verdict.kind === 'blocked' ? [verdict.problem] : []));
  return ok({pipeline: pipeline.name, stages, problems});
}

/**
 * Stages whose temporary outputs were removed run after all where something that reads them has to: from the last to the first, since
 * what makes them again may read such outputs itself.
 */
function makeRemovedAgain(
  order: readonly DagStage[],
  planned: Map<StageId, PlannedStage>,
  world: World,
): void {
  let blocked = false;
  for (const dag of order.toReversed()) {
    const stage = planned.get(dag.configured.id)!;
    if (stage.verdict.kind !== 'cached' || stage.verdict.removed === undefined) continue;
    const need = needOf(stage, [...planned.values()], ({verdict}) => verdict.kind === 'stale');
    if (need === undefined) continue;
    const again = hinder(planStage(dag, stage.type, planned, world, need), planned, world);
    planned.set(stage.id, again);
    blocked ||= again.verdict.kind === 'blocked';
  }
  if (!blocked) return;
  for (const dag of order) {
    const stage = planned.get(dag.configured.id)!;
    const held = stage.verdict.kind === 'stale' ? heldBack(dag, planned) : undefined;
    if (held?.kind === 'blocked') planned.set(stage.id, {...stage, ...nothingKnown, verdict: held});
  }
}

/** What has to run and lacks something is blocked before anything runs; what is in the cache needs nothing. */
function hinder(
  stage: PlannedStage,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  {hindrances}: World,
): PlannedStage {
  const hindrance = stage.verdict.kind === 'stale' ? hindrances?.get(stage.id) : undefined;
  if (hindrance === undefined) return stage;
  const before = [...stage.reads, ...stage.waits_for].flatMap((id) => upstream.get(id) ?? []);
  const mayMakeIt = before.some(
    ({verdict, type}) =>
      verdict.kind === 'stale' && (hindrance.lacks === 'folder' || type.name === 'command'),
  );
  if (hindrance.lacks !== 'secret' && mayMakeIt) return stage;
  return {...stage, verdict: {kind: 'blocked', problem: hindrance.problem}};
}

/**
 * Pure: one stage, given what is known of those before it. Called again by the executor once they have run, so that a
 * stage whose inputs came out the same as before is found in the cache after all. `need` is what `needOf` said.
 */
export function planStage(
  stage: DagStage,
  type: StageType,
  upstream: ReadonlyMap<StageId, PlannedStage>,
  world: World,
  need?: Need,
): PlannedStage {
  const base = {
    id: stage.configured.id,
    type,
    configured: stage.configured,
    references: stage.references,
    reads: stage.reads,
    waits_for: stage.waits_for,
  };
  const held = heldBack(stage, upstream);
  if (held !== undefined) return {...base, ...nothingKnown, verdict: held};
  const known = gatherParts(stage, type, upstream, world);
  const problem = misfitProblem(stage, type, upstream, world) ?? known.problems[0];
  if (problem !== undefined) return {...base, ...nothingKnown, verdict: {kind: 'blocked', problem}};
  if (known.unknown_inputs.length > 0) {
    const reasons = reasonsBeforeUpstreamRan(stage, known, world);
    return {
      ...base,
      ...nothingKnown,
      last_duration_ms: durationLastTime(stage, world),
      verdict: {kind: 'stale', reasons, samples: undefined, start: {kind: 'unknown'}},
    };
  }
  return {...base, ...judge({stage, type, upstream, world, need}, known)};
}

/** What of a stage whose outputs were removed is needed again, and for whom. */
export type Need = NonNullable<ReturnType<typeof needOf>>;

const nothingKnown = {
  fingerprint: undefined,
  parts: undefined,
  resume_group: undefined,
  outputs: undefined,
  last_duration_ms: undefined,
} as const;

/** A stage whose inputs are known, and what surrounds it. */
interface Judged {
  readonly stage: DagStage;
  readonly type: StageType;
  readonly upstream: ReadonlyMap<StageId, PlannedStage>;
  readonly world: World;
  readonly need: Need | undefined;
}

/** All parts are known: is it in the cache, and if not, why not? */
function judge(judged: Judged, known: KnownParts) {
  const {stage, world, need} = judged;
  const {parts} = known;
  const fingerprint = fingerprintOfParts(parts);
  const entry = world.cache.entry(fingerprint, need === undefined ? undefined : 'bytes');
  const reasons = [
    ...staleReasons(stage, known, entry, world),
    ...(need !== undefined && entry.kind === 'removed' ? [{kind: 'outputs_removed' as const, ...need}] : []),
  ];
  if (isMade(entry) && reasons.length === 0) {
    const removed = entry.kind === 'removed' ? {removed: entry.removed} : {};
    const verdict: Verdict = {kind: 'cached', saved_ms: entry.duration_ms, ...removed};
    return {
      fingerprint,
      parts,
      resume_group: undefined, // what is finished resumes nothing
      outputs: entry.outputs,
      last_duration_ms: entry.duration_ms,
      warnings: entry.warnings ?? [],
      verdict,
    };
  }
  const foreseen = world.foreseen?.get(fingerprint);
  if (foreseen?.kind === 'problem') {
    const problem = {position: stage.configured.position, ...foreseen.problem};
    return {...nothingKnown, verdict: {kind: 'blocked', problem} as const};
  }
  const last_duration_ms = durationLastTime(stage, world);
  // Made again, removed outputs come out as they were; should they not, what reads them is planned again then.
  const as_before = entry.kind === 'removed' && !isForced(reasons) ? entry.outputs : undefined;
  return {
    fingerprint,
    parts,
    resume_group: resumeGroupOf(parts, judged.type),
    outputs: foreseen?.kind === 'outputs' ? foreseen.outputs : as_before,
    last_duration_ms,
    verdict: staleVerdict(judged, {parts, fingerprint, reasons}),
  };
}

/** It has to run: with how many of its samples, and from what on. */
function staleVerdict(
  {stage, type, upstream, world}: Judged,
  {
    parts,
    fingerprint,
    reasons,
  }: {
    readonly parts: KnownParts['parts'];
    readonly fingerprint: Fingerprint;
    readonly reasons: readonly StaleReason[];
  },
): Verdict {
  const {samples} = type;
  const forecast =
    samples === undefined
      ? undefined
      : summarise(forecastSamples({...stage, type: {...type, samples}}, parts, upstream, world.cache));
  const {configured} = stage;
  const saved = savedWork(reasons, {group: resumeGroupOf(parts, type), fingerprint}, world);
  const left = leftByAnother({id: configured.id, fingerprint, reasons}, world);
  const start = startOf({params: parts.params, fingerprint}, type, saved);
  return {
    kind: 'stale',
    reasons: reasons.map((reason) => begun(reason, {type, saved, left})),
    samples: forecast,
    start: besideLeft(start, {configured, type, parts, left}),
  };
}

/** No run is remembered that ended, but there is saved work of one. */
function begun(
  reason: StaleReason,
  {
    type,
    saved,
    left,
  }: {
    readonly type: StageType;
    readonly saved: readonly SavedWork[];
    readonly left: InterruptedWork | undefined;
  },
): StaleReason {
  if (reason.kind !== 'never_run') return reason;
  if (saved.length > 0) return {kind: 'never_finished'};
  if (left === undefined || type.extends === undefined) return reason;
  return {kind: 'other_interrupted', at: type.extends.standing(left)};
}

function isMade(entry: EntryView): entry is Extract<EntryView, {kind: 'present' | 'removed'}> {
  return entry.kind === 'present' || entry.kind === 'removed';
}

function isForced(reasons: readonly StaleReason[]): boolean {
  return reasons.some(({kind}) => kind === 'forced');
}

/** What saved work counts: none when the stage is asked for again; its own when it runs every time. */
function savedWork(
  reasons: readonly StaleReason[],
  {group, fingerprint}: {readonly group: Fingerprint; readonly fingerprint: Fingerprint},
  {cache}: World,
): readonly SavedWork[] {
  if (isForced(reasons)) return [];
  const saved = cache.saved(group);
  if (!reasons.some(({kind}) => kind === 'cache_ignored')) return saved;
  return saved.filter((work) => work.fingerprint === fingerprint);
}

/** Undefined when it never ran here, or only a lock file tells of it. */
function durationLastTime({configured}: DagStage, world: World): number | undefined {
  return world.previous(configured.id)?.duration_ms;
}

function staleReasons(stage: DagStage, known: KnownParts, entry: EntryView, world: World): StaleReason[] {
  const {id, cache} = stage.configured;
  const wanted: StaleReason[] = [];
  if (world.forced.has(id)) wanted.push({kind: 'forced'});
  if (cache === 'ignore') wanted.push({kind: 'cache_ignored'});
  if (isMade(entry)) return wanted;
  const previous = world.previous(id);
  const lost = entry.kind === 'incomplete' ? entry.lost : [];
  if (previous === undefined) {
    return [...wanted, lost.length > 0 ? {kind: 'outputs_missing', objects: lost} : {kind: 'never_run'}];
  }
  const changes = changesSince(previous, stage, known, listingsOf(stage, known, world));
  return [...wanted, ...(changes.length > 0 ? changes : [{kind: 'outputs_missing' as const, objects: lost}])];
}

function reasonsBeforeUpstreamRan(stage: DagStage, known: KnownParts, world: World): StaleReason[] {
  const {id, cache} = stage.configured;
  const reasons: StaleReason[] = [];
  if (world.forced.has(id)) reasons.push({kind: 'forced'});
  if (cache === 'ignore') reasons.push({kind: 'cache_ignored'});
  const previous = world.previous(id);
  // Whether it is another version is known once its inputs are.
  const left = (world.interrupted?.(id) ?? []).length > 0;
  if (previous === undefined) reasons.push({kind: left ? 'never_finished' : 'never_run'});
  else reasons.push(...changesSince(previous, stage, known, listingsOf(stage, known, world)));
  if (reasons.length > 0) return reasons; // it runs whatever comes out before it
  const upstream = new Set(known.unknown_inputs.map((input) => input.stage));
  return [...upstream].map((source) => ({kind: 'upstream_stale' as const, stage: source}));
}

function listingsOf({configured}: DagStage, {parts}: KnownParts, world: World): Record<string, Listing> {
  const listings: Record<string, Listing> = {};
  for (const param of [...Object.keys(parts.files), ...Object.keys(parts.places)]) {
    const seen = world.files.get(fileKey(configured.id, param));
    if (seen?.kind === 'found') listings[param] = seen.listing;
  }
  return listings;
}

/** A stage that will not run, whatever the cache holds: `when`, or something it reads will not be there. */
function heldBack(
  {configured, reads, waits_for}: DagStage,
  upstream: ReadonlyMap<StageId, PlannedStage>,
): Verdict | undefined {
  if (configured.when.kind === 'skip') return {kind: 'skipped', condition: configured.when.condition};
  for (const id of [...reads, ...waits_for]) {
    const source = upstream.get(id)!;
    if (source.verdict.kind === 'blocked') return {kind: 'blocked', problem: blockedBy(configured, source)};
    if (source.verdict.kind === 'skipped' && reads.includes(id))
      return {kind: 'skipped', condition: `${id} is skipped`};
  }
  return undefined;
}

function blockedBy(configured: ConfiguredStage, source: PlannedStage): Problem {
  return {
    code: 'plan/needs-blocked-stage',
    message: `${configured.id} needs ${source.id}, which cannot run`,
    position: configured.position,
  };
}

function unknownType(stage: ConfiguredStage, types: StageTypes): Problem {
  return {
    code: 'plan/unknown-stage-type',
    message: `${stage.id} uses ${stage.uses}, which is not a stage type`,
    position: stage.position,
    hint: `Stage types: ${[...types.keys()].join(', ')}.`,
  };
}
