import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

/** A training that reads a folder of tensors, with these lines among its keys. */
const training = (...lines: readonly string[]): string => `sidestep: 1
name: demo
vars: {tensors: ./tensors}
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints, model: turbo}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${vars.tensors}"
${lines.map((line) => `      ${line}\n`).join('')}`;

interface Mistake {
  readonly name: string;
  readonly text: string;
  /** The only place that is pointed at. */
  readonly at: string;
  readonly hint: string;
}

const mistakes: readonly Mistake[] = [
  {
    name: 'a reference without quotes',
    text: training('adapter: {type: lora, selection: {estimate: ${stages.model}}}', 'epochs: 5'),
    at: '11:51',
    hint: 'Write: adapter: {type: lora, selection: {estimate: "${stages.model}"}}',
  },
  {
    name: 'a tab',
    text: training('epochs: 5').replace('  train:', '\ttrain:'),
    at: '6:1',
    hint: 'Use spaces.',
  },
  {
    name: 'a number in quotes',
    text: training('optimizer: {type: adamw, learning_rate: "1e-4"}'),
    at: '11:47',
    hint: 'Remove the quotes.',
  },
  {
    name: 'no version',
    text: training().replace('sidestep: 1\n', ''),
    at: '1:1',
    hint: 'Write `sidestep: 1` in the first line.',
  },
  {
    name: 'a word for an optimizer',
    text: training('optimizer: adamw'),
    at: '11:18',
    hint: 'Write `optimizer: {type: adamw}`.',
  },
  {
    name: 'a number for a validation',
    text: training('validation: 0.1'),
    at: '11:19',
    hint: 'Write `validation: {fraction: 0.1}`.',
  },
  {
    name: "kohya's name of the rank, beside the adapter",
    text: training('network_dim: 16'),
    at: '11:7',
    hint: '`network_dim` is `adapter.rank` here: write `adapter: {rank: 16}`.',
  },
  {
    name: "PEFT's name of the dropout",
    text: training('lora_dropout: 0.1'),
    at: '11:7',
    hint: '`lora_dropout` is `adapter.dropout` here: write `adapter: {dropout: 0.1}`.',
  },
  {
    name: 'a key of the songs',
    text: training('trigger_word: blues'),
    at: '11:7',
    hint: 'custom_tag',
  },
];

test.each(mistakes)('$name: one problem, at its place, with what to write', async ({text, at, hint}) => {
  const folder = new Folder({'pipeline.yaml': text});
  const {code, stdout, stderr} = await folder.run(['validate']);
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
  const places = [...stderr.matchAll(/pipeline\.yaml:(\d+:\d+) error/g)].map(([, place]) => place);
  expect(places, stderr).toEqual([at]);
  expect(stderr).toContain(hint);
  expect(stderr, 'what to write is said in place of all that could be').not.toContain('allowed are');
});

test('of a key that no one knows, all that could be there is said', async () => {
  const folder = new Folder({'pipeline.yaml': training('quux: 1')});
  const {stderr} = await folder.run(['validate']);
  expect(stderr).toMatch(/Unknown key quux in with; allowed are model, tensors, /);
});

test('a key without its stage, and a key as an option: the whole `--set` to type', async () => {
  const folder = new Folder({'pipeline.yaml': training()});
  const set = await folder.run(['run', '--set', 'epochs=5']);
  expect(set).toMatchObject({code: 2, stderr: expect.stringContaining('Write --set train.epochs=5.')});
  const option = await folder.run(['run', '--epochs', '5']);
  expect(option).toMatchObject({code: 2, stderr: expect.stringContaining('`--set train.epochs=5`')});
});
