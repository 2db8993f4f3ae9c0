// `npm run native`: the engine of this checkout, into build/addon, where only what changed is compiled again. `--if-missing` is
// for the scripts that need one (smoke, test, golden): a fresh clone gets its engine from the first of them.
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {compiledModule} from './compiled.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'build/addon');
const {buildTools, compileEngine} = await compiledModule('app/engine/build');

function stop(problems) {
  for (const {message, hint} of problems) console.error(`sidestep: ${message}\n  ${hint}`);
  process.exit(1);
}

async function build() {
  const tools = await buildTools(process.env);
  if (!tools.ok) stop(tools.problems);
  console.error(`Compiling the engine with ${tools.value.compiler}: a few minutes the first time.`);
  const settings = ['SIDESTEP_CUDA', 'SIDESTEP_CUDA_ARCHS', 'SIDESTEP_WERROR', 'SIDESTEP_PORTABLE'].flatMap(
    (name) => (process.env[name] ? [`${name}=${process.env[name]}`] : []),
  );
  const built = await compileEngine({sources: root, folder, tools: tools.value, env: process.env, settings});
  if (!built.ok) stop(built.problems);
}

if (!process.argv.includes('--if-missing') || !existsSync(join(folder, 'Release/sidestep.node')))
  await build();
