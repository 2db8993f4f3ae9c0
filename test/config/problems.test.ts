import {describe, expect, test} from 'vitest';
import {codeFrame} from '../../src/config/text/code-frame.js';
import {sourceText} from '../../src/config/text/source-text.js';
import {annotation} from '../../src/render/github.js';
import {palette} from '../../src/render/palette.js';
import {placeText, problemText} from '../../src/render/problem-text.js';
import {place, problemsOf, trainPipeline, words} from './resolved.js';

describe('a train stage says what is wrong, where, and what to do', () => {
  test.each([
    {
      name: 'a slip in a key',
      text: 'epohcs: 10',
      says: 'pipeline.yaml:9:7 config/unknown-key Unknown key epohcs',
      hint: 'Did you mean epochs?',
    },
    {
      name: "another trainer's key",
      text: 'lr: 1e-4',
      says: 'pipeline.yaml:9:7 config/unknown-key',
      hint: '`lr` is `optimizer.learning_rate` here: write `optimizer: {learning_rate: 1e-4}`.',
    },
    {
      name: 'a key one level too high',
      text: 'rank: 8',
      says: 'pipeline.yaml:9:7 config/unknown-key',
      hint: 'It belongs under `adapter`: write `adapter: {rank: 8}`.',
    },
    {
      name: 'a key of another variant',
      text: 'adapter: {type: lora, factor: 4}',
      says: 'pipeline.yaml:9:29 config/unknown-key Unknown key factor in with.adapter',
      hint: 'Only type lokr has it.',
    },
    {
      name: 'a key of a variant no one chose',
      text: 'adapter: {factor: 4}',
      says: 'pipeline.yaml:9:17 config/unknown-key',
      hint: 'Only type lokr has it.',
    },
    {
      name: 'an unknown variant',
      text: 'adapter: {type: lorra}',
      says: 'pipeline.yaml:9:23 config/not-allowed Expected one of lora, dora, lokr, loha, oft for with.adapter.type but found the text "lorra"',
      hint: 'Did you mean lora?',
    },
    {
      name: 'an unknown choice',
      text: 'mode: fixd',
      says: 'pipeline.yaml:9:13 config/not-allowed Expected one of fixed, vanilla for with.mode but found the text "fixd"',
      hint: 'Did you mean fixed?',
    },
    {
      name: "upstream's name of a choice",
      text: 'precision: fp32',
      says: 'pipeline.yaml:9:18 config/not-allowed',
      hint: 'Write f32.',
    },
    {
      name: 'a text for a number',
      text: 'epochs: ten',
      says: 'pipeline.yaml:9:15 config/wrong-type Expected a whole number for with.epochs but found the text "ten"',
    },
    {
      name: 'a number in quotes',
      text: 'epochs: "10"',
      says: 'pipeline.yaml:9:15 config/wrong-type',
      hint: 'Remove the quotes.',
    },
    {
      name: 'a number with _',
      text: 'epochs: 1_000',
      says: 'pipeline.yaml:9:15 config/wrong-type',
      hint: 'Write 1000, without _.',
    },
    {
      name: 'a boolean of YAML 1.1',
      text: 'gradient_checkpointing: {enabled: off}',
      says: 'pipeline.yaml:9:41 config/wrong-type',
      hint: 'Write false: YAML 1.2 reads off as a text.',
    },
    {
      name: 'a fraction for a whole number',
      text: 'epochs: 1.5',
      says: 'pipeline.yaml:9:15 config/wrong-type Expected a whole number',
    },
    {
      name: 'a number beyond its bounds',
      text: 'epochs: 0',
      says: 'pipeline.yaml:9:15 config/out-of-range Expected at least 1 for with.epochs but found 0',
    },
    {name: 'an infinite number', text: 'max_grad_norm: .inf', says: 'pipeline.yaml:9:22 config/wrong-type'},
    {
      name: 'a number too large to be exact',
      text: 'seed: 12345678901234567890',
      says: 'pipeline.yaml:9:13 config/out-of-range',
    },
    {
      name: 'a single text for a list',
      text: 'adapter: {target_modules: q_proj}',
      says: 'pipeline.yaml:9:33 config/wrong-type',
      hint: 'Put it in brackets: [q_proj].',
    },
    {
      name: 'a key without a value',
      text: 'epochs:',
      says: 'pipeline.yaml:9:14 config/wrong-type',
      hint: 'Write a value, or remove the key for its default.',
    },
    {
      name: 'a list that repeats itself',
      text: 'adapter: {target_modules: [q_proj, q_proj]}',
      says: 'pipeline.yaml:9:42 config/out-of-range Expected every element once',
    },
    {
      name: 'a missing key deeper down',
      text: 'schedule: {type: custom}',
      says: 'pipeline.yaml:9:17 config/missing-key Expected the key formula for with.schedule',
    },
    {
      name: 'a stage where none belongs',
      text: 'epochs: ${stages.model}',
      says: 'pipeline.yaml:9:15 config/reference-not-allowed',
    },
    {
      name: 'a stage within a text',
      text: 'output_dir: "out/${stages.model}"',
      says: 'pipeline.yaml:9:24 config/bad-reference',
    },
    {
      name: 'a stage of the wrong type',
      text: 'resume_from: ${stages.model}',
      says: 'pipeline.yaml:9:20 config/wrong-stage-type Expected a train or command stage for resume_from but model is a scan stage',
    },
    {
      name: 'a stage that does not exist',
      text: 'resume_from: ${stages.modle}',
      says: 'pipeline.yaml:9:20 config/unknown-stage',
      hint: 'Did you mean model?',
    },
    {
      name: 'a stage that uses itself',
      text: 'resume_from: ${stages.train}',
      says: 'pipeline.yaml:9:20 config/circular-stages Stages wait for each other: train → train',
    },
    {
      name: 'a variable that does not exist',
      text: 'epochs: ${vars.n}',
      says: 'pipeline.yaml:9:15 config/unknown-reference No variable is named n',
      hint: 'Add it under `vars:`.',
    },
    {
      name: 'a reference to nothing known',
      text: 'epochs: ${var.n}',
      says: 'pipeline.yaml:9:15 config/unknown-reference',
      hint: 'Did you mean vars?',
    },
    {
      name: 'a reference without its end',
      text: 'output_dir: "${vars.x"',
      says: 'pipeline.yaml:9:20 config/bad-reference',
    },
    {
      name: 'an unlisted environment variable',
      text: 'output_dir: ${env.HOME}',
      says: 'pipeline.yaml:9:19 config/unknown-reference',
      hint: 'List it under `env:`.',
    },
  ])('$name', ({text, says, hint}) => {
    const problems = problemsOf(trainPipeline(text));
    expect(problems.map(words)).toHaveLength(1);
    expect(words(problems[0]!)).toContain(says);
    if (hint !== undefined) expect(problems[0]!.hint).toBe(hint);
  });
});

