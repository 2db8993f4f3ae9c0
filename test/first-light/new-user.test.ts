import {readdirSync, writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';
import {Folder} from '../cli/sidestep.js';
import {tone} from '../dataset/dataset-rig.js';

/** Somebody with a model and three songs: what the wizard writes trains, and every command about it has an answer. */
test('from the wizard to an adapter, a report and a second run', async () => {
  const folder = new Folder();
  await writeFixtureCheckpoint(folder.file('checkpoints'), {
    model: 'turbo',
    hidden_size: 32,
    layers: 2,
    seed: 1,
  });
  for (const [index, name] of ['a', 'b', 'c'].entries()) {
    folder.write(`songs/${name}.txt`, `caption: tune ${name}\n`);
    writeFileSync(folder.file(`songs/${name}.wav`), tone(200 + index));
  }

  const made = await folder.run(['init', '--songs', 'songs', '--rank', '2', '--epochs', '2', '--run']);
  expect(made.stderr).not.toContain('error');
  expect(made.code).toBe(0);
  expect(made.stdout).toContain('sidestep report pipeline.yaml');
  expect(readdirSync(folder.file('output/songs-lora/peft')).sort()).toEqual([
    'README.md',
    'adapter_config.json',
    'adapter_model.safetensors',
  ]);

  expect(await folder.run(['report', 'pipeline.yaml', '--output', 'out.html'])).toMatchObject({code: 0});
  const page = folder.read('out.html');
  const charts = JSON.parse(/id="report-charts">(.*?)<\/script>/s.exec(page)![1]!) as {
    title: string;
    curves: {points: number[][]}[];
  }[];
  expect(charts.map(({title}) => title)).toEqual([
    'Loss',
    'Training loss by timestep',
    'Learning rate',
    'Gradient norm',
  ]);
  const [run] = JSON.parse((await folder.run(['runs', '--json'])).stdout).runs as {steps: number}[];
  expect(charts[0]!.curves[0]!.points.at(-1)![0], 'drawn to its last step').toBe(run!.steps);
  expect(page).toMatch(
    /<th>a\.wav<\/th><td class="number" data-name="length">1\.0 s<\/td>\s*<td class="number" data-name="prompt tokens">\d+<\/td>/,
  );

  const base = folder.file('checkpoints/acestep-v15-turbo');
  const inspected = await folder.run(['inspect', 'output/songs-lora/peft', '--base', base, '--json']);
  const {modules} = JSON.parse(inspected.stdout) as {modules: {relative: number; rank: number}[]};
  expect(modules).toHaveLength(16);
  for (const {relative, rank} of modules) {
    expect(rank).toBe(2);
    expect(relative).toBeGreaterThan(0);
  }

  await writeFixtureCheckpoint(folder.file('others'), {model: 'turbo', hidden_size: 32, layers: 2, seed: 2});
  const others = folder.file('others/acestep-v15-turbo');
  const {stdout: measured} = await folder.run(['inspect', 'output/songs-lora/peft', '--base', others]);
  expect(measured).toMatch(/warning: .*others.* is not the model it was trained on/);

  const rerun = await folder.run(['run', '--plain']);
  expect(rerun.stdout).toContain('up to date');
  const compared = JSON.parse((await folder.run(['compare', 'last~1', 'last', '--json'])).stdout);
  expect(compared.a.training[0]).toMatchObject({stage: 'train', epochs: 2, adapter: expect.any(String)});
  expect(compared.settings).toEqual([]);
});
