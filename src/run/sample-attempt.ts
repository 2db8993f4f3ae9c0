import {join} from 'node:path';
import {type ContentHash, type Fingerprint, isHash} from '../base/hash.js';
import type {Json, JsonObject} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {keepEntries} from '../cache/bring.js';
import {type Claim, tryClaim, waitForClaim} from '../cache/claim.js';
import {commitEntry} from '../cache/entries.js';
import type {ObjectRef} from '../cache/entry.js';
import {ENTRY_FORMAT} from '../cache/entry-form.js';
import {commitBytes, commitFile} from '../cache/object.js';
import {grouped} from '../event/alike.js';
import type {FingerprintParts, PlannedOutput, PlannedStage} from '../plan/plan.js';
import {type ForecastSample, forecastSamples, isMissing} from '../plan/sample-forecast.js';
import type {CacheView} from '../plan/world.js';
import type {PartJob, RunnerMessage, WorkerMessage} from '../protocol/message.js';
import {
  isSampleCollection,
  type PartObject,
  type SampleCollection,
  type SampleParts,
} from '../stage/sample-parts.js';
import type {StageType} from '../stage/stage-type.js';
import {identityOf} from './commit-outputs.js';
import type {Effects} from './effects.js';
import {askSources} from './fetch.js';
import type {StageInputs, UpstreamStages} from './inputs.js';
import type {AttemptOutcome, WorkOutcome} from './outcome.js';
import {samplesFailed} from './samples-failed.js';
import {checkObjects} from './soundness.js';
import type {PartHandlers} from './worker-attempt.js';

export interface SampleStage {
  readonly planned: PlannedStage & {readonly parts: FingerprintParts};
  readonly type: StageType & {readonly samples: SampleParts};
  readonly upstream: UpstreamStages;
  readonly view: CacheView;
  readonly read: StageInputs;
}

/** What workers are to make. */
export interface PartsToMake {
  readonly parts: readonly PartJob[];
  /** Those of them that are not made yet, and not given up. */
  readonly left: (parts: readonly PartJob[]) => readonly PartJob[];
  /** What one worker hands over is taken in by these. */
  readonly handlers: (worker: PartWorker) => PartHandlers;
}

export interface PartWorker {
  /** Where it puts the files of parts. */
  readonly out_dir: string;
  /** What it warned of since this was last emptied: it belongs to the part that it hands over next. */
  readonly warnings: Problem[];
}

/** Starts workers on parts and follows them to their end. */
export type WorkOnParts = (to: PartsToMake) => Promise<WorkOutcome>;

/**
 * Makes the missing parts of all samples, then the collection that names them all. Every part is committed the moment
 * it is there, so that whatever happens next, it is never made again. Parts that another runner is making are waited
 * for, never made twice.
 */
export async function runSamples(
  stage: SampleStage,
  work: WorkOnParts,
  effects: Effects,
): Promise<AttemptOutcome> {
  const tally = newTally();
  for (;;) {
    const samples = await soundForecast(stage, effects);
    const missing = missingParts(samples, tally);
    if (missing.length === 0) return finish(stage, samples, tally, effects);
    const claims = await claimParts(missing, effects);
    if (claims.size === 0) {
      await waitForOther(missing[0]!, stage, effects);
      continue;
    }
    const outcome = await makeParts(
      stage,
      missing.filter((part) => claims.has(part.fingerprint)),
      {claims, tally},
      work,
      effects,
    );
    if (outcome.kind !== 'done') return outcome;
  }
}

/** What this attempt has done so far. */
interface Tally {
  readonly failed: Map<string, Problem>;
  /** What was made, and what that took in milliseconds. */
  readonly made: Map<Fingerprint, number>;
}

function newTally(): Tally {
  return {failed: new Map(), made: new Map()};
}

function forecast({planned, type, upstream, view}: SampleStage): ForecastSample[] {
  return forecastSamples({...planned, type}, planned.parts, upstream, view);
}

/** The same once all that is in the cache was checked: what is damaged is missing. */
async function soundForecast(stage: SampleStage, {cache, emit}: Effects): Promise<ForecastSample[]> {
  const first = forecast(stage);
  const samples = (await askSources(cache)) === 0 ? first : forecast(stage);
  const parts = samples.flatMap((sample) => sample.parts.filter(({object}) => object !== undefined));
  const evicted = await checkObjects(
    cache,
    parts.flatMap(({object}) => object ?? []),
    emit,
  );
  const own = parts.map(({fingerprint}) => fingerprint);
  await keepEntries(cache, own);
  return evicted.length === 0 ? samples : forecast(stage);
}

/** Each once, although several samples may want the very same (two songs with equal lyrics); none of a failed sample. */
function missingParts(samples: readonly ForecastSample[], {failed}: Tally): PartJob[] {
  const jobs = new Map<Fingerprint, PartJob>();
  for (const {plan, parts} of samples) {
    if (failed.has(plan.sample)) continue;
    for (const part of parts.filter(isMissing)) {
      const job = {
        fingerprint: part.fingerprint,
        sample: plan.sample,
        part: part.plan.part,
        work: part.plan.work,
      };
      if (!jobs.has(part.fingerprint)) jobs.set(part.fingerprint, job);
    }
  }
  return [...jobs.values()];
}

