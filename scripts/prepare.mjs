// Compiles src/ to dist/ in a source checkout, and says what to do next. npm runs it after `npm install`, also in a production install without
// development packages: there is no compiler then, and none is needed, since a packed sidestep carries its dist/.
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function compiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function sayWhatIsNext() {
  const built = existsSync(join(root, 'build/addon/Release/sidestep.node'));
  const first = built ? '' : ' (builds the engine first: a few minutes, once)';
  console.log(`See sidestep work, on a tiny model that needs no download${first}:\n  npm run smoke`);
}

const tsc = process.argv.includes('--no-compile') ? undefined : compiler();
if (tsc !== undefined) {
  const {status} = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  const {bundle} = await import('./bundle.mjs'); // late: what it is made with is a development package too
  await bundle();
}
if (existsSync(join(root, 'src'))) sayWhatIsNext();
