import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';
import {SidestepError} from '../../base/problem.js';
import type {Terminal} from '../terminal.js';
import {newestOwnBuild} from './own-builds.js';
import {
  cudaPackage,
  ENGINE_FILE,
  enginePackage,
  generations,
  type Platform,
  platformHere,
  pluginFile,
} from './platforms.js';
import {versionIn} from './version-in.js';

/** Where engines are looked for. */
export interface EngineContext {
  /** The folder of the installed package, or of the checkout. */
  readonly root: string;
  readonly cwd: string;
  readonly env: Terminal['env'];
  /** What is published for this system; undefined where nothing is. */
  readonly platform: Platform | undefined;
}

/** In the order in which they are asked. */
export type EngineOrigin = 'variable' | 'own_build' | 'platform_package' | 'checkout';

export interface FoundEngine {
  /** Absolute path of the addon. This process never loads it. */
  readonly path: string;
  readonly origin: EngineOrigin;
}

/**
 * The engine that stages will load: the one that SIDESTEP_ENGINE names, else what `sidestep build-engine` made of these very
 * sources, else the package of this platform, else the build of the checkout. Throws `native/engine-file-missing`.
 */
export function findEngine(runContext: EngineContext): FoundEngine | undefined {
  return named(runContext) ?? ownBuild(runContext) ?? packaged(runContext) ?? built(runContext);
}

export function engineContext(root: string, {env, cwd}: Pick<Terminal, 'env' | 'cwd'>): EngineContext {
  return {root, cwd, env, platform: platformHere()};
}

function named({env, cwd}: EngineContext): FoundEngine | undefined {
  if (!env.SIDESTEP_ENGINE) return undefined;
  const path = resolve(cwd, env.SIDESTEP_ENGINE);
  if (existsSync(path)) return {path, origin: 'variable'};
  throw new SidestepError({
    code: 'native/engine-file-missing',
    message: `SIDESTEP_ENGINE names ${path}, which does not exist`,
    hint: 'Without the variable, sidestep looks for its engine itself.',
  });
}

function ownBuild({root, env}: EngineContext): FoundEngine | undefined {
  const path = newestOwnBuild(root, env);
  return path === undefined ? undefined : {path, origin: 'own_build'};
}

function packaged(runContext: EngineContext): FoundEngine | undefined {
  const {platform} = runContext;
  const path =
    platform === undefined ? undefined : fileOfPackage(runContext, enginePackage(platform), ENGINE_FILE);
  return path === undefined ? undefined : {path, origin: 'platform_package'};
}

/** `npm run native` puts it there. */
function built({root}: EngineContext): FoundEngine | undefined {
  const path = join(root, 'build/addon/Release', ENGINE_FILE);
  return existsSync(path) ? {path, origin: 'checkout'} : undefined;
}

/** Of another release it is not taken: engine and program are made for each other. */
function fileOfPackage({root}: EngineContext, name: string, file: string): string | undefined {
  const manifest = resolved(root, `${name}/package.json`);
  if (manifest === undefined) return undefined;
  const folder = dirname(manifest);
  return versionIn(folder) === versionIn(root) ? join(folder, file) : undefined;
}

/** As Node finds packages from there: beside it or further up, through pnpm's links, by Yarn's map. */
function resolved(root: string, specifier: string): string | undefined {
  try {
    return createRequire(join(root, 'package.json')).resolve(specifier);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (NOT_THERE.includes(code as string)) return undefined;
    throw error;
  }
}

/** Yarn's map has codes of its own. */
const NOT_THERE = [
  'MODULE_NOT_FOUND',
  'UNDECLARED_DEPENDENCY',
  'MISSING_PEER_DEPENDENCY',
  'MISSING_DEPENDENCY',
];

export interface FoundPlugin {
  readonly path: string;
  readonly origin: 'variable' | 'beside_engine' | 'package';
}

/** The CUDA plugin that the engine loads: SIDESTEP_CUDA_PLUGIN, else the one beside the engine, else an installed package's. */
export function findPlugin(
  runContext: EngineContext,
  engine: FoundEngine | undefined,
): FoundPlugin | undefined {
  const {env, platform} = runContext;
  if (env.SIDESTEP_CUDA_PLUGIN) return {path: env.SIDESTEP_CUDA_PLUGIN, origin: 'variable'};
  const beside = engine === undefined ? undefined : join(dirname(engine.path), pluginFile(process.platform));
  if (beside !== undefined && existsSync(beside)) return {path: beside, origin: 'beside_engine'};
  if (platform?.cuda !== true) return undefined;
  const [path] = generations.flatMap((generation) => {
    const name = cudaPackage(platform, generation);
    return fileOfPackage(runContext, name, pluginFile(platform.os)) ?? [];
  });
  return path === undefined ? undefined : {path, origin: 'package'};
}
