// The package managers of strangers, and the Nodes that run them: all from the registry, as npm packages.
import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

export const NODES = ['20', '22', '24'];

/** Programs of the system that package managers and the shell need; no compiler, no CMake, no Python. */
const SYSTEM =
  'sh env uname dirname basename sed ls cat mkdir rm ln tar gzip readlink ldd getconf find xargs'.split(' ');

/** How each installs the program, with or without the engine's package, and starts its command. */
export const CLIENTS = {
  npm: {
    install: ['npm', 'install', '--no-audit', '--no-fund', 'sidestep-ace'],
    without: '--omit=optional',
    start: ['npx', 'sidestep'],
  },
  // npm installs optional packages globally whatever it is told.
  'npm --global': {install: ['npm', 'install', '--global', 'sidestep-ace'], start: ['sidestep']},
  pnpm: {
    install: ['pnpm', 'add', 'sidestep-ace'],
    without: '--no-optional',
    start: ['pnpm', 'exec', 'sidestep'],
  },
  yarn1: {
    install: ['yarn', 'add', '--non-interactive', 'sidestep-ace'],
    without: '--ignore-optional',
    start: ['yarn', '--silent', 'sidestep'],
  },
  // Yarn 4 cannot leave optional packages out.
  yarn4: {install: ['yarn', 'add', 'sidestep-ace'], start: ['yarn', 'sidestep']},
};

/** Every Node and manager, in a folder of their own. */
export function fetchTools(work) {
  const folder = join(work, 'tools');
  mkdirSync(folder);
  const packages = [
    ...NODES.map((major) => `node${major}@npm:node-${process.platform}-${process.arch}@${major}`),
    'npm@10',
    'pnpm@10',
    'yarn1@npm:yarn@1',
    'yarn4@npm:@yarnpkg/cli-dist@4',
  ];
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', folder, ...options, ...packages], {stdio: 'inherit'});
  const tools = join(folder, 'node_modules');
  const npm = {npm: join(tools, 'npm/bin/npm-cli.js'), npx: join(tools, 'npm/bin/npx-cli.js')};
  return {
    node: (major) => join(tools, `node${major}/bin/node`),
    scripts: {
      npm,
      'npm --global': npm,
      pnpm: {...npm, pnpm: join(tools, 'pnpm/bin/pnpm.cjs')},
      yarn1: {...npm, yarn: join(tools, 'yarn1/bin/yarn.js')},
      yarn4: {...npm, yarn: join(tools, 'yarn4/bin/yarn.js')},
    },
  };
}

/** The npm that is here, wherever its Node keeps it. */
export function npmScripts() {
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js')
    ? dirname(process.env.npm_execpath)
    : join(execFileSync('npm', ['root', '--global'], {encoding: 'utf8'}).trim(), 'npm/bin');
  return {npm: join(npm, 'npm-cli.js'), npx: join(npm, 'npx-cli.js')};
}

/** A folder for PATH: this Node, these managers, the system's basic programs and nothing else. */
export function pathFolder(place, name, node, managers) {
  const folder = join(place.work, `bin-${name}`);
  mkdirSync(folder);
  symlinkSync(place.inside(node), join(folder, 'node'));
  for (const program of SYSTEM) {
    const found = ['/bin', '/usr/bin'].map((at) => join(at, program)).find(place.has);
    if (found !== undefined) symlinkSync(found, join(folder, program));
  }
  for (const [manager, script] of Object.entries(managers)) {
    writeFileSync(
      join(folder, manager),
      `#!/bin/sh\nexec "${place.inside(node)}" "${place.inside(script)}" "$@"\n`,
    );
    chmodSync(join(folder, manager), 0o755);
  }
  return folder;
}
