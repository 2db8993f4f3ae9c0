// Puts the compiled program into few files, which Node finds, reads and links several times as fast as its hundreds of modules:
// dist/bundle-cli/ for the command, dist/bundle-worker/ for the processes it starts. What is loaded late stays apart, packages but
// the YAML parser stay outside, and names stay as they are, so that a stack can be read. The modules themselves stay beside it: tests and
// scripts import them, threads are started from them, and without a bundle the command runs from them.
import {readdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {isBuiltin} from 'node:module';
import {isAbsolute, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {rolldown} from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const {dependencies} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** As deep below dist/ as every module that asks where the package is: such paths are relative to a module. */
const bundles = {
  'bundle-cli': {start: 'cli/start.js'},
  'bundle-worker': {main: 'worker/main.js', job: 'job/main.js', piped: 'job/piped.js'},
};

/** Taken in, with its licence: it is 73 modules, and most commands read YAML. */
const TAKEN_IN = 'yaml';

export async function bundle(compiled = join(root, 'dist')) {
  for (const [name, entries] of Object.entries(bundles)) await write(join(compiled, name), entries, compiled);
}

async function write(folder, entries, compiled) {
  const made = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(compiled, file)])),
    platform: 'node',
    external: (id, from) =>
      !id.startsWith('.') && !isAbsolute(id) && !isTakenIn(id, from) && staysOutside(id),
    onLog: (level, log) => {
      if (level === 'warn') throw new Error(`${log.code}: ${log.message}`);
    },
  });
  const aside = `${folder}.${process.pid}`;
  try {
    await made.write({
      dir: aside,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      banner: ({moduleIds}) =>
        moduleIds.some(liesInIt) ? `/*! The package ${TAKEN_IN}:\n${licence()}*/` : '',
    });
    rmSync(folder, {recursive: true, force: true});
    renameSync(aside, folder); // whole, or not there
  } finally {
    await made.close();
    rmSync(aside, {recursive: true, force: true});
  }
}

/** Parts of Node and packages. Throws for a package that is not there where the program runs: also one that the bundler itself adds. */
function staysOutside(id) {
  const [first, second] = id.split('/');
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  if (!isBuiltin(id) && !(name in dependencies)) throw new Error(`${id} is no dependency of the program`);
  return true;
}

function isTakenIn(id, from) {
  return id === TAKEN_IN || (from !== undefined && liesInIt(from) && id.startsWith('.'));
}

function liesInIt(file) {
  return file.replaceAll('\\', '/').includes(`/node_modules/${TAKEN_IN}/`);
}

function licence() {
  return readFileSync(join(root, 'node_modules', TAKEN_IN, 'LICENSE'), 'utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle();
  const files = Object.keys(bundles).map((name) => readdirSync(join(root, 'dist', name)).length);
  console.log(
    `${Object.keys(bundles)
      .map((name, index) => `dist/${name}: ${files[index]} files`)
      .join(', ')}`,
  );
}
