// `node scripts/release/pack.mjs OUT [PLATFORM=ENGINE]... [PLATFORM-GENERATION=PLUGIN]... [--all]`: tarballs for the registry.
// The program, freshly compiled, and one package for each binary that is named. `optionalDependencies` are only in what is
// published: a clone whose lock file names packages that are not on the registry yet could not be installed. --all: a release,
// to which no platform may be lacking.
import {execFileSync} from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {compiledModule} from '../compiled.mjs';
import {runScript} from '../run-script.mjs';
import {removeUnusedModules} from './used-modules.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const npm = (args, cwd) =>
  execFileSync('npm', args, {cwd, encoding: 'utf8', shell: process.platform === 'win32'});
/** npm 10 runs `prepare` whatever it is told, and what that says stands before the JSON. */
const packed = (args, cwd) =>
  JSON.parse(npm(['pack', '--json', ...args], cwd).replace(/^[\s\S]*?^(?=\[)/m, ''))[0];
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, undefined, 2)}\n`);

/** Every package with a binary that a release has. */
async function binaryPackages() {
  const {cudaPackage, ENGINE_FILE, enginePackage, generations, platforms, pluginFile} =
    await compiledModule('app/engine/platforms');
  return platforms.flatMap((platform) => [
    {key: platform.name, name: enginePackage(platform), file: ENGINE_FILE, platform, generation: undefined},
    ...(platform.cuda ? generations : []).map((generation) => ({
      key: `${platform.name}-${generation.name}`,
      name: cudaPackage(platform, generation),
      file: pluginFile(platform.os),
      platform,
      generation,
    })),
  ]);
}

/** One file, the licence and a manifest: npm, pnpm and Yarn take it where os, cpu and libc fit. */
function stageBinary(
  folder,
  {name, file, platform, generation},
  binary,
  {version, license, repository, homepage, bugs},
) {
  mkdirSync(folder, {recursive: true});
  copyFileSync(binary, join(folder, file));
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const what = generation === undefined ? 'The native engine' : `The CUDA plugin (${generation.cards})`;
  writeJson(join(folder, 'package.json'), {
    name,
    version,
    description: `${what} of sidestep-ace for ${platform.name}.`,
    license,
    repository,
    homepage,
    bugs,
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc === undefined ? {} : {libc: [platform.libc]}),
    files: [file],
    preferUnplugged: true,
  });
}

/** What `npm pack` takes of the checkout, less the modules that bundles stand for, with the manifest as it is published. */
function stageProgram(folder, binaries) {
  const work = mkdtempSync(join(tmpdir(), 'sidestep-pack-'));
  try {
    const {filename} = packed(['--ignore-scripts', '--pack-destination', work], root);
    execFileSync('tar', ['-xzf', join(work, filename), '-C', work]);
    cpSync(join(work, 'package'), folder, {recursive: true});
    removeUnusedModules(folder);
  } finally {
    rmSync(work, {recursive: true, force: true});
  }
  const {scripts: _scripts, devDependencies: _development, ...manifest} = json(join(folder, 'package.json'));
  const engines = binaries.filter(({generation}) => generation === undefined);
  const plugins = binaries.filter(({generation}) => generation !== undefined);
  const pinned = (packages) => Object.fromEntries(packages.map(({name}) => [name, manifest.version]));
  writeJson(join(folder, 'package.json'), {
    ...manifest,
    optionalDependencies: pinned(engines),
    // No one gets one without asking, and who asks gets the right version: a card's owner installs the one for it.
    peerDependencies: pinned(plugins),
    peerDependenciesMeta: Object.fromEntries(plugins.map(({name}) => [name, {optional: true}])),
  });
}

/** Tarballs in `out`, packages with binaries first: the order in which they are published. */
export async function packAll(out, given, scope) {
  const packages = await binaryPackages();
  const unknown = Object.keys(given).filter((key) => !packages.some((each) => each.key === key));
  const missing = scope === 'all' ? packages.filter(({key}) => given[key] === undefined) : [];
  if (unknown.length > 0) throw new Error(`No package is called ${unknown.join(', ')}`);
  if (missing.length > 0) throw new Error(`A release lacks ${missing.map(({key}) => key).join(', ')}`);
  const chosen = packages.filter(({key}) => given[key] !== undefined);
  const manifest = json(join(root, 'package.json'));
  const stage = mkdtempSync(join(tmpdir(), 'sidestep-stage-'));
  mkdirSync(out, {recursive: true});
  try {
    for (const each of chosen) stageBinary(join(stage, each.key), each, resolve(given[each.key]), manifest);
    stageProgram(join(stage, 'program'), chosen);
    return [...chosen.map(({key}) => key), 'program'].map((name) => {
      const {filename, size, unpackedSize, entryCount} = packed(
        ['--pack-destination', resolve(out)],
        join(stage, name),
      );
      return {file: join(resolve(out), filename), size, unpackedSize, entryCount};
    });
  } finally {
    rmSync(stage, {recursive: true, force: true});
  }
}

/** dist/ as the compiler leaves it: no maps or declarations of an earlier build, nothing of a source that is gone. */
export function compileProgram() {
  rmSync(join(root, 'dist'), {recursive: true, force: true});
  npm(['run', '--silent', 'build'], root);
}

async function main([out, ...words]) {
  const given = Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=')));
  const absent = Object.values(given).filter((file) => !existsSync(file));
  if (out === undefined) throw new Error('Expected a folder for the packages');
  if (absent.length > 0) throw new Error(`There is no ${absent.join(', ')}`);
  compileProgram();
  const scope = words.includes('--all') ? 'all' : 'given';
  for (const {file, size, unpackedSize, entryCount} of await packAll(out, given, scope))
    console.log(
      `${file} ${(size / 1e6).toFixed(2)} MB, ${(unpackedSize / 1e6).toFixed(2)} MB unpacked, ${entryCount} files`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runScript(() => main(process.argv.slice(2)));
