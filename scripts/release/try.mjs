// `npm run release:try [-- --quick]`: publishes everything to a registry on this machine and has strangers install it: ordinary
// users without a compiler, in a folder with spaces and letters beyond ASCII, with npm, pnpm and Yarn, on every Node that is
// supported. Each must train the example in two commands. --quick: npm, on the Node that runs this.
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {compileProgram, packAll, root} from './pack.mjs';
import {startRegistry} from './registry.mjs';

const quick = process.argv.includes('--quick');
const engine = join(root, 'build/addon/Release/sidestep.node');
/** Nobody in particular, where root runs this. */
const user = process.getuid?.() === 0 ? {uid: 65534, gid: 65534} : {};
/** Programs of the system that package managers and the shell need; no compiler, no CMake, no Python. */
const SYSTEM = [
  'sh',
  'env',
  'uname',
  'dirname',
  'basename',
  'sed',
  'ls',
  'cat',
  'mkdir',
  'rm',
  'ln',
  'tar',
  'gzip',
  'readlink',
];
const NODES = ['20', '22', '24'];

const work = mkdtempSync(join(tmpdir(), 'sidestep-release-'));
chmodSync(work, 0o755);

/** Clients from the registry, in a folder of their own. */
function fetchTools() {
  const folder = join(work, 'tools');
  mkdirSync(folder);
  const packages = [
    ...NODES.map((major) => `node${major}@npm:node-${process.platform}-${process.arch}@${major}`),
    'pnpm@10',
    'yarn1@npm:yarn@1',
    'yarn4@npm:@yarnpkg/cli-dist@4',
  ];
  execFileSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      ...packages,
    ],
    {stdio: 'inherit'},
  );
  return join(folder, 'node_modules');
}

/** A folder for PATH: this Node, these managers, the system's basic programs and nothing else. */
function pathFolder(name, node, managers) {
  const folder = join(work, `bin-${name}`);
  mkdirSync(folder);
  symlinkSync(node, join(folder, 'node'));
  for (const program of SYSTEM) {
    const found = ['/bin', '/usr/bin'].map((place) => join(place, program)).find((path) => existsSync(path));
    if (found !== undefined) symlinkSync(found, join(folder, program));
  }
  for (const [manager, script] of Object.entries(managers)) {
    writeFileSync(join(folder, manager), `#!/bin/sh\nexec "${node}" "${script}" "$@"\n`);
    chmodSync(join(folder, manager), 0o755);
  }
  return folder;
}

/** npm's own scripts, wherever this Node keeps them. */
function npmScripts() {
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? dirname(process.env.npm_execpath)
    : join(execFileSync('npm', ['root', '--global'], {encoding: 'utf8'}).trim(), 'npm/bin');
  return {npm: join(npm, 'npm-cli.js'), npx: join(npm, 'npx-cli.js')};
}

/** How each client installs a package and starts its command. */
const CLIENTS = {
  npm: {install: ['npm', 'install', '--no-audit', '--no-fund', 'sidestep-ace'], start: ['npx', 'sidestep']},
  pnpm: {install: ['pnpm', 'add', 'sidestep-ace'], start: ['pnpm', 'exec', 'sidestep']},
  yarn1: {
    install: ['yarn', 'add', '--non-interactive', 'sidestep-ace'],
    start: ['yarn', '--silent', 'sidestep'],
  },
  yarn4: {install: ['yarn', 'add', 'sidestep-ace'], start: ['yarn', 'sidestep']},
};

/** What a command wrote; throws with everything it said when it fails. The registry lives in this process: it must not wait. */
function run([program, ...words], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {...options, stdio: ['ignore', 'pipe', 'pipe']});
    const said = {stdout: '', stderr: ''};
    for (const stream of ['stdout', 'stderr'])
      child[stream].setEncoding('utf8').on('data', (text) => (said[stream] += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(said.stdout);
      else
        reject(
          new Error(
            `${[program, ...words].join(' ')} ended with ${code ?? signal}\n${said.stdout}\n${said.stderr}`,
          ),
        );
    });
  });
}

