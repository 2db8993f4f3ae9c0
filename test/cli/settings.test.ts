import {expect, test} from 'vitest';
import {editSettings} from '../../src/app/settings-file.js';
import {documentOf, Folder} from './sidestep.js';

test('set, get, reset; comments stay', async () => {
  const folder = new Folder({'.config/settings.yaml': 'sidestep: 1\n# my card\ndefaults: {device: cuda}\n'});
  expect(await folder.run(['settings', 'set', 'defaults.seed', '7'])).toMatchObject({code: 0, stderr: ''});
  expect(folder.read('.config/settings.yaml')).toBe(
    'sidestep: 1\n# my card\ndefaults: { device: cuda, seed: 7 }\n',
  );
  expect((await folder.run(['settings', 'get', 'defaults.seed'])).stdout).toBe('7\n');
  expect(await folder.run(['settings', 'reset', 'defaults.seed'])).toMatchObject({code: 0});
  expect((await folder.run(['settings', 'get', 'defaults.seed'])).stdout).toBe('');
  expect(documentOf((await folder.run(['settings', 'get', '--json'])).stdout, 'settings')).toMatchObject({
    value: {defaults: {device: 'cuda'}},
  });
});

test('a value that does not fit is refused with its place, and nothing is written', async () => {
  const folder = new Folder();
  const {code, stderr, stdout} = await folder.run(['settings', 'set', 'defaults.device', 'gpu']);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
  expect(stderr).toMatch(/settings\.yaml:\d+:\d+/);
  expect((await folder.run(['settings', 'get', 'defaults.device'])).stdout).toBe('');
});

test.each([
  ['set', 'defaults.devise', 'cpu'],
  ['reset', 'defaults.devise'],
])('an unknown key gets a suggestion: %s', async (...words) => {
  const {code, stderr} = await new Folder().run(['settings', ...words]);
  expect(code).toBe(2);
  expect(stderr).toContain('device');
});

test('what is not set can be reset', async () => {
  expect(await new Folder().run(['settings', 'reset', 'defaults.device'])).toMatchObject({
    code: 0,
    stderr: '',
  });
});

test('the last key of a map takes the map with it', async () => {
  const folder = new Folder();
  await folder.run(['settings', 'set', 'stages.preprocess.pass1.max_duration', '100']);
  expect(folder.read('.config/settings.yaml')).toContain('preprocess.pass1:\n    max_duration: 100\n');
  await folder.run(['settings', 'reset', 'stages.preprocess.pass1.max_duration']);
  expect(folder.read('.config/settings.yaml')).toBe('sidestep: 1\n');
});

test('reset keeps the old file beside it', async () => {
  const folder = new Folder({'.config/settings.yaml': 'sidestep: 1\ndefaults: {seed: 3}\n'});
  expect(await folder.run(['settings', 'reset'])).toMatchObject({code: 0});
  expect(folder.read('.config/settings.yaml.old')).toContain('seed: 3');
  expect((await folder.run(['settings', 'path'])).stdout).toBe(`${folder.file('.config/settings.yaml')}\n`);
});

test('the setting color holds for every command; the environment and the command line win over it', async () => {
  const folder = new Folder({'.config/settings.yaml': 'sidestep: 1\ncolor: always\n'});
  const isColoured = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    (await folder.run(['validate', 'missing.yaml', ...words], env)).stderr.includes('\u001b[');
  expect(await isColoured([])).toBe(true);
  expect(await isColoured([], {NO_COLOR: '1'})).toBe(false);
  expect(await isColoured(['--no-color'])).toBe(false);
  folder.write('.config/settings.yaml', 'sidestep: 1\ncolor: never\n');
  expect(await isColoured([], {FORCE_COLOR: '1'})).toBe(true);
  folder.write('.config/settings.yaml', 'sidestep: 1\ncolor: [\n'); // what is wrong with it, other commands say
  expect(await isColoured([])).toBe(false);
});

test.each([
  {name: 'an open bracket', value: '{'},
  {name: 'an alias of nothing', value: '*x'},
  {name: 'a tag', value: '!what 3'},
  {name: 'depth without end', value: '['.repeat(5000)},
])('a value that is no YAML ($name) is refused with its place', ({value}) => {
  const edited = editSettings('settings.yaml', 'sidestep: 1\n', 'defaults.seed', value);
  expect(edited).toMatchObject({ok: false, problems: [{position: {file: 'defaults.seed', line: 1}}]});
});

test.each([
  {name: 'a number where a map belongs', text: 'sidestep: 1\ndefaults: 3\n', code: 'settings/not-a-map'},
  {name: 'a list there', text: 'sidestep: 1\ndefaults: [a]\n', code: 'settings/not-a-map'},
  {name: 'an alias of nothing', text: 'sidestep: 1\ndefaults: *b\n', code: 'config/unknown-anchor'},
  {name: 'depth without end', text: `sidestep: 1\na: ${'{a: '.repeat(5000)}`, code: 'config/too-large'},
])('settings that hold $name are told, not changed', ({text, code}) => {
  for (const value of ['4', undefined])
    expect(editSettings('settings.yaml', text, 'defaults.seed', value)).toMatchObject({
      ok: false,
      problems: [{code}],
    });
});

test('an empty map is filled, and of a value nothing is dropped as a comment', () => {
  expect(editSettings('s', 'sidestep: 1\ndefaults:\n', 'defaults.seed', '4')).toMatchObject({
    ok: true,
    value: 'sidestep: 1\ndefaults:\n  seed: 4\n',
  });
  expect(editSettings('s', 'sidestep: 1\n', 'checkpoint_dir', '~/models #2')).toMatchObject({
    ok: true,
    value: 'sidestep: 1\ncheckpoint_dir: "~/models #2"\n',
  });
});
