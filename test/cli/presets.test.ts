import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  songs: {uses: dataset, with: {audio_dir: ./songs, custom_tag: blues}}
  say:
    uses: command
    with: {argv: [echo, hello], inputs: {songs: "\${stages.songs}"}, version: "2"}
`;

test('the presets that come with sidestep are listed', async () => {
  const {stdout, code} = await new Folder().run(['presets', 'list', '--json']);
  expect(code).toBe(0);
  const {presets} = documentOf(stdout, 'presets') as {
    presets: {name: string; from: string; problems: unknown[]}[];
  };
  expect(presets).toContainEqual(
    expect.objectContaining({name: 'recommended', from: 'built_in', problems: []}),
  );
});

test('a stage becomes a preset without paths and references, and serves a pipeline', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const saved = await folder.run(['presets', 'save', 'mine', 'songs', '--description', 'Blues']);
  expect(saved).toMatchObject({code: 0, stderr: ''});
  const shown = documentOf((await folder.run(['presets', 'show', 'mine', '--json'])).stdout, 'preset');
  expect(shown).toMatchObject({
    from: 'user',
    uses: 'dataset',
    description: 'Blues',
    with: {custom_tag: 'blues'},
  });
  folder.write('pipeline.yaml', pipeline.replace('uses: dataset,', 'uses: dataset, preset: mine,'));
  expect(await folder.run(['validate'])).toMatchObject({code: 0});
});

test('a preset of that name is not replaced unasked', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  await folder.run(['presets', 'save', 'mine', 'songs']);
  expect(await folder.run(['presets', 'save', 'mine', 'songs'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('preset/exists'),
  });
  expect(await folder.run(['presets', 'save', 'mine', 'songs', '--force'])).toMatchObject({code: 0});
});

test('export and import give the same preset', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  await folder.run(['presets', 'save', 'mine', 'songs']);
  const text = (await folder.run(['presets', 'export', 'mine'])).stdout;
  folder.write('given.yaml', text);
  expect(await folder.run(['presets', 'import', 'given.yaml'])).toMatchObject({code: 0});
  expect((await folder.run(['presets', 'export', 'given'])).stdout).toBe(text);
});

test('a broken file is not imported, and its problems point into it', async () => {
  const folder = new Folder({'bad.yaml': 'sidestep: 1\nuses: train\nwith: {epoks: 3}\n'});
  const {code, stderr} = await folder.run(['presets', 'import', 'bad.yaml']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/bad\.yaml:3:8/);
  expect((await folder.run(['presets', 'show', 'bad'])).code).toBe(2);
});

test('only presets of your own can be deleted', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  await folder.run(['presets', 'save', 'mine', 'songs']);
  expect(await folder.run(['presets', 'delete', 'mine'])).toMatchObject({code: 0});
  expect(await folder.run(['presets', 'delete', 'mine'])).toMatchObject({code: 2});
  expect(await folder.run(['presets', 'delete', 'recommended'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('preset/not-yours'),
  });
});

test('a name is suggested once', async () => {
  const {stderr} = await new Folder().run(['presets', 'show', 'recomended']);
  expect(stderr).toContain('Did you mean recommended?');
});
