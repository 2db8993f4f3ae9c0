import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {shrink} from '../../../src/ci/shrink.js';
import {loadPipeline} from '../../../src/config/load.js';
import type {Pipeline} from '../../../src/config/pipeline.js';
import {orderStages} from '../../../src/plan/dag.js';
import {fileLeaves} from '../../../src/plan/fingerprint-parts.js';
import {valueAt} from '../../../src/stage/param.js';
import {stageTypes} from '../../../src/stage/registry.js';
import {resolveText} from '../../config/resolved.js';

const folder = fileURLToPath(new URL('../../../pipelines/', import.meta.url));
const examples = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.includes('.lock.'));

function inSmall(pipeline: Pipeline) {
  return shrink(pipeline, '/tmp/small');
}

function ofText(text: string): Pipeline {
  const resolved = resolveText(text);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.value;
}

describe.each(examples)('%s in small', (name) => {
  test('takes nothing from this machine but programs, writes nowhere else, and is whole', async () => {
    const loaded = await loadPipeline(`${folder}${name}`, {overrides: [], env: process.env});
    if (!loaded.ok) return expect.fail(JSON.stringify(loaded.problems));
    const {pipeline} = inSmall(loaded.value);
    expect(orderStages(pipeline.stages)).toHaveLength(pipeline.stages.length);
    const types = (of: Pipeline) => new Set(of.stages.map(({uses}) => uses));
    expect([...types(loaded.value)].filter((uses) => !types(pipeline).has(uses))).toEqual([]);
    for (const stage of pipeline.stages) {
      const type = stageTypes.get(stage.uses)!;
      const files = stage.uses === 'command' ? [] : fileLeaves(stage, type);
      expect(files.map(({path}) => `${stage.id}.${path}`)).toEqual([]);
      expect(stage.resources).toEqual({device: 'cpu', precision: 'auto', threads: undefined});
      for (const place of type.places ?? [])
        expect(valueAt(stage.params, place) ?? '/tmp/small').toMatch(/^\/tmp\/small/);
    }
  });
});

const training = (train: string, before = '') => `sidestep: 1
name: t
stages:
  model: {uses: scan, with: {checkpoint_dir: ./models, model: my-night, base_model: sft}}
${before}  train: {uses: train, with: {model: "\${stages.model}", ${train}}}`;

test('a model of a name of its own is tried with the variant that it descends from, as many layers deep', () => {
  const {pipeline} = inSmall(ofText(training('tensors: ./mine')));
  const models = pipeline.stages.filter(({uses}) => uses === 'fixture').map(({params}) => params);
  expect(models[0]).toMatchObject({model: 'sft', layers: 24});
  expect(pipeline.stages.find(({id}) => id === 'model')!.params).toMatchObject({model: 'sft'});
});

test('folders of tensors become samples of the fixture; a state of another machine is left out and said', () => {
  const {pipeline, left_out} = inSmall(
    ofText(training('tensors: [./mine, {from: ./yours, repeats: 2}], resume_from: ./half, batch_size: 8')),
  );
  const {params} = pipeline.stages.find(({id}) => id === 'train')!;
  expect(params).toMatchObject({
    tensors: [{$stage: expect.anything()}, {from: {$stage: expect.anything()}, repeats: 2}],
    max_steps: 2,
    batch_size: 2,
  });
  expect(params).not.toHaveProperty('resume_from');
  expect(left_out).toEqual([expect.stringContaining('resume_from')]);
});

test('of a matrix two instances are tried, with what hangs on them', () => {
  const text = `${training('tensors: ./mine, seed: "${matrix.seed}"').replace('uses: train,', 'uses: train, matrix: {seed: [1, 2, 3, 4]},')}
  export: {uses: export, with: {adapter: "\${stages.train}", formats: [peft]}}`;
  const {pipeline, left_out} = inSmall(ofText(text));
  expect(pipeline.stages.filter(({declared_as}) => declared_as === 'train')).toHaveLength(2);
  expect(pipeline.stages.filter(({declared_as}) => declared_as === 'export')).toHaveLength(2);
  expect(left_out).toEqual(['4 more instances of matrix stages']);
});

test('songs that clips are compared with become samples of the fixture', () => {
  const listen = `${training('tensors: ./mine')}
  listen: {uses: generate, with: {model: "\${stages.model}", adapter: ./old, training_songs: ./mine, prompts: [{caption: blues}]}}`;
  const {pipeline} = inSmall(ofText(listen));
  const {params} = pipeline.stages.find(({id}) => id === 'listen')!;
  expect(params.training_songs).toEqual({$stage: expect.anything()});
});
