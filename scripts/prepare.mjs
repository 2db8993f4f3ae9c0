// Compiles src/ to dist/ in a source checkout. npm runs it after `npm install`, also in a production install without
// development packages: there is no compiler then, and none is needed, since a packed sidestep carries its dist/.
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {dirname} from 'node:path';
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

const tsc = compiler();
if (tsc !== undefined) {
  const {status} = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
