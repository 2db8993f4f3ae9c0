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

test('the list sets presets for training side by side, defaults filled in', async () => {
  const {stdout} = await new Folder().run(['presets', 'list']);
  const head = stdout.split('\n').find((line) => /^ +adapter/.test(line))!;
  const row = (name: string) =>
    stdout
      .slice(stdout.indexOf(head))
      .split('\n')
      .find((line) => line.startsWith(name))!;
  expect(head.trim().split(/ {2,}/)).toEqual(['adapter', 'rank', 'optimizer', 'rate', 'batch', 'epochs']);
  expect(row('vram_8gb')).toMatch(/lora +16 +adamw8bit .* 1 × 8 /);
  expect(row('prodigy')).toMatch(/lora +\d+ +prodigy +1 /); // the rank is the stage's own default
  for (const line of stdout.slice(stdout.indexOf(head)).split('\n'))
    expect(line.length).toBeLessThanOrEqual(80);
  const {presets} = documentOf((await new Folder().run(['presets', 'list', '--json'])).stdout, 'presets') as {
    presets: {name: string; with: object}[];
  };
  expect(presets.find(({name}) => name === 'quick_test')!.with).toMatchObject({epochs: 10});
});

test('a preset of the project wins over one of yours, and that over one that came with sidestep', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const named = (epochs: number) => `sidestep: 1\nuses: train\nwith: {epochs: ${epochs}}\n`;
  const epochs = async () =>
    documentOf((await folder.run(['presets', 'show', 'quick_test', '--json'])).stdout, 'preset');
  expect(await epochs()).toMatchObject({from: 'built_in', with: {epochs: 10}});
  folder.write('.config/presets/quick_test.yaml', named(7));
  expect(await epochs()).toMatchObject({from: 'user', with: {epochs: 7}});
  folder.write('presets/quick_test.yaml', named(3));
  expect(await epochs()).toMatchObject({from: 'project', with: {epochs: 3}});
  expect((await folder.run(['presets', 'list'])).stdout.match(/hidden by the one above/g)).toHaveLength(2);
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

test('it goes beside the data where there are presets, and keeps no place of results', async () => {
  const trained = `sidestep: 1
name: demo
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints, model: turbo}}
  train:
    uses: train
    with:
      {model: "\${stages.model}", tensors: ./tensors, epochs: 7, output_dir: ./out, logging: {log_dir: ./logs, log_every: 3}}
`;
  const folder = new Folder({
    'work/pipeline.yaml': trained,
    'work/presets/other.yaml': 'sidestep: 1\nuses: train\n',
  });
  const saved = await folder.run(['presets', 'save', 'mine', 'train', 'work/pipeline.yaml']);
  expect(saved).toMatchObject({code: 0, stdout: `${folder.file('work/presets/mine.yaml')}\n`});
  const text = folder.read('work/presets/mine.yaml');
  expect(text).toMatch(/epochs: 7/);
  expect(text).toMatch(/log_every: 3/);
  expect(text).not.toMatch(/output_dir|log_dir|tensors|work/);
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
