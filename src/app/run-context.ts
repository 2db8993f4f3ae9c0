import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {StageId} from '../base/stage-id.js';
import {projectRoot} from '../config/project-root.js';
import {absolutePath, type Settings} from '../config/user/settings.js';
import {cardsOfMachine} from '../run/cards.js';
import {executorsOf} from '../run/executor/executors.js';
import {localWorkers} from '../run/local-worker.js';
import type {RunContext} from '../run/observe.js';
import type {Project} from '../run/project.js';
import {stageTypes} from '../stage/registry.js';
import {bundledEntry} from './bundled.js';
import {cacheChoices} from './cache-choices.js';
import {
  type EngineContext,
  engineContext,
  type FoundPlugin,
  findEngine,
  findPlugin,
} from './engine/find-engine.js';
import {engineHelp} from './engine/installation.js';
import type {Terminal} from './terminal.js';
import {packageRoot} from './version.js';

/** `.sidestep/` of the project a pipeline is in; the cache there too, unless environment or settings name a shared one. */
export function projectOf(terminal: Terminal, pipelineFile: string, settings: Settings): Project {
  const state_dir = stateDirOf(terminal, pipelineFile);
  const named = terminal.env.SIDESTEP_CACHE_DIR || settings.values.cache?.dir;
  return {
    state_dir,
    cache_dir: named === undefined ? join(state_dir, 'cache') : absolutePath(named, terminal.cwd),
  };
}

/** Where the records of a pipeline's project are, whether or not the file exists. */
export function stateDirOf({cwd}: Pick<Terminal, 'cwd'>, pipelineFile: string): string {
  return join(projectRoot(dirname(resolve(cwd, pipelineFile))), '.sidestep');
}

/** What observing and running need apart from the pipeline. */
export async function runContextOf(
  terminal: Terminal,
  {
    project,
    settings,
    forced,
  }: {
    readonly project: Project;
    readonly settings: Settings;
    readonly forced: ReadonlySet<StageId>;
  },
): Promise<RunContext> {
  return {
    project,
    cache: await cacheChoices(terminal, settings),
    types: stageTypes,
    ...engineOf(terminal),
    cards: cardsOfMachine({
      visible_devices: terminal.env.CUDA_VISIBLE_DEVICES,
      job: terminal.env.SLURM_JOB_ID,
    }),
    executors: executorsOf({
      worker: [process.execPath, workerProgram('piped')],
      job: [process.execPath, workerProgram('job')],
      env: terminal.env,
    }),
    forced,
    env: terminal.env,
  };
}

/** The engine on this machine and the processes it runs in. Throws `native/engine-file-missing`. */
export function engineOf(
  terminal: Pick<Terminal, 'env' | 'cwd'>,
): Pick<RunContext, 'addon' | 'cuda' | 'engine_help' | 'launcher'> {
  const places = engineHere(terminal);
  const engine = findEngine(places);
  const plugin = findPlugin(places, engine);
  return {
    addon: engine?.path,
    cuda: {
      visible_devices: terminal.env.CUDA_VISIBLE_DEVICES,
      plugin: plugin?.path,
      products: terminal.env.SIDESTEP_CUBLASLT,
      nccl: terminal.env.SIDESTEP_NCCL,
      instruction_set: terminal.env.SIDESTEP_CPU_ISA,
    },
    engine_help: engineHelp(terminal, places),
    launcher: localWorkers({
      main: workerProgram('main'),
      env: workerEnvironment(terminal.env, plugin),
    }),
  };
}

/** What worker processes run, by the names that the bundle gives them. */
const WORKER_PROGRAMS = {main: 'worker/main.js', job: 'job/main.js', piped: 'job/piped.js'};

function workerProgram(name: keyof typeof WORKER_PROGRAMS): string {
  const dist = new URL('dist/', packageRoot);
  const module = WORKER_PROGRAMS[name];
  return fileURLToPath(bundledEntry(dist, {bundle: `bundle-worker/${name}.js`, module}));
}

export function engineHere(terminal: Pick<Terminal, 'env' | 'cwd'>): EngineContext {
  return engineContext(fileURLToPath(packageRoot), terminal);
}

/** The engine looks for its plugin beside itself (native/ops/cuda_plugin.cpp); of one in a package it is told. */
function workerEnvironment(env: Terminal['env'], plugin: FoundPlugin | undefined): Terminal['env'] {
  return plugin?.origin === 'package' ? {...env, SIDESTEP_CUDA_PLUGIN: plugin.path} : env;
}
