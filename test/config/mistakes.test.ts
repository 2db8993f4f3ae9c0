import {describe, expect, test} from 'vitest';
import {schemas} from '../../src/schema/schemas.generated.js';
import {pipelineOf, place, problemsOf, trainPipeline, words} from './resolved.js';

test.each(['auto', '"auto"', '{}'])('gradient_checkpointing: %s is the default, written out', (written) => {
  const params = (text: string) => pipelineOf(trainPipeline(text)).stages.at(-1)!.params;
  expect(params(`gradient_checkpointing: ${written}`)).toEqual(params('batch_size: 1'));
  expect(params('batch_size: 1').gradient_checkpointing).toEqual({enabled: true, offload: false});
});

describe('a value where a mapping belongs says what to write', () => {
  test.each([
    ['optimizer: adamw', 'optimizer: {type: adamw}'],
    ['optimizer: AdamW', 'optimizer: {type: adamw}'],
    ['optimizer: adamw_bnb_8bit', 'optimizer: {type: adamw8bit}'],
    ['adapter: lokr', 'adapter: {type: lokr}'],
    ['adapter: [lokr]', 'adapter: {type: lokr}'],
    ['schedule: cosine', 'schedule: {type: cosine}'],
    ['schedule: cosine_with_restarts', 'schedule: {type: cosine_restarts}'],
    ['adapter: 16', 'adapter: {type: lora, rank: 16}'],
    ['optimizer: 1e-4', 'optimizer: {type: adamw, learning_rate: 1e-4}'],
    ['validation: 0.1', 'validation: {fraction: 0.1}'],
    ['checkpoint: 5', 'checkpoint: {every_epochs: 5}'],
    ['early_stop: 3', 'early_stop: {patience: 3}'],
    ['crop: 30', 'crop: {chunk_duration: 30}'],
    ['timestep: upstream', 'timestep: {law: upstream}'],
    ['gradient_checkpointing: true', 'gradient_checkpointing: {enabled: true}'],
    ['samples: true', 'samples: {every_epochs: 10}'],
    ['optimizer: [{type: adamw}, {learning_rate: 1e-4}]', 'optimizer: {type: adamw, learning_rate: 1e-4}'],
  ])('%s: %s', (text, written) => {
    expect(problemsOf(trainPipeline(text)).map(words)).toEqual([expect.stringContaining(`\`${written}\``)]);
    expect(problemsOf(trainPipeline(written))).toEqual([]);
  });

  test.each(
    Object.entries(schemas['stage.train']!.properties!)
      .filter(([, {type, oneOf}]) => type === 'object' || oneOf !== undefined)
      .flatMap(([key]) => [5, 0.5, 'text', true].map((value) => ({key, value}))),
  )('$key: $value has an answer', ({key, value}) => {
    const [problem] = problemsOf(trainPipeline(`${key}: ${value}`));
    expect(problem!.hint).toMatch(new RegExp(`^Write \`${key}: \\{`));
  });

  test.each([
    {name: 'a stage', text: 'sidestep: 1\nstages:\n  model: scan\n', hint: 'Write `model: {uses: scan}`.'},
    {
      name: 'stages',
      text: 'sidestep: 1\nstages:\n  - name: model\n    uses: scan\n',
      hint: 'Write each stage under its name, without a dash: `model:` in place of `- name: model`.',
    },
  ])('for $name', ({text, hint}) => {
    expect(problemsOf(text).map((problem) => problem.hint)).toEqual([hint]);
  });
});