async function claimParts(parts: readonly PartJob[], {cache}: Effects): Promise<Map<Fingerprint, Claim>> {
  const claims = new Map<Fingerprint, Claim>();
  for (const {fingerprint} of parts) {
    const attempt = await tryClaim(cache, fingerprint);
    if (attempt.kind === 'claimed') claims.set(fingerprint, attempt.claim);
  }
  return claims;
}

/** Holding nothing while waiting, so that two runners cannot wait for each other. */
async function waitForOther(
  part: PartJob,
  {planned}: SampleStage,
  {cache, emit, stop}: Effects,
): Promise<void> {
  const claim = await waitForClaim(cache, {
    name: part.fingerprint,
    signal: stop.graceful,
    onWait: ({pid, host}) =>
      emit({kind: 'stage_waiting', stage: planned.id, for: {kind: 'other_runner', pid, host}}),
  });
  await claim.release();
}

async function makeParts(
  stage: SampleStage,
  parts: readonly PartJob[],
  {claims, tally}: {readonly claims: Map<Fingerprint, Claim>; readonly tally: Tally},
  work: WorkOnParts,
  effects: Effects,
): Promise<WorkOutcome> {
  const wanted = new Map(parts.map((part) => [part.fingerprint, part]));
  // Another runner may have finished a part between the forecast and our claim: it is not made again.
  const open = parts.filter(({fingerprint}) => stage.view.entry(fingerprint).kind !== 'present');
  const follow = reportSamples(stage, tally, effects);
  try {
    if (open.length === 0) return {kind: 'done'};
    const before = tally.made.size + tally.failed.size;
    const outcome = await work({
      parts: open,
      left: (own) =>
        own.filter((part) => !tally.made.has(part.fingerprint) && !tally.failed.has(part.sample)),
      handlers: (worker) => ({
        partReady: async (message) => {
          const part = wanted.get(message.fingerprint);
          const known = part === undefined ? committedPart(stage, message) : undefined;
          if (known !== undefined) return known;
          if (part === undefined)
            throw new Error(`the worker made a part that no one asked for: ${message.fingerprint}`);
          const reply = await commitPart({stage, worker}, part, message, effects);
          tally.made.set(message.fingerprint, message.duration_ms);
          await claims.get(message.fingerprint)?.release();
          claims.delete(message.fingerprint);
          follow(message.fingerprint);
          return reply;
        },
        sampleFailed: ({sample, problem}) => {
          worker.warnings.length = 0;
          tally.failed.set(sample, problem);
          effects.emit({kind: 'sample_failed', stage: stage.planned.id, sample, problem});
        },
      }),
    });
    const idle = outcome.kind === 'done' && tally.made.size + tally.failed.size === before;
    return idle ? {kind: 'failed', problem: nothingMade(open)} : outcome;
  } finally {
    for (const claim of claims.values()) await claim.release();
  }
}

async function commitPart(
  {stage, worker}: {readonly stage: SampleStage; readonly worker: PartWorker},
  part: PartJob,
  {file, about, duration_ms}: Extract<WorkerMessage, {kind: 'part_ready'}>,
  {cache, now}: Effects,
): Promise<RunnerMessage> {
  const warnings = worker.warnings.splice(0);
  const object = await commitFile(cache, join(worker.out_dir, file));
  await commitEntry(cache, {
    format: ENTRY_FORMAT,
    fingerprint: part.fingerprint,
    made_by: `${stage.type.name}/${part.part}`,
    created_at: now(),
    duration_ms,
    outputs: {[part.part]: {kind: 'file', ...object, identity: object.hash, name: file}},
    refers: [],
    made_from: [...hashesIn(part.work), ...stage.read.trees],
    ...(warnings.length === 0 ? {} : {warnings}),
    about,
    parts: {sample: part.sample},
  });
  return {kind: 'part_committed', fingerprint: part.fingerprint, object: {...object, about}};
}

/** A runner that was killed had committed it, and did not come to say so to the job that is followed now. */
function committedPart(
  {view}: SampleStage,
  {fingerprint, about}: Extract<WorkerMessage, {kind: 'part_ready'}>,
): RunnerMessage | undefined {
  const entry = view.entry(fingerprint);
  if (entry.kind !== 'present') return undefined;
  const [{hash, size}] = Object.values(entry.outputs) as [PlannedOutput];
  return {kind: 'part_committed', fingerprint, object: {hash, size, about}};
}

/** The objects that a part's work names: texts and latents of the stage before. */
function hashesIn(work: JsonObject): ContentHash[] {
  return Object.values(work).filter(
    (value): value is ContentHash => typeof value === 'string' && isHash(value),
  );
}