describe('a pipeline says what is wrong', () => {
  const scan = 'model: {uses: scan, with: {checkpoint_dir: ./c}}';
  test.each([
    {name: 'an empty file', text: '', says: ['pipeline.yaml:1:1 config/empty']},
    {name: 'a file of comments', text: '# nothing\n', says: ['pipeline.yaml:1:1 config/empty']},
    {name: 'a list in place of a mapping', text: '- a', says: ['pipeline.yaml:1:1 config/wrong-type']},
    {name: 'no stages', text: 'sidestep: 1', says: ['pipeline.yaml:1:1 config/missing-key']},
    {
      name: 'another format version',
      text: `sidestep: 2\nstages:\n  ${scan}`,
      says: ['pipeline.yaml:1:11 config/not-allowed'],
    },
    {
      name: 'an unknown stage type',
      text: 'sidestep: 1\nstages:\n  a: {uses: trian}',
      says: ['pipeline.yaml:3:13 config/not-allowed'],
    },
    {
      name: 'a stage without a type',
      text: 'sidestep: 1\nstages:\n  a: {with: {}}',
      says: ['pipeline.yaml:3:6 config/missing-key'],
    },
    {
      name: 'a stage that is no mapping',
      text: 'sidestep: 1\nstages:\n  a: 5',
      says: ['pipeline.yaml:3:6 config/wrong-type'],
    },
    {
      name: 'a name that cannot be referred to',
      text: 'sidestep: 1\nstages:\n  a.b: {uses: fixture}',
      says: ['pipeline.yaml:3:3 config/bad-name'],
    },
    {
      name: 'a parameter beside `with`',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, clips: 3}',
      says: ['pipeline.yaml:3:22 config/unknown-key'],
    },
    {
      name: 'a required parameter that no layer has',
      text: 'sidestep: 1\nstages:\n  a:\n    uses: scan\n',
      says: ['pipeline.yaml:3:3 config/missing-key'],
    },
    {
      name: 'neither songs nor a list of them',
      text: 'sidestep: 1\nstages:\n  a: {uses: dataset, with: {}}',
      says: ['pipeline.yaml:3:22 config/missing-key'],
    },
    {
      name: 'an environment variable that is not set',
      text: `sidestep: 1\nenv: [NOT_SET]\nstages:\n  ${scan}`,
      says: ['pipeline.yaml:2:7 config/unset-env'],
    },
    {
      name: 'a variable made of itself',
      text: `sidestep: 1\nvars: {a: "\${vars.b}", b: "\${vars.a}"}\nstages:\n  ${scan}`,
      says: ['pipeline.yaml:2:8 config/circular-variable'],
    },
    {
      name: 'variables that double each other without end',
      text: `sidestep: 1\nvars:\n  v0: 0123456789\n${Array.from({length: 40}, (_, index) => `  v${index + 1}: "\${vars.v${index}}\${vars.v${index}}"`).join('\n')}\nstages:\n  ${scan}`,
      says: expect.arrayContaining([expect.stringMatching(/config\/bad-reference$/)]),
    },
    {
      name: 'an unknown preset',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, preset: nope}',
      says: ['pipeline.yaml:3:30 config/unknown-preset'],
    },
    {
      name: 'a need of no one',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, needs: [b]}',
      says: ['pipeline.yaml:3:30 config/unknown-stage'],
    },
    {
      name: 'stages in a circle',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, needs: [b]}\n  b: {uses: fixture, needs: [a]}',
      says: ['pipeline.yaml:4:30 config/circular-stages'],
    },
    {
      name: 'an output that does not exist',
      text: 'sidestep: 1\nstages:\n  f: {uses: fixture}\n  a: {uses: scan, with: {checkpoint_dir: "${stages.f.checkpoints}"}}',
      says: ['pipeline.yaml:4:42 config/unknown-output'],
    },
    {
      name: 'a condition that says neither yes nor no',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, when: maybe}',
      says: ['pipeline.yaml:3:28 config/bad-condition'],
    },
    {
      name: 'a time in no known unit',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, timeout: 3 weeks}',
      says: ['pipeline.yaml:3:31 config/bad-form'],
    },
    {
      name: 'a matrix value that is not there',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, matrix: {n: [1]}, with: {clips: "${matrix.m}"}}',
      says: ['pipeline.yaml:3:55 config/unknown-reference'],
    },
    {
      name: 'an exclusion that excludes by an unknown name',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, matrix: {n: [1], exclude: [{m: 1}]}}',
      says: ['pipeline.yaml:3:50 config/unknown-matrix-name'],
    },
    {
      name: 'a combination that is not whole',
      text: 'sidestep: 1\nstages:\n  a: {uses: fixture, matrix: {n: [1], m: [1], include: [{n: 2}]}}',
      says: ['pipeline.yaml:3:57 config/incomplete-combination'],
    },
  ])('$name', ({text, says}) => {
    expect(problemsOf(text).map(place)).toEqual(says);
  });

  test('all of it at once, in reading order', () => {
    const text = `sidestep: 1
nam: x
stages:
  model: {uses: scan, with: {checkpoint_dir: ./c, modl: turbo}}
  songs: {uses: datset}
  latents: {uses: preprocess.pass1, with: {model: model, dataset: "\${stages.sonsg}", max_duration: yes}}
`;
    expect(problemsOf(text).map(place)).toEqual([
      'pipeline.yaml:2:1 config/unknown-key',
      'pipeline.yaml:4:51 config/unknown-key',
      'pipeline.yaml:5:17 config/not-allowed',
      'pipeline.yaml:6:51 config/not-a-reference',
      'pipeline.yaml:6:67 config/unknown-stage',
      'pipeline.yaml:6:100 config/wrong-type',
    ]);
  });
});

