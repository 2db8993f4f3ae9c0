import {basename, dirname, extname, join} from 'node:path';
import type {Fingerprint} from '../base/hash.js';
import {removeLeftover} from '../base/leftover.js';
import {makeFolder} from '../base/make-folder.js';
import type {Problem} from '../base/problem.js';
import {jobAttempt} from '../cache/job-folder.js';
import {memoryDir, temporaryDir} from '../cache/layout.js';
import {type AttemptKey, openPartial, type PartialKey} from '../cache/partial.js';
import {lastUse} from '../cache/roots.js';
import {grouped} from '../event/alike.js';
import type {FingerprintParts, PlannedStage} from '../plan/plan.js';
import {usefulRanks} from '../plan/ranks.js';
import {usefulShards} from '../plan/shards.js';
import type {CacheView, World} from '../plan/world.js';
import {JOB_FILES} from '../protocol/job-files.js';
import type {WorkerJob} from '../protocol/message.js';
import {paramsToJson} from '../stage/param.js';
import {secretValues} from '../stage/secrets.js';
import {objectsRoot} from './cache-view.js';
import {commitOutputs} from './commit-outputs.js';
import type {Effects, RunOptions} from './effects.js';
import type {ShardSites, Site, SiteRequest} from './executor/executors.js';
import {aboutPace} from './forecast/same-pace.js';
import {type StageInputs, stageInputs, type UpstreamStages} from './inputs.js';
import {runLight} from './light-attempt.js';
import type {AttemptOutcome, WorkOutcome} from './outcome.js';
import {problemOf} from './problem-of.js';
import {type PartsToMake, runSamples} from './sample-attempt.js';
import {type Shard, workInShards} from './shards.js';
import {runWorker} from './worker-attempt.js';

/** A stage whose every input is known. */
export type FingerprintedStage = PlannedStage & {
  readonly fingerprint: Fingerprint;
  readonly resume_group: Fingerprint;
  readonly parts: FingerprintParts;
};

export function partialKey({resume_group, fingerprint}: FingerprintedStage): PartialKey {
  return {group: resume_group, fingerprint};
}

/** An attempt of a job has a folder of its own: whether a lost job is over is never certain. So has each shard of a stage. */
export function attemptKey(
  stage: FingerprintedStage,
  {cache}: Effects,
  {site, shard = 0}: {readonly site: Site | undefined; readonly shard?: number},
): AttemptKey {
  const here = shard === 0 ? cache.owner.id : `${cache.owner.id}-${shard}`;
  return {...partialKey(stage), attempt: site?.folder === undefined ? here : jobAttempt(site.folder)};
}

/** Where an attempt runs that does not run on this machine: at a site, or at those of the shards of its samples. */
export interface Elsewhere {
  readonly site: Site | undefined;
  readonly shards: ShardSites | undefined;
}

export interface AttemptContext {
  readonly effects: Effects;
  readonly options: RunOptions;
  readonly world: World;
  readonly view: CacheView;
  readonly upstream: UpstreamStages;
  /** Those it was given, one for each rank or shard: `cpu` or `cuda:N`. */
  readonly devices: readonly string[];
}

let serial = 0;

/** One attempt at a stage, in a folder of its own that is gone afterwards. Never rejects. */
export async function attemptStage(
  stage: FingerprintedStage,
  context: AttemptContext,
  {site, shards}: Elsewhere = {site: undefined, shards: undefined},
): Promise<AttemptOutcome> {
  const {folder, out_dir} = foldersOf(site, context);
  try {
    await makeFolder(out_dir);
    return await attemptIn({out_dir, site, shards}, stage, withSite(context, site));
  } catch (error) {
    if (context.effects.stop.graceful.aborted) {
      return {kind: 'interrupted', resumable: false, ended: 'itself'};
    }
    const {problem, stack} = problemOf(error);
    if (stack !== undefined) context.effects.log(stage.id, stack);
    return {kind: 'failed', problem};
  } finally {
    await removeLeftover(folder);
    for (const {site: left} of shards?.earlier ?? [])
      if (left.folder !== undefined) await removeLeftover(left.folder);
  }
}

function foldersOf(
  site: Site | undefined,
  {effects}: Pick<AttemptContext, 'effects'>,
): {readonly folder: string; readonly out_dir: string} {
  const {cache} = effects;
  if (site?.folder !== undefined) return {folder: site.folder, out_dir: join(site.folder, JOB_FILES.out)};
  serial += 1;
  const folder = join(temporaryDir(cache.root, cache.owner.id), String(serial));
  return {folder, out_dir: folder};
}