describe('one mistake of syntax is one problem that says what to write', () => {
  test.each([
    {
      name: 'a reference without quotes',
      text: 'sidestep: 1\nvars: {c: ./x}\nstages:\n  model: {uses: scan, with: {checkpoint_dir: ${vars.c}}}\n  other: {uses: fixture}\n',
      says: 'pipeline.yaml:4:46 config/unquoted-reference',
      hint: 'Write: model: {uses: scan, with: {checkpoint_dir: "${vars.c}"}}',
    },
    {
      name: 'several in one line, within texts',
      text: 'sidestep: 1\nstages:\n  c: {uses: command, with: {argv: [echo, ${vars.a}, "${vars.b}", ./${vars.c}/${vars.d}.wav]}}\n',
      says: 'pipeline.yaml:3:42 config/unquoted-reference',
      hint: 'Write: c: {uses: command, with: {argv: [echo, "${vars.a}", "${vars.b}", "./${vars.c}/${vars.d}.wav"]}}',
    },
    {
      name: 'one in a mapping over several lines',
      text: 'sidestep: 1\nstages:\n  train:\n    uses: train\n    with: {\n      model: ${stages.model}, # the base\n      epochs: 5\n    }\n',
      says: 'pipeline.yaml:6:14 config/unquoted-reference',
      hint: 'Write: model: "${stages.model}", # the base',
    },
    {
      name: 'a tab',
      text: 'sidestep: 1\nstages:\n\tmodel: {uses: scan}\n  songs: {uses: dataset}\n',
      says: 'pipeline.yaml:3:1 config/yaml-syntax',
      hint: 'Use spaces.',
    },
    {
      name: 'a text with a colon',
      text: 'sidestep: 1\ndescription: my song: best\nstages: {}\n',
      says: 'pipeline.yaml:2:14 config/yaml-syntax',
      hint: 'Put a text that holds a colon and a space in quotes.',
    },
    {
      name: 'a brace that is not closed',
      text: 'sidestep: 1\nstages:\n  model: {uses: scan, with: {checkpoint_dir: ./x}\n  songs: {uses: dataset}\n',
      says: 'pipeline.yaml:4:3 config/yaml-syntax',
      hint: 'A { or [ above is not closed.',
    },
    {
      name: 'a quote that is not closed',
      text: 'sidestep: 1\nname: "abc\nstages:\n  model: {uses: scan}\n',
      says: 'pipeline.yaml:5:1 config/yaml-syntax',
      hint: 'A text above starts with this quote and does not end.',
    },
    {
      name: 'a key without its colon',
      text: 'sidestep: 1\nstages:\n  model:\n    uses scan\n    with: {}\n',
      says: 'pipeline.yaml:4:5 config/yaml-syntax',
      hint: 'Write key: value, with a space behind the colon.',
    },
    {
      name: 'a text that starts with @',
      text: 'sidestep: 1\nstages:\n  model: {uses: scan, with: {checkpoint_dir: @x}}\n',
      says: 'pipeline.yaml:3:46 config/yaml-syntax',
      hint: 'Put the text in quotes.',
    },
  ])('$name', ({text, says, hint}) => {
    const problems = problemsOf(text);
    expect(problems.map(place)).toEqual([says]);
    expect(problems[0]!.hint).toBe(hint);
  });

  test('references without quotes on several lines are one problem with all its places', () => {
    const text =
      'sidestep: 1\nstages:\n  a: {uses: scan, with: {checkpoint_dir: ${vars.x}}}\n  b: {uses: scan, with: {checkpoint_dir: ${vars.x}}}\n';
    expect(problemsOf(text)).toMatchObject([{position: {line: 3}, related: [{position: {line: 4}}]}]);
  });

  test('a reference needs no quotes in a block, nor within quotes', () => {
    const text =
      'sidestep: 1\nvars: {c: ./x}\nstages:\n  model:\n    uses: scan\n    with:\n      checkpoint_dir: ${vars.c}/y\n';
    expect(problemsOf(text)).toEqual([]);
  });
});

test.each([
  {text: 'optimizer: {learning_rate: "1e-4"}', hint: 'Remove the quotes.'},
  {text: "optimizer: {learning_rate: '.5e-3'}", hint: 'Remove the quotes.'},
  {text: 'epochs: "1_0"', hint: 'Write 10, without _.'},
])('$text: $hint', ({text, hint}) => {
  expect(problemsOf(trainPipeline(text)).map((problem) => problem.hint)).toEqual([hint]);
});

test('a file without its version says which line to write', () => {
  expect(problemsOf('stages:\n  a: {uses: fixture}\n')).toMatchObject([
    {code: 'config/missing-key', hint: 'Write `sidestep: 1` in the first line.'},
  ]);
});

test('a list in place of parameters is one problem', () => {
  expect(
    problemsOf('sidestep: 1\nstages:\n  model: {uses: scan, with: [checkpoint_dir]}\n').map(place),
  ).toEqual(['pipeline.yaml:3:29 config/wrong-type']);
});
