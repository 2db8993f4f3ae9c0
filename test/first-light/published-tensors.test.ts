import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {afterAll, expect, test} from 'vitest';
import {Project, preparation, problemsOf, resultOf, type Stages, tensorsOf, training} from './project.js';

/** Tensors that are made once, kept in a folder, and trained on from there, as upstream's users do. */
const project = new Project();
afterAll(() => project.remove());

function preprocessing(): Stages {
  const {conditions, ...others} = preparation({clips: 2, clip_duration: 1});
  const settings = {...(conditions!.with as object), output_dir: 'tensors'};
  return {...others, conditions: {uses: 'preprocess.pass2', with: settings}};
}

const fromFolder = (folder: string): Stages => {
  const {tiny, model} = preparation({clips: 2, clip_duration: 1});
  return {tiny: tiny!, model: model!, train: training('folder', {tensors: folder})};
};

test('training on the folder that pass 2 published gives what training on the stage gives', async () => {
  await project.complete({...preprocessing(), train: training('stage')});
  await project.complete(fromFolder('tensors'));
  const weights = (name: string) => tensorsOf(project.file('adapters', name, 'adapter_model.safetensors'));
  expect(await weights('folder')).toEqual(await weights('stage'));
});

test('a sample that lacks a pass is named', async () => {
  const collection = JSON.parse(readFileSync(project.file('tensors/samples.json'), 'utf8'));
  const [first] = collection.samples;
  delete first.parts.conditions;
  mkdirSync(project.file('half'));
  writeFileSync(project.file('half/samples.json'), JSON.stringify(collection));
  project.writePipeline(fromFolder('half'));
  const ended = await project.run();
  const result = resultOf(ended, 'train');
  if (result?.kind !== 'failed') return expect.fail(problemsOf(ended));
  expect(result.problem).toMatchObject({
    code: 'train/sample-incomplete',
    message: `${first.sample} of ${project.file('half/samples.json')} has no conditions; it holds latents`,
  });
});
