// `npm run release:try [-- OPTION]`: publishes everything to a registry on this machine and has strangers install it: ordinary
// users without a compiler, in a folder with spaces and letters beyond ASCII, with npm, pnpm and Yarn, on every Node that is
// supported. Each must train the example in two commands, to the same bytes; then without the engine's package, where `doctor`
// must say how to get it.
//   --quick          npm, on the Node that runs this: what CI does
//   --build          the engine is compiled by `sidestep build-engine`: minutes
//   --client=NAME    npm, pnpm, yarn1, yarn4 or "npm --global" alone
//   --debian=SUITE   in a bare Debian of that name, with its older C library (root; apt: debootstrap)
//   --root=FOLDER    in a copy of the file system there, which may be of any Linux (root); its usr/bin/node, where it has one, runs all
//   PLATFORM=ENGINE  publishes this engine for that platform, in place of the one in build/addon for this machine
//   PLATFORM-GENERATION=PLUGIN   also this CUDA plugin, which has cards here: a real one, or build/addon/sidestep_fake_cuda.so. With
//                    every package manager the plugin's package is installed, found, and trained on
import {spawnSync} from 'node:child_process';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import {compiledFile} from '../compiled.mjs';
import {runScript} from '../run-script.mjs';
import {CLIENTS, fetchTools, NODES, npmScripts, pathFolder} from './clients.mjs';
import {compileProgram, packAll, root} from './pack.mjs';
import {copyOf, debian, thisSystem} from './place.mjs';
import {startRegistry} from './registry.mjs';
import {expectStatus, ownEngine, withEngine, withoutEngine, withPlugin} from './stranger.mjs';

const words = process.argv.slice(2);
const chosenBy = (option) => words.find((word) => word.startsWith(`--${option}=`))?.slice(option.length + 3);
const [suite, folder, only] = ['debian', 'root', 'client'].map(chosenBy);
const scope =
  ['--quick', '--build'].find((word) => words.includes(word)) ?? ((suite ?? folder) ? '--place' : '--all');
const given = words.filter((word) => /^[^-].*=./.test(word)).map((word) => word.split('='));
const unknown = words.filter(
  (word) =>
    !['--quick', '--build'].includes(word) &&
    !/^--(debian|root|client)=./.test(word) &&
    !/^[^-].*=./.test(word),
);
const engines =
  given.length > 0
    ? Object.fromEntries(given)
    : {[`${process.platform}-${process.arch}`]: join(root, 'build/addon/Release/sidestep.node')};
/** The package of the plugin that is given. */
const plugin = Object.keys(engines)
  .filter((name) => /\.(so|dll)$/.test(engines[name]))
  .map((name) => `@sidestep-ace/cuda-${name}`)[0];
const work = mkdtempSync(join(tmpdir(), 'sidestep-release-'));
chmodSync(work, 0o755);

async function publish(file, {url, token}) {
  const config = join(work, 'npmrc');
  writeFileSync(config, `${url.replace('http:', '')}/:_authToken=${token}\n`, {mode: 0o600});
  const options = ['--registry', url, '--userconfig', config, '--access', 'public', '--loglevel=error'];
  await expectStatus(0, ['npm', 'publish', file, ...options], {
    env: process.env,
    shell: process.platform === 'win32',
  });
}

const installs = {says: 'installed, and trained the example', act: withEngine};
const repairs = {says: 'told how to get the engine, got it, and trained the example', act: withoutEngine};
const cards = {says: 'installed the plugin for a card, and trained the example on it', act: withPlugin};
const builds = {says: 'compiled the engine, and trained the example', act: ownEngine};

/** Who does what. */
function trials(place) {
  if (scope === '--quick') {
    const path = pathFolder(place, 'npm', process.execPath, npmScripts());
    return [installs, repairs].map((story) => ({client: 'npm', node: process.versions.node, path, ...story}));
  }
  const tools = fetchTools(place.work);
  const clients = Object.keys(CLIENTS);
  const folders = new Map();
  const trial = (client, node, story) => {
    const name = `${client}-${node}`;
    const path =
      folders.get(name) ?? pathFolder(place, name, place.node ?? tools.node(node), tools.scripts[client]);
    folders.set(name, path);
    return {client, node, path, ...story};
  };
  if (scope === '--build') {
    const {path, ...rest} = trial('npm', '22', builds);
    return [trial('npm', '22', installs), {...rest, path: `${path}:/usr/bin:/bin`}];
  }
  if (scope === '--place') {
    const nodes = place.node === undefined ? NODES : ['its own'];
    const others = clients.filter((client) => client !== 'npm');
    return nodes
      .flatMap((node) => [installs, repairs].map((story) => trial('npm', node, story)))
      .concat(others.map((client) => trial(client, nodes.at(-1), installs)));
  }
  if (plugin !== undefined) return clients.map((client) => trial(client, '22', {...cards, plugin}));
  return NODES.flatMap((node) => clients.map((client) => trial(client, node, installs))).concat(
    clients.filter((client) => CLIENTS[client].without).map((client) => trial(client, '22', repairs)),
  );
}

async function tryAll(place, registry) {
  let first;
  const chosen = trials(place).filter(({client}) => only === undefined || client === only);
  if (chosen.length === 0) throw new Error(`There is no client ${only}`);
  for (const {says, act, ...trial} of chosen) {
    const start = Date.now();
    const adapter = await act({
      ...trial,
      place,
      registry,
      path: trial.path.split(':').map(place.inside).join(':'),
    });
    first ??= adapter;
    if (!adapter.equals(first))
      throw new Error(`${trial.client} on Node ${trial.node} trained another adapter`);
    const seconds = Math.round((Date.now() - start) / 1000);
    console.log(`${trial.client} on Node ${trial.node}: ${says}; ${seconds} s`);
  }
}

async function main() {
  if (unknown.length > 0)
    throw new Error(
      `Expected --quick, --build, --client=NAME, --debian=SUITE, --root=FOLDER or PLATFORM=ENGINE, found ${unknown.join(' ')}`,
    );
  if (scope === '--quick') compiledFile('app/engine/platforms.js'); // CI has just compiled it
  const script = join(root, 'scripts/release/check-binary.mjs');
  const check = spawnSync(process.execPath, [script, ...Object.values(engines)], {stdio: 'inherit'});
  if (check.status !== 0)
    throw new Error('Build the engine for other machines first: SIDESTEP_PORTABLE=ON npm run native');
  if (scope !== '--quick') compileProgram();
  const tarballs = await packAll(join(work, 'packages'), engines, 'given');
  for (const {file, size, unpackedSize, entryCount} of tarballs)
    console.log(
      `${basename(file)}: ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${entryCount} files`,
    );
  const place = suite ? debian(suite, work) : folder ? copyOf(resolve(folder), work) : thisSystem(work);
  if (place.title !== undefined) console.log(place.title);
  const registry = await startRegistry(join(work, 'registry'));
  try {
    for (const {file} of tarballs) await publish(file, registry);
    await tryAll(place, registry.url);
  } finally {
    registry.close();
  }
}

process.on('exit', () => rmSync(work, {recursive: true, force: true}));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
await runScript(main);
