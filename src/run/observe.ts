import type {FaultHook} from '../base/durable.js';
import type {Problem} from '../base/problem.js';
import {ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {type FileHashes, hashOfFile, readFileHashes, saveFileHashes} from '../cache/file-hashes.js';
import {type CacheChoices, openCache} from '../cache/open.js';
import type {Pipeline} from '../config/pipeline.js';
import type {World} from '../plan/world.js';
import {type LastRun, previousRuns, readLastRun} from '../record/last-run.js';
import {type LockFile, lockFilePath} from '../record/lock-file.js';
import {readLock} from '../record/read-lock.js';
import type {StageType} from '../stage/stage-type.js';
import {viewCache} from './cache-view.js';
import type {Cards} from './cards.js';
import type {Executors} from './executor/executors.js';
import {hindrancesOf} from './hindrances.js';
import {interruptedWork} from './interrupted-work.js';
import {type CudaContext, type EngineObservation, observeEngine, resolveNumerics} from './numerics.js';
import {observeFiles} from './observe-files.js';
import {devicesPath, fileHashesPath, lockPath, memoryPath, type Project} from './project.js';
import type {WorkerLauncher} from './worker-launcher.js';

/** The world at one moment, and the open things it was read from. */
export interface Observation {
  readonly world: World;
  readonly cache: Cache;
  readonly hashes: FileHashes;
  /** What the repository has: `--frozen` compares with it. */
  readonly lock: LockFile;
  /** Set when that is empty or cut: views and a plain run go on, `--frozen` does not. */
  readonly lock_warning: Problem | undefined;
  /** What this run will bring up to date: the same, but for an experiment its own. */
  readonly own_lock: LockFile;
  readonly own_lock_warning: Problem | undefined;
  readonly memory: LastRun;
  /** Undefined when no stage needs the engine. */
  readonly engine: EngineObservation | undefined;
}

export interface RunContext {
  readonly project: Project;
  readonly types: ReadonlyMap<string, StageType>;
  readonly launcher: WorkerLauncher;
  readonly cards: Cards;
  readonly executors: Executors;
  /** Absolute path of the native addon; undefined when there is none. */
  readonly addon: string | undefined;
  /** What to do where there is none, or none that works: sentences for a hint. */
  readonly engine_help: string;
  readonly cuda: CudaContext;
  readonly forced: ReadonlySet<StageId>;
  /** Of the runner: where secrets come from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where else finished work may be, and who shares it. */
  readonly cache?: CacheChoices;
  /** Tests break writes here; see FaultHook. */
  readonly fault?: FaultHook;
}

/** Reads all that planning needs: files, cache, lock file, devices. Fails only on a damaged lock file. */
export async function observe(pipeline: Pipeline, runContext: RunContext): Promise<Result<Observation>> {
  const {project, types} = runContext;
  const ofFile = readLock(lockFilePath(pipeline.file));
  if (!ofFile.ok) return ofFile;
  const own = pipeline.experiment === undefined ? ofFile : readLock(lockPath(project, pipeline));
  if (!own.ok) return own;
  const {lock, warning: lock_warning} = ofFile.value;
  const {lock: own_lock, warning: own_lock_warning} = own.value;
  const cache = openCache(project.cache_dir, runContext.fault, runContext.cache);
  const hashes = readFileHashes(fileHashesPath(project));
  const memory = readLastRun(memoryPath(project, pipeline));
  const {experiment: _none, ...plain} = pipeline;
  const remembered = pipeline.experiment === undefined ? memory : readLastRun(memoryPath(project, plain));
  const files = await observeFiles(pipeline.stages, types, hashes);
  const engine = await engineFor(pipeline, runContext, hashes);
  await saveFileHashes(hashes);
  const world: World = {
    cache: viewCache(cache),
    files,
    numerics: (resources) => {
      if (engine === undefined) throw new Error('a stage asked for the engine although none declared it');
      return resolveNumerics(engine, resources);
    },
    previous: previousRuns({...remembered, stages: {...remembered.stages, ...memory.stages}}, lock),
    interrupted: interruptedWork(cache, project, pipeline),
    hindrances: hindrancesOf(pipeline.stages, runContext.env),
    forced: runContext.forced,
  };
  return ok({world, cache, hashes, lock, lock_warning, own_lock, own_lock_warning, memory, engine});
}

async function engineFor(
  pipeline: Pipeline,
  {types, project, addon, engine_help, cuda, launcher}: RunContext,
  hashes: FileHashes,
): Promise<EngineObservation | undefined> {
  const needed = pipeline.stages.some(
    ({uses, when}) => when.kind === 'run' && types.get(uses)?.numerics === 'engine',
  );
  if (!needed) return undefined;
  return observeEngine({
    addon,
    engine_help,
    hashAddon: async (path) => (await hashOfFile(hashes, path)).hash,
    cuda,
    remembered_at: devicesPath(project),
    launcher,
  });
}