function withSite(context: AttemptContext, site: Site | undefined): AttemptContext {
  if (site === undefined) return context;
  return {...context, effects: {...context.effects, launcher: site.launcher}};
}

/** Nothing for a stage that runs on this machine. */
export async function elsewhereFor(stage: FingerprintedStage, {effects}: AttemptContext): Promise<Elsewhere> {
  const {executor} = stage.configured.resources;
  if (executor === undefined) return {site: undefined, shards: undefined};
  const {id, fingerprint} = stage;
  const {cache, emit, memoryOf, stop} = effects;
  const memory = memoryOf(id);
  const request: SiteRequest = {
    executor,
    stage: id,
    fingerprint,
    cache,
    memory,
    ranks: usefulRanks(stage.configured),
    shards: usefulShards(stage),
    emit,
    signal: stop.graceful,
  };
  return stage.type.samples === undefined
    ? {site: await effects.executors.siteFor(request), shards: undefined}
    : {site: undefined, shards: await effects.executors.shardSitesFor(request)};
}

async function attemptIn(
  {out_dir, site, shards}: Pick<Place, 'out_dir' | 'site'> & Pick<Elsewhere, 'shards'>,
  stage: FingerprintedStage,
  context: AttemptContext,
): Promise<AttemptOutcome> {
  const {effects, warnings} = noting(context.effects);
  const {params, timeout_s} = stage.configured;
  const {upstream, view} = context;
  const read = await stageInputs(stage, {upstream, view, cache: effects.cache, emit: effects.emit});
  const inputs = read.objects;
  const place = {out_dir, site, read};
  if (stage.type.runs === 'light' && site === undefined) {
    const work = await effects.light.get(stage.type.name);
    if (work === undefined) throw new Error(`no light stage is registered for ${stage.type.name}`);
    const outcome = await runLight(work, {stage: stage.id, params, inputs, out_dir}, effects, timeout_s);
    return committed(outcome, place, {stage, warnings, effects, world: context.world});
  }
  const secrets = secretValues(stage.type.secrets?.(params) ?? [], effects.env);
  const limits = {grace_ms: context.options.grace_ms, timeout_s, secrets};
  const {samples} = stage.type;
  if (samples === undefined) {
    const job = await workerJob(stage, place, context);
    const outcome = await runWorker({...job, parts: []}, effects, {...limits, parts: undefined});
    return committed(outcome, place, {stage, warnings, effects, world: context.world});
  }
  const work = {stage: stage.id, effects, shards: wantedShards(stage, context), sites: shards};
  return runSamples(
    {planned: stage, type: {...stage.type, samples}, upstream, view, read},
    (parts) =>
      workInShards(
        {...work, attempt: (shard, ...rest) => runShard(shard, ...rest, {stage, read, context, limits})},
        parts,
      ),
    effects,
  );
}

/** On cards of this machine no more than it was given. */
function wantedShards(stage: FingerprintedStage, {devices}: AttemptContext): number {
  const wanted = stage.configured.resources.shards ?? 1;
  return stage.configured.resources.executor === undefined ? Math.min(wanted, devices.length) : wanted;
}

interface ShardSetting {
  readonly stage: FingerprintedStage;
  readonly read: StageInputs;
  readonly context: AttemptContext;
  readonly limits: Omit<Parameters<typeof runWorker>[2], 'parts'>;
}

/** One worker on some of the parts, in a folder of its own that is gone afterwards. */
async function runShard(
  {number, site, parts}: Shard,
  to: PartsToMake,
  plain: Effects,
  {stage, read, context, limits}: ShardSetting,
): Promise<WorkOutcome> {
  const {effects, warnings} = noting(plain);
  const {folder, out_dir} = foldersOf(site, context);
  try {
    await makeFolder(out_dir);
    const own = withSite({...context, effects}, site);
    const job = await workerJob(stage, {out_dir, site, read, shard: number}, own);
    const handlers = to.handlers({out_dir, warnings});
    return await runWorker({...job, parts}, own.effects, {...limits, parts: handlers});
  } finally {
    await removeLeftover(folder);
  }
}

