import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {StageId} from '../base/stage-id.js';
import {projectRoot} from '../config/project-root.js';
import {absolutePath, type Settings} from '../config/settings.js';
import {localWorkers} from '../run/local-worker.js';
import type {CudaSurroundings} from '../run/numerics.js';
import type {Surroundings} from '../run/observe.js';
import type {Project} from '../run/project.js';
import type {WorkerLauncher} from '../run/worker-launcher.js';
import {stageTypes} from '../stage/registry.js';
import {packageRoot} from './version.js';
import type {World} from './world.js';

/** `.sidestep/` of the project a pipeline lies in; the cache there too, unless environment or settings name a shared one. */
export function projectOf(world: World, pipelineFile: string, settings: Settings): Project {
  const state_dir = stateDirOf(world, pipelineFile);
  const named = world.env.SIDESTEP_CACHE_DIR || settings.values.cache?.dir;
  return {
    state_dir,
    cache_dir: named === undefined ? join(state_dir, 'cache') : absolutePath(named, world.cwd),
  };
}

/** Where the records of a pipeline's project lie, whether or not the file exists. */
export function stateDirOf({cwd}: Pick<World, 'cwd'>, pipelineFile: string): string {
  return join(projectRoot(dirname(resolve(cwd, pipelineFile))), '.sidestep');
}

/** What observing and running need besides the pipeline. */
export function surroundingsOf(world: World, project: Project, forced: ReadonlySet<StageId>): Surroundings {
  return {
    project,
    types: stageTypes,
    launcher: workersOf(world),
    addon: addonPath(),
    cuda: cudaOf(world),
    forced,
    env: world.env,
  };
}

/** The engine looks for its plugin there (native/ops/cuda_plugin.cpp). */
export function cudaOf({env}: Pick<World, 'env'>): CudaSurroundings {
  const addon = addonPath();
  const beside = addon === undefined ? undefined : join(dirname(addon), 'sidestep_cuda.so');
  return {
    visible_devices: env.CUDA_VISIBLE_DEVICES,
    plugin: env.SIDESTEP_CUDA_PLUGIN ?? beside,
    products: env.SIDESTEP_CUBLASLT,
  };
}

/** Child processes of this one. */
export function workersOf({env}: World): WorkerLauncher {
  return localWorkers({main: fileURLToPath(new URL('dist/worker/main.js', packageRoot)), env});
}

/** Where the build puts the addon; undefined while it is not built. This process never loads it. */
export function addonPath(): string | undefined {
  const path = fileURLToPath(new URL('build/addon/Release/sidestep.node', packageRoot));
  return existsSync(path) ? path : undefined;
}