/** A person with an empty project: installs, writes the example, trains it. The adapter's bytes. */
async function stranger({client, node, bin, registry}) {
  const home = join(work, `Ünïcode folder ${client} ${node}`);
  const project = join(home, 'mein Projekt ✓');
  mkdirSync(project, {recursive: true});
  writeFileSync(join(project, 'package.json'), '{"name": "songs", "private": true}\n');
  if (client === 'yarn4')
    writeFileSync(
      join(project, '.yarnrc.yml'),
      `npmRegistryServer: "${registry}"\nunsafeHttpWhitelist: ["127.0.0.1"]\nenableTelemetry: false\nnpmMinimalAgeGate: 0\nenableGlobalCache: false\nenableImmutableInstalls: false\n`,
    );
  for (const path of [home, project, ...readdirSync(project).map((name) => join(project, name))])
    if (user.uid !== undefined) chownSync(path, user.uid, user.gid);
  const inherited = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    PATH: bin,
    HOME: home,
    LANG: 'C.UTF-8',
    npm_config_registry: registry,
    YARN_REGISTRY: registry,
    CI: 'true',
  };
  const act = (words) => run(words, {cwd: project, env, ...user});
  const {install, start} = CLIENTS[client];
  await act(install);
  const doctor = JSON.parse(await act([...start, 'doctor', '--json']));
  const found = doctor.checks.find(({name}) => name === 'addon').found;
  if (!found.includes('the package for this system'))
    throw new Error(`doctor found another engine: ${found}`);
  await act([...start, 'example']);
  await act([...start, 'run', 'smoke.yaml', '--plain']);
  const adapter = join(project, 'output/smoke/comfyui');
  const [file] = readdirSync(adapter).filter((name) => name.endsWith('.safetensors'));
  if (file === undefined) throw new Error(`no adapter in ${adapter}`);
  return readFileSync(join(adapter, file));
}

async function publish(file, registry) {
  const config = join(work, 'npmrc'); // npm publishes for nobody without a token; this registry does not look at it
  writeFileSync(config, `${registry.replace('http:', '')}/:_authToken=anybody\n`);
  const words = [
    'publish',
    file,
    '--registry',
    registry,
    '--userconfig',
    config,
    '--access',
    'public',
    '--loglevel=error',
  ];
  await run(['npm', ...words], {env: process.env, shell: process.platform === 'win32'});
}

/** Every client with this Node, npm with the others: what a client lays out does not depend on Node. */
function trials() {
  const npm = npmScripts();
  if (quick)
    return [{client: 'npm', node: process.versions.node, bin: pathFolder('npm', process.execPath, npm)}];
  const tools = fetchTools();
  const scripts = {
    npm,
    pnpm: {...npm, pnpm: join(tools, 'pnpm/bin/pnpm.cjs')},
    yarn1: {...npm, yarn: join(tools, 'yarn1/bin/yarn.js')},
    yarn4: {...npm, yarn: join(tools, 'yarn4/bin/yarn.js')},
  };
  return NODES.flatMap((node) =>
    Object.keys(CLIENTS)
      .filter((client) => client === 'npm' || node === '22')
      .map((client) => ({
        client,
        node,
        bin: pathFolder(`${client}-${node}`, join(tools, `node${node}/bin/node`), scripts[client]),
      })),
  );
}

async function tryAll(registry) {
  let first;
  for (const trial of trials()) {
    const start = Date.now();
    const adapter = await stranger({...trial, registry});
    first ??= adapter;
    if (!adapter.equals(first))
      throw new Error(`${trial.client} on Node ${trial.node} trained another adapter`);
    console.log(
      `${trial.client} on Node ${trial.node}: installed, and trained the example in ${Math.round((Date.now() - start) / 1000)} s`,
    );
  }
}

async function main() {
  const check = spawnSync(process.execPath, [join(root, 'scripts/release/check-binary.mjs'), engine], {
    stdio: 'inherit',
  });
  if (check.status !== 0)
    throw new Error('Build the engine for other machines first: SIDESTEP_PORTABLE=ON npm run native');
  if (!quick) compileProgram(); // CI has just done so
  const platform = `${process.platform}-${process.arch}`;
  const tarballs = packAll(join(work, 'packages'), {[platform]: engine}, 'given');
  for (const {file, size, unpackedSize, entryCount} of tarballs)
    console.log(
      `${basename(file)}: ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${entryCount} files`,
    );
  const registry = await startRegistry();
  try {
    for (const {file} of tarballs) await publish(file, registry.url);
    await tryAll(registry.url);
  } finally {
    registry.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, {recursive: true, force: true});
}