async function committed(
  outcome: WorkOutcome,
  {out_dir, read}: Place,
  {
    stage,
    warnings,
    effects,
    world,
  }: {
    readonly stage: FingerprintedStage;
    readonly warnings: Problem[];
    readonly effects: Effects;
    readonly world: World;
  },
): Promise<AttemptOutcome> {
  const {cache} = effects;
  if (outcome.kind !== 'done') return outcome;
  await read.requireSound(); // what changed while it was read must not leave a trace
  const declared = stage.type.outputs(stage.configured.params);
  const {checks = []} = stage.configured;
  if (checks.length > 0) {
    const {checkOutputs} = await import('./output-checks.js');
    await checkOutputs(out_dir, declared, checks);
  }
  const outputs = await commitOutputs(cache, out_dir, declared);
  return {
    kind: 'made',
    outputs,
    refers: [],
    made_from: read.made_from,
    about: aboutPace(stage, world),
    warnings: grouped(warnings),
    samples: undefined,
  };
}

/** The same effects, and what is warned of through them from now on. */
function noting(effects: Effects): {readonly effects: Effects; readonly warnings: Problem[]} {
  const warnings: Problem[] = [];
  const emit: Effects['emit'] = (event) => {
    if (event.kind === 'stage_warning') warnings.push(event.problem);
    effects.emit(event);
  };
  return {effects: {...effects, emit}, warnings};
}

interface Place {
  readonly out_dir: string;
  /** Undefined: this machine. */
  readonly site: Site | undefined;
  readonly read: StageInputs;
  /** Of those that share its samples. */
  readonly shard?: number;
}

async function workerJob(
  stage: FingerprintedStage,
  {out_dir, site, read, shard = 0}: Place,
  {effects, options, world, devices}: AttemptContext,
): Promise<Omit<WorkerJob, 'parts'>> {
  const {configured, type} = stage;
  const {resources} = configured;
  const numerics = type.numerics === 'engine' ? world.numerics(resources) : undefined;
  const known = numerics?.kind === 'known' ? numerics : undefined;
  const ranks = devicesOf(stage, {devices, shard, device: known?.device ?? 'cpu'});
  return {
    stage: stage.id,
    uses: type.name,
    params: configured.params,
    inputs: read.objects,
    fingerprint: stage.fingerprint,
    counting: stage.parts.params,
    contents: {...stage.parts.inputs, ...stage.parts.files},
    numerics: stage.parts.numerics,
    provenance: {
      stage: stage.id,
      uses: type.name,
      version: type.version,
      params: paramsToJson(configured.params),
    },
    out_dir,
    partial_dir: await openPartial(effects.cache, attemptKey(stage, effects, {site, shard}), {
      ...effects.partial_note,
      stage: stage.id,
      made_from: read.hashes,
      opened_after: lastUse(effects.cache, effects.partial_note.lock_file),
      owner: site === undefined ? effects.cache.owner : undefined,
    }),
    tensorboard_dir: besideLog(effects.logPath(stage.id), 'tensorboard'),
    clips_dir: besideLog(effects.logPath(stage.id), 'samples'),
    objects_dir: objectsRoot(effects.cache),
    memory_dir: memoryDir(effects.cache.root),
    device: ranks[0]!,
    precision: known?.identity.precision ?? 'f32',
    threads: resources.threads,
    rank_devices: ranks,
    memory_limit_bytes: options.memory_limit_bytes,
    addon: effects.addon,
  };
}

/** Of one worker, one for each of its ranks. */
function devicesOf(
  {configured, type}: FingerprintedStage,
  {
    devices,
    shard,
    device,
  }: {readonly devices: readonly string[]; readonly shard: number; readonly device: string},
): readonly string[] {
  const {executor} = configured.resources;
  if (executor === undefined)
    return type.samples === undefined ? devices : [devices[shard % devices.length]!];
  if (device === 'cpu') return Array.from({length: usefulRanks(configured)}, () => device);
  if (type.samples === undefined)
    return Array.from({length: usefulRanks(configured)}, (_, rank) => `cuda:${rank}`);
  // A job numbers the cards it was given from 0; what a command starts may see those of all shards.
  return [executor.how.type === 'slurm' ? 'cuda:0' : `cuda:${shard % Math.max(1, executor.gpus)}`];
}

/** In the run record: `samples/STAGE`, as the log is `logs/STAGE.log`. */
function besideLog(log: string, folder: 'tensorboard' | 'samples'): string {
  return join(dirname(log), '..', folder, basename(log, extname(log)));
}
