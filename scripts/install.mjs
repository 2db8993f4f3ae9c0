// Builds the native addon in a source checkout. Runs at `npm install` and as `npm run native` (with --require).
// Without a compiler the install still succeeds: validate, plan and status need no addon, and doctor says what is missing.
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {availableParallelism} from 'node:os';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const required = process.argv.includes('--require') || Boolean(process.env.SIDESTEP_REQUIRE_NATIVE);

function stop(reason) {
  console.error(
    `sidestep: the native engine was not built (${reason}).\n` +
      '  validate, plan and status work without it; preprocessing and training need it.\n' +
      '  Debian and Ubuntu: apt install cmake g++ ninja-build; macOS: xcode-select --install && brew install cmake ninja.\n' +
      '  Then: npm run native',
  );
  process.exit(required ? 1 : 0);
}

const found = (command, ...args) => spawnSync(command, args, {stdio: 'ignore'}).status === 0;

if (process.env.SIDESTEP_SKIP_NATIVE) process.exit(0);
const missing = [];
if (!found('cmake', '--version')) missing.push('cmake 3.24 or newer');
if (process.platform !== 'win32' && !found(process.env.CXX || 'c++', '--version'))
  missing.push('a C++20 compiler');
if (missing.length > 0) stop(`missing ${missing.join(' and ')}`);

const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const build = spawnSync(
  process.execPath,
  [
    cmakeJs,
    'compile',
    '--log-level',
    'warn',
    '--out',
    'build/addon',
    '--target',
    'sidestep_node',
    '--parallel',
    String(Math.max(1, availableParallelism())),
    // The addon alone; tests, golden suite and benches are built by their own npm scripts.
    '--CDSIDESTEP_PROGRAMS=OFF',
    ...['SIDESTEP_CUDA', 'SIDESTEP_CUBLAS_ROOT', 'SIDESTEP_CUDA_ARCHS', 'SIDESTEP_WERROR'].flatMap((name) =>
      process.env[name] ? [`--CD${name}=${process.env[name]}`] : [],
    ),
  ],
  {cwd: root, stdio: 'inherit'},
);
if (build.status !== 0) stop('the build failed, see above');
