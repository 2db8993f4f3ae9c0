import {spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {availableParallelism, totalmem} from 'node:os';
import {dirname, join} from 'node:path';
import type {Problem} from '../../base/problem.js';
import {failure, ok, type Result} from '../../base/result.js';
import {askProgram, firstLine} from '../program-probe.js';
import {ENGINE_FILE} from './platforms.js';

export type BuildEnvironment = Readonly<Record<string, string | undefined>>;

export interface BuildOrder {
  /** Holds CMakeLists.txt and native/. */
  readonly sources: string;
  /** For everything that the build leaves; the engine is in `Release/` there. */
  readonly folder: string;
  readonly tools: BuildTools;
  readonly env: BuildEnvironment;
  /** Further `-D` settings of CMake: `SIDESTEP_CUDA=ON`. */
  readonly settings: readonly string[];
}

export interface BuildTools {
  /** What the compiler says of itself: `c++ (Debian 12.2.0-14) 12.2.0`. */
  readonly compiler: string;
  readonly generator: readonly string[];
}

/** What compiling needs, or a problem that says what is missing and how to get it. */
export async function buildTools(env: BuildEnvironment): Promise<Result<BuildTools>> {
  const inStudio = process.platform === 'win32' && !env.CXX;
  const [cmake, compiler, ninja] = await Promise.all([
    askProgram('cmake', '--version'),
    inStudio ? visualStudio.compiler : askProgram(env.CXX || 'c++', '--version'),
    askProgram('ninja', '--version'),
  ]);
  const missing = [
    ...(cmake !== undefined && isEnough(cmake) ? [] : [missingCmake(cmake)]),
    ...(compiler === undefined ? ['a C++20 compiler'] : []),
  ];
  if (missing.length > 0) return failure(toolsMissing(missing));
  if (inStudio) return ok(visualStudio);
  const generator = ninja === undefined ? [] : ['-G', 'Ninja'];
  return ok({compiler: firstLine(compiler!), generator});
}

/** Visual Studio's clang, which CMake finds without a developer prompt: Microsoft's own compiler does not take the sources. */
const visualStudio: BuildTools = {compiler: 'clang-cl of Visual Studio', generator: ['-T', 'ClangCL']};

const OLDEST_CMAKE = [3, 24] as const;

function isEnough(cmake: string): boolean {
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(cmake) ?? []).map(Number);
  return major > OLDEST_CMAKE[0] || (major === OLDEST_CMAKE[0] && minor >= OLDEST_CMAKE[1]);
}

function missingCmake(cmake: string | undefined): string {
  const found = cmake === undefined ? '' : ` (found: ${firstLine(cmake)})`;
  return `CMake ${OLDEST_CMAKE.join('.')} or newer${found}`;
}

function toolsMissing(missing: readonly string[]): Problem {
  return {
    code: 'native/build-tools-missing',
    message: `The engine cannot be compiled without ${missing.join(' and ')}`,
    hint:
      GET_TOOLS[process.platform] ??
      'Install them with the package manager of your system; ninja makes it faster.',
  };
}

const GET_TOOLS: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Debian and Ubuntu: apt install cmake g++ ninja-build. Fedora: dnf install cmake gcc-c++ ninja-build. Alpine: apk add cmake g++ samurai.',
  darwin: 'xcode-select --install, then brew install cmake ninja.',
  win32:
    'winget install Kitware.CMake, and Visual Studio (its Build Tools are enough) with "C++ Clang tools for Windows". With CXX=g++ in the environment MinGW-w64 is taken.',
};

/** Runs CMake; what it says goes to this process' stderr. The path of the addon, or `native/build-failed`. */
export async function compileEngine(order: BuildOrder): Promise<Result<string>> {
  const {sources, folder, tools, env} = order;
  const settings = [
    'CMAKE_BUILD_TYPE=Release',
    'SIDESTEP_PROGRAMS=OFF',
    `SIDESTEP_NODE_API=${nodeApi(sources)}`,
  ];
  const defines = [...settings, ...order.settings].map((setting) => `-D${setting}`);
  const steps = [
    ['-S', sources, '-B', folder, ...tools.generator, ...defines],
    ['--build', folder, '--config', 'Release', '--target', 'sidestep_node', '--parallel', String(jobs(env))],
  ];
  for (const step of steps) {
    const status = await runCmake(step, env);
    if (status !== 0) return failure(buildFailed(step, status));
  }
  return ok(join(folder, 'Release', ENGINE_FILE));
}

function runCmake(words: readonly string[], env: BuildEnvironment): Promise<number | string> {
  return new Promise((resolve, reject) => {
    const child = spawn('cmake', words, {
      stdio: ['ignore', process.stderr.fd, process.stderr.fd],
      env: {...env},
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal!));
  });
}

function buildFailed(step: readonly string[], status: number | string): Problem {
  return {
    code: 'native/build-failed',
    message: `The engine was not compiled: cmake ${step.slice(0, 2).join(' ')} ended with ${status}`,
    hint: 'The lines above say why. Another compiler can be named in CXX; GCC 11, Clang 14 or newer will do.',
  };
}

/** A compiler takes up to a gigabyte for the largest files. */
function jobs(env: BuildEnvironment): number {
  const wanted = Number(env.CMAKE_BUILD_PARALLEL_LEVEL);
  if (wanted > 0) return wanted;
  return Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 2 ** 30)));
}

/** The headers of Node-API and of its C++ form, from packages: the same for every Node, and no download. */
function nodeApi(sources: string): string {
  const from = createRequire(join(sources, 'package.json'));
  const folder = (name: string): string => dirname(from.resolve(`${name}/package.json`));
  return `${join(folder('node-api-headers'), 'include')};${folder('node-addon-api')}`;
}
