import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {StageId} from '../base/stage-id.js';
import {absolutePath, type Settings} from '../config/settings.js';
import {localWorkers} from '../run/local-worker.js';
import type {Surroundings} from '../run/observe.js';
import type {Project} from '../run/project.js';
import type {WorkerLauncher} from '../run/worker-launcher.js';
import {stageTypes} from '../stage/registry.js';
import {packageRoot} from './version.js';
import type {World} from './world.js';

/** `.sidestep/` beside the pipeline; the cache there too, unless the environment or the settings name a shared one. */
export function projectOf(world: World, pipelineFile: string, settings: Settings): Project {
  const state_dir = join(dirname(resolve(world.cwd, pipelineFile)), '.sidestep');
  const named = world.env.SIDESTEP_CACHE_DIR || settings.values.cache?.dir;
  return {
    state_dir,
    cache_dir: named === undefined ? join(state_dir, 'cache') : absolutePath(named, world.cwd),
  };
}

/** What observing and running need besides the pipeline. */
export function surroundingsOf(world: World, project: Project, forced: ReadonlySet<StageId>): Surroundings {
  return {
    project,
    types: stageTypes,
    launcher: workersOf(world),
    addon: addonPath(),
    visible_devices: world.env.CUDA_VISIBLE_DEVICES,
    forced,
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