describe('a problem shows its place', () => {
  test('with the lines around it', () => {
    expect(problemsOf(trainPipeline('mode: fixd'))[0]!.frame).toBe(
      ['   8 |       tensors: ./tensors', '>  9 |       mode: fixd', '     |             ^^^^'].join('\n'),
    );
  });

  test.each([
    {name: 'begin', before: '', after: ` # ${'y'.repeat(5000)}`, shown: /^> 1 \| mode: fixd # y+…$/m},
    {name: 'end', before: `# ${'x'.repeat(5000)} `, after: '', shown: /^> 1 \| …x+ mode: fixd$/m},
    {
      name: 'middle',
      before: `# ${'x'.repeat(5000)} `,
      after: ` # ${'y'.repeat(5000)}`,
      shown: /^> 1 \| …x+ mode: fixd # y+…$/m,
    },
  ])('of a line of 5,000 characters, the part around it: the $name', ({before, after, shown}) => {
    const column = before.length + 'mode: '.length + 1;
    const at = {file: 'p.yaml', line: 1, column, end_line: 1, end_column: column + 4};
    const frame = codeFrame(sourceText('p.yaml', `${before}mode: fixd${after}`), at);
    expect(frame).toMatch(shown);
    const [line, marks] = frame.split('\n') as [string, string];
    expect(marks).toMatch(/^ +\| +\^{4}$/);
    expect(line.slice(marks.indexOf('^')).slice(0, 4)).toBe('fixd');
  });

  test('through an alias, with the place of the alias', () => {
    const [problem] = problemsOf(
      trainPipeline(
        'schedule: &s {type: linear, warmup_steps: x}\noptimizer: {type: adamw}\nadapter: {type: lora, rank_pattern: *s}',
      ),
    );
    expect(problem).toMatchObject({code: 'config/wrong-type', position: {line: 9}});
  });

  test('through a merge key, with the place of the merge', () => {
    const text = trainPipeline('early_stop: &e {patience: x}\ntarget_loss: {<<: *e}');
    expect(
      problemsOf(text).map((problem) => ({
        code: problem.code,
        related: problem.related?.map((r) => r.message),
      })),
    ).toEqual([
      {code: 'config/unknown-key', related: ['merged here']},
      {code: 'config/wrong-type', related: undefined},
    ]);
  });

  test('through a variable, with the place of its value', () => {
    const text = `vars: {n: many}\n${trainPipeline('epochs: ${vars.n}')}`;
    const [problem] = problemsOf(text);
    expect(place(problem!)).toBe('pipeline.yaml:10:15 config/wrong-type');
    expect(problem!.related).toMatchObject([{position: {line: 1, column: 11}}]);
  });

  test('in the preset that says it', () => {
    const preset = 'sidestep: 1\nuses: train\nwith:\n  epochs: many\n';
    const text = trainPipeline('mode: fixed').replace(
      '    uses: train\n',
      '    uses: train\n    preset: mine\n',
    );
    expect(problemsOf(text, {presets: {mine: preset}}).map(place)).toEqual([
      'mine.yaml:4:11 config/wrong-type',
    ]);
  });

  test('on the command line', () => {
    expect(problemsOf(trainPipeline('mode: fixed'), {overrides: ['train.epochs=many']}).map(place)).toEqual([
      '--set:1:14 config/wrong-type',
    ]);
  });

  test('in the settings', () => {
    expect(
      problemsOf(trainPipeline('mode: fixed'), {settings: 'stages: {train: {epochs: many}}'}).map(place),
    ).toEqual(['settings.yaml:1:26 config/wrong-type']);
  });
});

test.each([
  {override: 'train.epochs', says: '--set:1:1 config/bad-override'},
  {override: '=5', says: '--set:1:1 config/bad-override'},
  {override: 'trian.epochs=5', says: '--set:1:1 config/bad-override'},
  {override: 'train.epochs=[1', says: '--set:1:16 config/yaml-syntax'},
  {override: 'train.epohcs=1', says: '--set:1:1 config/unknown-key'},
  {override: 'train.adapter.rank=0', says: '--set:1:20 config/out-of-range'},
])('--set $override is refused', ({override, says}) => {
  expect(problemsOf(trainPipeline('mode: fixed'), {overrides: [override]}).map(place)).toEqual([says]);
});

test('of several --set the one with a mistake is shown as it was typed, with a marker, and no line of a file is made up', () => {
  const overrides = ['train.epochs=5', 'train.adapter.rank=0'];
  const [problem] = problemsOf(trainPipeline('mode: fixed'), {overrides});
  const [head, ...lines] = problemText(problem!, palette('plain')).split('\n');
  expect(head).toMatch(/^error: .*\[config\/out-of-range\]$/);
  expect(lines.slice(0, 2)).toEqual(['  --set train.adapter.rank=0', '                           ^']);
  expect(placeText(problem!.position!)).toBe('--set train.adapter.rank=0');
  const github = annotation('error', problem!, '/');
  expect(github).toMatch(/^::error title=config\/out-of-range::.*%0A--set train\.adapter\.rank=0/);
});
