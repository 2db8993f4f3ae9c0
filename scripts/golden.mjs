// `npm run golden [FOLDER]`: the golden suite over one folder of recorded cases (default $SIDESTEP_GOLDEN_DIR, else
// test/golden). The engine's cases run in sidestep_golden, which is built if need be; prompts, tokenizer, file formats and
// preprocessing run here. One line a case; the last line counts both; exit 1 on any failure.
import {spawn, spawnSync} from 'node:child_process';
import {availableParallelism} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {createServer} from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = resolve(process.argv[2] ?? process.env.SIDESTEP_GOLDEN_DIR ?? join(root, 'test/golden'));
const build = join(root, 'build/native');

function run(command, args) {
  const {status} = spawnSync(command, args, {cwd: root, stdio: ['ignore', 'ignore', 'inherit']});
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed`);
    process.exit(1);
  }
}

/** The program named by $SIDESTEP_GOLDEN_PROGRAM, else our own build of it. */
function goldenProgram() {
  if (process.env.SIDESTEP_GOLDEN_PROGRAM) return resolve(root, process.env.SIDESTEP_GOLDEN_PROGRAM);
  run('cmake', ['-S', root, '-B', build, '-DCMAKE_BUILD_TYPE=Release']);
  run('cmake', [
    '--build',
    build,
    '--target',
    'sidestep_golden',
    '--parallel',
    String(availableParallelism()),
  ]);
  return join(build, 'sidestep_golden');
}

let passed = 0;
let failed = 0;
const native = spawn(goldenProgram(), [folder], {stdio: ['ignore', 'pipe', 'inherit']});
const ended = new Promise((resolve) => native.on('close', (code, signal) => resolve(signal ?? code)));
let counted = false;
for await (const line of createInterface({input: native.stdout})) {
  const count = /^(\d+) passed, (\d+) failed$/.exec(line);
  if (!count) {
    console.log(line);
    continue;
  }
  passed += Number(count[1]);
  failed += Number(count[2]);
  counted = true;
}
const exit = await ended;
if (!counted || (exit !== 0 && exit !== 1)) {
  console.log(`FAILED sidestep_golden ended early (${exit})`);
  failed++;
}

// vite, which vitest brings, runs the TypeScript judges as they are.
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  oxc: {target: 'es2022'},
  optimizeDeps: {noDiscovery: true}, // judges run in Node: no page's imports are looked through
  server: {middlewareMode: true, watch: null, hmr: false},
});
const suite = await server.ssrLoadModule(join(root, 'test/golden-suite/main.ts'));
const {passed: isPassed, verdictLine} = await server.ssrLoadModule(
  join(root, 'test/golden-suite/verdict.ts'),
);
for (const verdict of await suite.judgeFolder(folder)) {
  console.log(verdictLine(verdict));
  if (isPassed(verdict)) passed++;
  else failed++;
}
await server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
