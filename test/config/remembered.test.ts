import {existsSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {buildOf} from '../../src/config/program-build.js';
import {loadRemembered} from '../../src/config/remembered.js';
import {temporaryFolder} from '../temporary-folder.js';

const PIPELINE = `sidestep: 1
env: [WORD]
stages:
  a: {uses: command, with: {argv: [echo, "\${env.WORD}"], outputs: {o: out.txt}}}
`;

interface Place {
  readonly folder: string;
  readonly env: Record<string, string>;
}

/** Writes a file as if it had been there for a while. */
function writeOld(path: string, text: string): void {
  writeFileSync(path, text);
  const hourAgo = new Date(Date.now() - 3_600_000);
  utimesSync(path, hourAgo, hourAgo);
}

async function load({folder, env}: Place, overrides: readonly string[] = []): Promise<unknown> {
  const loaded = await loadRemembered(join(folder, 'pipeline.yaml'), {
    overrides,
    env: {SIDESTEP_CONFIG_DIR: join(folder, 'config'), ...env},
    memory_dir: join(folder, 'memory'),
  });
  return loaded.ok ? loaded.value.stages[0]!.params.argv : loaded.problems[0]!.code;
}

test.each([
  {
    name: 'an edited pipeline',
    edit: ({folder}: Place) =>
      writeFileSync(join(folder, 'pipeline.yaml'), PIPELINE.replace('echo', 'printf')),
    found: ['printf', 'one'],
  },
  {
    name: 'a pipeline that became wrong',
    edit: ({folder}: Place) => writeFileSync(join(folder, 'pipeline.yaml'), 'sidestep: 2\n'),
    found: expect.stringMatching(/^config\//),
  },
  {name: 'another value of a variable', edit: ({env}: Place) => (env.WORD = 'two'), found: ['echo', 'two']},
  {
    name: 'settings that appear',
    edit: ({folder}: Place) => {
      mkdirSync(join(folder, 'config'));
      writeFileSync(join(folder, 'config', 'settings.yaml'), 'nonsense: 1\n');
    },
    found: expect.stringMatching(/^config\//),
  },
  {name: 'nothing', edit: () => {}, found: ['echo', 'one']},
])('$name is seen after a pipeline was remembered', async ({edit, found}) => {
  const place: Place = {folder: await temporaryFolder(), env: {WORD: 'one'}};
  writeOld(join(place.folder, 'pipeline.yaml'), PIPELINE);
  expect(await load(place)).toEqual(['echo', 'one']);
  expect(await readdir(join(place.folder, 'memory'))).toHaveLength(1);
  edit(place);
  expect(await load(place)).toEqual(found);
});

test('a pipeline edited at the moment it was read is not remembered: its next edit might not show', async () => {
  const place: Place = {folder: await temporaryFolder(), env: {WORD: 'one'}};
  const path = join(place.folder, 'pipeline.yaml');
  writeFileSync(path, PIPELINE);
  const soon = new Date(Date.now() + 60_000);
  utimesSync(path, soon, soon);
  expect(await load(place)).toEqual(['echo', 'one']);
  expect(existsSync(join(place.folder, 'memory'))).toBe(false);
});

test.each([
  {name: 'nothing', change: () => {}, same: true},
  {
    name: 'the version, with every file of the same size and time',
    change: (root: string) => writeFileSync(join(root, 'package.json'), '{"version": "2"}'),
    same: false,
  },
  {
    name: 'a default in a schema',
    change: (root: string) => writeOld(join(root, 'dist/schema/schemas.js'), 'longer'),
    same: false,
  },
  {
    name: 'a module in a folder of a folder',
    change: (root: string) => writeOld(join(root, 'dist/config/text/yaml.js'), 'longer'),
    same: false,
  },
])('another build of the program resolves again: $name', async ({change, same}) => {
  const root = await temporaryFolder();
  for (const folder of ['base', 'config/text', 'schema', 'stage'])
    mkdirSync(join(root, 'dist', folder), {recursive: true});
  writeFileSync(join(root, 'package.json'), '{"version": "1"}');
  writeOld(join(root, 'dist/schema/schemas.js'), 'short');
  writeOld(join(root, 'dist/config/text/yaml.js'), 'short');
  const before = buildOf(join(root, 'dist'));
  change(root);
  expect(buildOf(join(root, 'dist')) === before).toBe(same);
});

test('overrides are remembered apart, and a damaged memory is resolved again', async () => {
  const place: Place = {folder: await temporaryFolder(), env: {WORD: 'one'}};
  writeOld(join(place.folder, 'pipeline.yaml'), PIPELINE);
  await load(place);
  expect(await load(place, ['a.argv=[ls]'])).toEqual(['ls']);
  for (const name of await readdir(join(place.folder, 'memory')))
    writeFileSync(join(place.folder, 'memory', name), '{"program": ');
  expect(await load(place)).toEqual(['echo', 'one']);
});