/** Tells of samples as they become complete; to be called with every part that was made. */
function reportSamples(stage: SampleStage, tally: Tally, {emit}: Effects): (made: Fingerprint) => void {
  const samples = forecast(stage);
  const waiting = new Map<Fingerprint, ForecastSample[]>();
  const open = new Map<string, number>();
  let done = 0;
  for (const sample of samples) {
    const missing = sample.parts.filter(isMissing);
    open.set(sample.plan.sample, missing.length);
    if (missing.length === 0) done += 1;
    for (const {fingerprint} of missing)
      waiting.set(fingerprint, [...(waiting.get(fingerprint) ?? []), sample]);
  }
  const {id} = stage.planned;
  const progress = () =>
    emit({kind: 'stage_progress', stage: id, done, total: samples.length, unit: 'samples'});
  progress();
  return (made) => {
    for (const {plan, parts} of waiting.get(made) ?? []) {
      const left = open.get(plan.sample)! - 1;
      open.set(plan.sample, left);
      if (left > 0) continue;
      done += 1;
      const own = parts.filter((part) => tally.made.has(part.fingerprint));
      const computed = own.map((part) => part.plan.part);
      const duration_ms = own.reduce((sum, part) => sum + tally.made.get(part.fingerprint)!, 0);
      emit({kind: 'sample_finished', stage: id, sample: plan.sample, computed, duration_ms});
      progress();
    }
  };
}

async function finish(
  stage: SampleStage,
  samples: readonly ForecastSample[],
  tally: Tally,
  effects: Effects,
): Promise<AttemptOutcome> {
  await stage.read.requireSound(); // what changed while it was read must not leave a trace
  const {failed} = tally;
  const whole = samples.filter(({plan}) => !failed.has(plan.sample));
  if (failed.size > 0 && (stage.planned.configured.on_error === 'fail' || whole.length === 0)) {
    return {kind: 'failed', problem: samplesFailed(failed, samples.length)};
  }
  const collection: SampleCollection = {
    kind: 'sample_collection',
    samples: whole.map(({plan, parts}) => ({
      sample: plan.sample,
      about: plan.about,
      parts: {...plan.carried, ...Object.fromEntries(parts.map((part) => [part.plan.part, part.object!]))},
    })),
    missing: [...failed].map(([sample, problem]) => ({sample, problem})),
    ...madeWith(stage),
  };
  const text = JSON.stringify(stage.type.samples.gather?.(collection, jsonOf(stage.read)) ?? collection);
  const object = await commitBytes(effects.cache, text);
  const declared = stage.type.outputs(stage.planned.configured.params)[0]!;
  const identity = identityOf(JSON.parse(text), object.hash, declared);
  const computed = whole.filter(({parts}) => parts.some((part) => tally.made.has(part.fingerprint))).length;
  return {
    kind: 'made',
    outputs: {[declared.name]: {kind: 'json', ...object, identity, name: declared.file}},
    refers: objectsIn(collection),
    made_from: stage.read.made_from,
    about: {samples: whole.length, missing: failed.size},
    warnings: warningsOf(stage, whole, tally, effects),
    samples: {total: samples.length, computed, cached: whole.length - computed, failed: failed.size},
  };
}

/** What decided the parts, with what was said so of those that they were made from. */
function madeWith({planned, type, read}: SampleStage): Pick<SampleCollection, 'made_with'> {
  const {made_with, over} = type.samples;
  if (made_with === undefined) return {};
  const before = read.objects[over]?.json;
  const own = made_with(planned.configured.params, jsonOf(read));
  const earlier = isSampleCollection(before) ? before.made_with : undefined;
  return {made_with: {...earlier, [type.name]: {...own, numerics: planned.parts.numerics}}};
}

function jsonOf({objects}: StageInputs): Record<string, Json> {
  const values = Object.entries(objects).map(([param, {json}]) => [param, json] as const);
  return Object.fromEntries(values.filter((pair): pair is [string, Json] => pair[1] !== undefined));
}

/** Those of all parts together. Of the parts that were there before this attempt they are said again. */
function warningsOf(
  {planned}: SampleStage,
  samples: readonly ForecastSample[],
  {made}: Tally,
  {emit}: Effects,
): Problem[] {
  const parts = [
    ...new Map(samples.flatMap((sample) => sample.parts).map((part) => [part.fingerprint, part])).values(),
  ];
  const before = parts.filter(({fingerprint}) => !made.has(fingerprint)).flatMap(({warnings}) => warnings);
  for (const problem of grouped(before)) emit({kind: 'stage_warning', stage: planned.id, problem});
  return grouped(parts.flatMap(({warnings}) => warnings));
}

function objectsIn(collection: SampleCollection): ObjectRef[] {
  const objects = collection.samples.flatMap(({parts}) => Object.values(parts));
  return [...new Map(objects.map(({hash, size}: PartObject) => [hash, {hash, size}])).values()];
}

function nothingMade(parts: readonly PartJob[]): Problem {
  return {
    code: 'run/parts-missing',
    message: `The worker ended well but made none of the ${parts.length} parts it was asked for`,
    hint: 'This is a bug in sidestep; please report it with the log.',
  };
}
