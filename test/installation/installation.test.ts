import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {engineHelp, installationOf, pluginHelp} from '../../src/app/engine/installation.js';
import {generationOf, generations, platforms} from '../../src/app/engine/platforms.js';
import {runsOn, wrongNode} from '../../src/cli/node-version.js';
import {temporaryFolder} from '../temporary-folder.js';

const linux = platforms.find(({name}) => name === 'linux-x64');

/** A folder with these files, and the package in it. */
async function laid(root: string, ...files: readonly string[]) {
  const top = await temporaryFolder();
  for (const file of [join(root, 'package.json'), ...files]) {
    mkdirSync(join(top, dirname(file)), {recursive: true});
    writeFileSync(join(top, file), '{"version": "1.2.3"}');
  }
  return {root: join(top, root), world: {cwd: top, env: {PATH: ''}}};
}

interface Case {
  readonly name: string;
  readonly root: string;
  readonly files: readonly string[];
  readonly installs: string;
  readonly builds: string;
}

const BIN = 'node_modules/.bin/sidestep';
const cases: readonly Case[] = [
  {
    name: 'npm, in a project',
    root: 'node_modules/sidestep-ace',
    files: ['package.json', BIN],
    installs: 'npm install',
    builds: 'npx sidestep build-engine',
  },
  {
    name: 'pnpm',
    root: 'node_modules/.pnpm/sidestep-ace@1.2.3/node_modules/sidestep-ace',
    files: ['package.json', BIN],
    installs: 'pnpm add',
    builds: 'npx sidestep build-engine',
  },
  {
    name: 'Yarn with node_modules',
    root: 'node_modules/sidestep-ace',
    files: ['package.json', 'yarn.lock', BIN],
    installs: 'yarn add',
    builds: 'npx sidestep build-engine',
  },
  {
    name: 'Yarn without node_modules',
    root: '.yarn/unplugged/sidestep-ace-npm-1.2.3/node_modules/sidestep-ace',
    files: ['package.json', 'yarn.lock', '.pnp.cjs'],
    installs: 'yarn add',
    builds: 'yarn sidestep build-engine',
  },
  {
    name: 'npm, for all projects',
    root: 'lib/node_modules/sidestep-ace',
    files: [],
    installs: 'npm install --global',
    builds: ' build-engine',
  },
];

describe('a hint about the engine names what works there', () => {
  test.each(cases)('$name', async ({root, files, installs, builds}) => {
    const it = await laid(root, ...files);
    const help = engineHelp(it.world, {root: it.root, platform: linux});
    expect(help).toContain(`\`${installs} @sidestep-ace/engine-linux-x64@1.2.3\``);
    expect(help).toContain(`${builds}\``);
    expect(help).not.toContain('npm run');
  });

  test('a checkout', async () => {
    const it = await laid('.', 'tsconfig.json');
    expect(installationOf(it.root)).toEqual({kind: 'checkout'});
    expect(engineHelp(it.world, {root: it.root, platform: linux})).toContain('`npm run native`');
  });

  test('a system that nothing is published for', async () => {
    const it = await laid('node_modules/sidestep-ace', 'package.json', BIN);
    const help = engineHelp(it.world, {root: it.root, platform: undefined});
    expect(help).toMatch(/no ready engine for .*build-engine/);
    expect(help).not.toContain('@sidestep-ace/');
  });
});

describe('a card that the engine does not use', () => {
  const card = (compute_capability: string) => ({name: 'A card', compute_capability});

  test.each([
    [['8.6'], 'ampere'],
    [['8.9'], 'ada'],
    [['9.0'], 'hopper'],
    [['12.0'], 'blackwell'],
    [['8.9', '8.9'], 'ada'],
    [['8.9', '12.0'], 'ampere'],
  ])('%s: the package for %s', async (capabilities, generation) => {
    const it = await laid('node_modules/sidestep-ace', 'package.json', BIN);
    const help = pluginHelp(it.world, {root: it.root, platform: linux}, capabilities.map(card));
    expect(help).toContain(`\`npm install @sidestep-ace/cuda-linux-x64-${generation}@1.2.3\``);
  });

  test('in a checkout, or where no package is: it is compiled', async () => {
    const checkout = await laid('.', 'tsconfig.json');
    expect(pluginHelp(checkout.world, {root: checkout.root, platform: linux}, [card('8.6')])).toContain(
      '`npm run native`',
    );
    const alpine = await laid('node_modules/sidestep-ace', 'package.json', BIN);
    const platform = platforms.find(({name}) => name === 'linux-x64-musl');
    expect(pluginHelp(alpine.world, {root: alpine.root, platform}, [card('8.6')])).toContain(
      '`npx sidestep build-engine --cuda on`',
    );
  });

  test('the packages together hold the kernels that a build for every card holds', () => {
    const cmake = readFileSync(new URL('../../native/cuda.cmake', import.meta.url), 'utf8');
    const [, all] =
      /VERSION_GREATER_EQUAL 12\.8\)\n\s+set\(CMAKE_CUDA_ARCHITECTURES ([^)]+)\)/.exec(cmake) ?? [];
    const numbers = (text: string) => text.split(/[\s;]/).map((each) => each.replace('-real', ''));
    expect(generations.flatMap(({architectures}) => numbers(architectures))).toEqual(numbers(all!));
  });

  test('every compute capability from 8.0 on has its package, older ones have none', () => {
    const named = ['8.0', '8.6', '8.7', '8.9', '9.0', '11.0', '10.0', '10.3', '12.0', '12.1'].map(
      (each) => generationOf(each)?.name,
    );
    expect(named).toEqual([
      ...Array(3).fill('ampere'),
      'ada',
      'hopper',
      'ampere',
      ...Array(4).fill('blackwell'),
    ]);
    expect(generationOf('7.5')).toBeUndefined();
    expect(generationOf('')).toBeUndefined();
  });
});

describe('the version of Node', () => {
  const {engines} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

  test.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['22.12.0', true],
    ['22.11.0', false],
    ['24.21.0', true],
    ['21.7.0', false],
    ['18.20.8', false],
    ['26.0.0', true],
  ])('%s: %s', (version, runs) => expect(runsOn(version)).toBe(runs));

  test('package managers are told the same', () => {
    expect(engines.node).toBe('^20.19.0 || >=22.12.0');
    expect(runsOn(process.versions.node)).toBe(true);
  });

  test('somebody with another one reads one line', () => {
    expect(wrongNode('18.20.8', engines.node)).toMatch(
      /^sidestep needs Node .* this is Node 18\.20\.8: [^\n]*$/,
    );
  });
});
