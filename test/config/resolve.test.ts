import {describe, expect, test} from 'vitest';
import {valueAt} from '../../src/stage/param.js';
import {pipelineOf, problemsOf, type ResolveOptions, stageOf, trainPipeline} from './resolved.js';

function trained(parameters: string, path: string, options: ResolveOptions = {}) {
  return valueAt(stageOf(trainPipeline(parameters), 'train', options).params, path);
}

describe('the layers of a parameter, weakest first', () => {
  const preset = 'sidestep: 1\nuses: train\nwith: {epochs: 30}';
  const withPreset = trainPipeline('mode: fixed').replace('uses: train\n', 'uses: train\n    preset: mine\n');
  const own = withPreset.replace('mode: fixed', 'epochs: 40');
  const settings = 'stages: {train: {epochs: 20}}';
  test.each([
    {name: 'the schema', text: trainPipeline('mode: fixed'), options: {}, epochs: 100},
    {name: 'the settings', text: trainPipeline('mode: fixed'), options: {settings}, epochs: 20},
    {name: 'a preset', text: withPreset, options: {settings, presets: {mine: preset}}, epochs: 30},
    {name: '`with`', text: own, options: {settings, presets: {mine: preset}}, epochs: 40},
    {
      name: '--set',
      text: own,
      options: {settings, presets: {mine: preset}, overrides: ['train.epochs=50']},
      epochs: 50,
    },
    {
      name: 'a later --set',
      text: own,
      options: {presets: {mine: preset}, overrides: ['train.epochs=50', 'train.epochs=60']},
      epochs: 60,
    },
  ])('$name', ({text, options, epochs}) => {
    expect(stageOf(text, 'train', options as ResolveOptions).params.epochs).toBe(epochs);
  });

  test('a preset may hold a reference where a number belongs', () => {
    const counted = 'sidestep: 1\nuses: train\nwith: {epochs: "${vars.rounds}"}';
    const text = withPreset.replace('stages:', 'vars: {rounds: 7}\nstages:');
    expect(stageOf(text, 'train', {presets: {mine: counted}}).params.epochs).toBe(7);
  });

  test('of several presets the later wins, key by key', () => {
    const text = withPreset.replace('preset: mine', 'preset: [mine, yours]');
    const yours = 'sidestep: 1\nuses: train\nwith: {epochs: 31, adapter: {rank: 4}}';
    const {params} = stageOf(text, 'train', {presets: {mine: preset, yours}});
    expect(valueAt(params, 'epochs')).toBe(31);
    expect(valueAt(params, 'adapter.rank')).toBe(4);
    expect(valueAt(params, 'adapter.alpha')).toBe(128);
  });

  test('another variant drops the keys of a weaker layer that it does not have, and keeps the others', () => {
    const prodigy =
      'sidestep: 1\nuses: train\nwith: {optimizer: {type: prodigy, d_coef: 2, weight_decay: 0.5}}';
    const text = withPreset.replace('mode: fixed', 'optimizer: {type: adamw}');
    const {params} = stageOf(text, 'train', {presets: {mine: prodigy}});
    expect(params.optimizer).toEqual({
      type: 'adamw',
      learning_rate: 1e-4,
      weight_decay: 0.5,
      betas: [0.9, 0.999],
      eps: 1e-8,
    });
  });

  test.each([
    {
      name: 'a rate for AdamW is none for Prodigy',
      below: 'type: adamw, learning_rate: 3e-4',
      above: 'prodigy',
      rate: 1,
    },
    {name: 'nor the other way', below: 'type: prodigy, learning_rate: 1', above: 'adamw', rate: 1e-4},
    {
      name: 'Adafactor takes the same rates',
      below: 'type: adamw, learning_rate: 3e-4',
      above: 'adafactor',
      rate: 3e-4,
    },
    {
      name: 'a rate for no optimizer in particular is for any',
      below: 'learning_rate: 0.5',
      above: 'prodigy',
      rate: 0.5,
    },
  ])('$name', ({below, above, rate}) => {
    const preset = `sidestep: 1\nuses: train\nwith: {optimizer: {${below}}}`;
    const text = withPreset.replace('mode: fixed', `optimizer: {type: ${above}}`);
    expect(valueAt(stageOf(text, 'train', {presets: {mine: preset}}).params, 'optimizer.learning_rate')).toBe(
      rate,
    );
  });

  test('`defaults` reach every stage that has such a parameter, below its own', () => {
    const text = `defaults: {seed: 7, precision: f32, device: cpu, threads: 2, on_error: skip, retries: 3}\n${trainPipeline('mode: fixed')}`;
    const train = stageOf(text, 'train');
    expect(train.params.seed).toBe(7);
    expect(train.resources).toEqual({device: 'cpu', precision: 'f32', threads: 2});
    expect(train.retries).toBe(3);
    expect(stageOf(text, 'model').params).not.toHaveProperty('seed');
    expect(stageOf(text.replace('mode: fixed', 'seed: 8'), 'train').params.seed).toBe(8);
  });
});

describe('`defaults` of the file and of the settings', () => {
  const own = (defaults: string) => `${defaults}${trainPipeline('mode: fixed')}`;
  test.each([
    {
      name: 'the settings reach the stage',
      defaults: '',
      settings: 'defaults: {seed: 5, device: cpu}',
      seed: 5,
    },
    {
      name: "the file's win over the settings'",
      defaults: 'defaults: {seed: 6, device: cpu}\n',
      settings: 'defaults: {seed: 5, device: cuda}',
      seed: 6,
    },
    {
      name: "the file's win over what the settings say of this stage type",
      defaults: 'defaults: {seed: 6, device: cpu}\n',
      settings: 'stages: {train: {seed: 7}}',
      seed: 6,
    },
  ])('$name', ({defaults, settings, seed}) => {
    const {params, resources} = stageOf(own(defaults), 'train', {settings});
    expect({seed: params.seed, device: resources.device}).toEqual({seed, device: 'cpu'});
  });
});

describe('names with dots in them are one word of a path', () => {
  const pattern = 'adapter: {rank_pattern: {"layers.0.self_attn.q_proj": 4, v_proj: 8}}';
  const dotted = 'adapter.rank_pattern."layers.0.self_attn.q_proj"';

  test('the path finds the value and its place', () => {
    const {params, positions} = stageOf(trainPipeline(pattern), 'train');
    expect(valueAt(params, dotted)).toBe(4);
    expect(positions[dotted]).toMatchObject({line: 9, column: 61});
  });

  test('--set reaches it', () => {
    const overrides = [`train.${dotted}=2`, 'train.adapter.rank_pattern."a.b=c"=3'];
    const {params} = stageOf(trainPipeline(pattern), 'train', {overrides});
    expect(valueAt(params, 'adapter.rank_pattern')).toEqual({
      'layers.0.self_attn.q_proj': 2,
      v_proj: 8,
      'a.b=c': 3,
    });
  });

  test('a problem with it is named so', () => {
    expect(problemsOf(trainPipeline(pattern.replace('4', '0'))).map(({message}) => message)).toEqual([
      `Expected at least 1 for with.${dotted} but found 0`,
    ]);
  });
});

describe('defaults depend on the variant', () => {
  test.each([
    {name: 'adamw learns at 1e-4', parameters: 'mode: fixed', path: 'optimizer.learning_rate', value: 1e-4},
    {
      name: 'prodigy learns at 1',
      parameters: 'optimizer: {type: prodigy}',
      path: 'optimizer.learning_rate',
      value: 1,
    },
    {
      name: 'prodigy has its own betas',
      parameters: 'optimizer: {type: prodigy}',
      path: 'optimizer.betas',
      value: [0.9, 0.99],
    },
    {
      name: 'an adapter without a type is lora',
      parameters: 'adapter: {rank: 8}',
      path: 'adapter.type',
      value: 'lora',
    },
    {name: 'lokr splits by itself', parameters: 'adapter: {type: lokr}', path: 'adapter.factor', value: -1},
    {name: 'oft has no rank', parameters: 'adapter: {type: oft}', path: 'adapter.rank', value: undefined},
    {name: 'what is unset stays unset', parameters: 'mode: fixed', path: 'max_steps', value: undefined},
  ])('$name', ({parameters, path, value}) => {
    expect(trained(parameters, path)).toEqual(value);
  });
});

describe('references', () => {
  const vars = (text: string, parameters: string) => `vars: ${text}\n${trainPipeline(parameters)}`;
  test.each([
    {
      name: 'a whole value keeps its type',
      text: vars('{n: 5}', 'epochs: ${vars.n}'),
      path: 'epochs',
      value: 5,
    },
    {
      name: 'a list stays a list',
      text: vars('{l: [q_proj]}', 'adapter: {target_modules: "${vars.l}"}'),
      path: 'adapter.target_modules',
      value: ['q_proj'],
    },
    {
      name: 'a mapping stays a mapping',
      text: vars('{a: {type: dora, rank: 4}}', 'adapter: ${vars.a}'),
      path: 'adapter.type',
      value: 'dora',
    },
    {
      name: 'within a text it becomes text',
      text: vars('{n: 5}', 'output_dir: "/out/r${vars.n}"'),
      path: 'output_dir',
      value: '/out/r5',
    },
    {
      name: 'variables may use later ones',
      text: vars('{a: "${vars.b}0", b: 1}', 'output_dir: "/${vars.a}"'),
      path: 'output_dir',
      value: '/10',
    },
    {
      name: 'deeper values have dotted paths',
      text: vars('{a: {b: [3, 4]}}', 'epochs: ${vars.a.b.1}'),
      path: 'epochs',
      value: 4,
    },
    {
      name: '$${ stands for the characters',
      text: trainPipeline('output_dir: "/a$${b}"'),
      path: 'output_dir',
      value: '/a${b}',
    },
  ])('$name', ({text, path, value}) => {
    expect(valueAt(stageOf(text, 'train').params, path)).toEqual(value);
  });

  test('stages become tagged references', () => {
    expect(stageOf(trainPipeline('mode: fixed'), 'train').params.model).toEqual({$stage: 'model'});
    const text =
      'sidestep: 1\nstages:\n  f: {uses: fixture}\n  m: {uses: scan, with: {checkpoint_dir: "${stages.f.checkpoint_dir}"}}';
    expect(stageOf(text, 'm').params.checkpoint_dir).toEqual({$stage: 'f', output: 'checkpoint_dir'});
  });

  test('environment variables must be listed, and are recorded', () => {
    const text = `env: [OUT]\n${trainPipeline('output_dir: ${env.OUT}')}`;
    const env = {OUT: '/there', SECRET: 'x'};
    expect(stageOf(text, 'train', {env}).params.output_dir).toBe('/there');
    expect(pipelineOf(text, {env}).env).toEqual({OUT: '/there'});
  });

  test("a command's own inputs and outputs are left to what runs it", () => {
    const text =
      'sidestep: 1\nstages:\n  c: {uses: command, with: {argv: [cp, "${inputs.a}", "${outputs.b}"], inputs: {a: ./x}, outputs: {b: y}}}';
    expect(stageOf(text, 'c').params.argv).toEqual(['cp', '${inputs.a}', '${outputs.b}']);
  });
});

describe('paths', () => {
  test.each([
    {
      name: 'relative ones start from the pipeline file',
      parameters: 'output_dir: ./out',
      value: '/project/out',
    },
    {name: 'absolute ones stay', parameters: 'output_dir: /out', value: '/out'},
  ])('$name', ({parameters, value}) => {
    expect(trained(parameters, 'output_dir')).toBe(value);
  });

  test('defaults are paths like any other', () => {
    const text = 'sidestep: 1\nstages:\n  e: {uses: export, with: {adapter: ./a}}';
    expect(stageOf(text, 'e').params).toMatchObject({adapter: '/project/a', output_dir: '/project/output'});
  });

  test('those inside presets start from the pipeline file too', () => {
    const preset = 'sidestep: 1\nuses: train\nwith: {output_dir: ./out}';
    const text = trainPipeline('mode: fixed').replace('uses: train\n', 'uses: train\n    preset: mine\n');
    expect(stageOf(text, 'train', {presets: {mine: preset}}).params.output_dir).toBe('/project/out');
  });
});

describe('a matrix', () => {
  const text = (matrix: string) => `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./c}}
  train:
    uses: train
    matrix: ${matrix}
    with: {model: "\${stages.model}", tensors: ./t, adapter: {rank: "\${matrix.rank}"}}
  export: {uses: export, with: {adapter: "\${stages.train}", name: "r\${matrix.rank}"}}
  after: {uses: fixture, needs: [train]}
`;
  const ids = (matrix: string) =>
    pipelineOf(text(matrix))
      .stages.filter(({declared_as}) => declared_as === 'train')
      .map(({id}) => id);

  test.each([
    {matrix: '{rank: [8, 16]}', instances: ['train[rank=8]', 'train[rank=16]']},
    {
      matrix: '{rank: [8, 16], kind: [a, b]}',
      instances: [
        'train[rank=8,kind=a]',
        'train[rank=8,kind=b]',
        'train[rank=16,kind=a]',
        'train[rank=16,kind=b]',
      ],
    },
    {
      matrix: '{rank: [8, 16], kind: [a, b], exclude: [{rank: 8, kind: b}, {rank: 16}]}',
      instances: ['train[rank=8,kind=a]'],
    },
    {matrix: '{rank: [8], include: [{rank: 64}]}', instances: ['train[rank=8]', 'train[rank=64]']},
    {matrix: '{include: [{rank: 8}, {rank: 9}]}', instances: ['train[rank=8]', 'train[rank=9]']},
  ])('$matrix runs $instances', ({matrix, instances}) => {
    expect(ids(matrix)).toEqual(instances);
  });

  test('may take its values from a variable', () => {
    const {stages} = pipelineOf(`vars: {ranks: [8, 16]}\n${text('{rank: "${vars.ranks}"}')}`);
    expect(stages.filter(({declared_as}) => declared_as === 'train').map(({id}) => id)).toEqual([
      'train[rank=8]',
      'train[rank=16]',
    ]);
  });

  test('gives each instance its values, typed', () => {
    const stage = stageOf(text('{rank: [8, 16]}'), 'train[rank=16]');
    expect(stage).toMatchObject({declared_as: 'train', matrix: {rank: 16}, params: {adapter: {rank: 16}}});
  });

  test('repeats the stages that use its results, each with its own', () => {
    const stage = stageOf(text('{rank: [8, 16]}'), 'export[rank=16]');
    expect(stage.params).toMatchObject({adapter: {$stage: 'train[rank=16]'}, name: 'r16'});
  });

  test('is waited for as a whole by a stage that needs it', () => {
    const {needs} = stageOf(text('{rank: [8, 16]}'), 'after');
    expect(needs.map(({stage}) => stage)).toEqual(['train[rank=8]', 'train[rank=16]']);
  });
});

describe('when', () => {
  test.each([
    {when: 'false', kind: 'skip'},
    {when: '"${vars.go}"', kind: 'run'},
    {when: '"${vars.model} == turbo"', kind: 'skip'},
    {when: '"${vars.model} == \'a b\' && !(1 == 2)"', kind: 'run'},
  ])('$when: $kind', ({when, kind}) => {
    const text = `sidestep: 1\nvars: {go: true, model: a b}\nstages:\n  f: {uses: fixture, when: ${when}}`;
    expect(stageOf(text, 'f').when.kind).toBe(kind);
  });
});

describe('the rest of a stage', () => {
  test.each([
    {timeout: '90', seconds: 90},
    {timeout: '30m', seconds: 1800},
    {timeout: '1.5h', seconds: 5400},
  ])('timeout: $timeout is $seconds s', ({timeout, seconds}) => {
    const stage = stageOf(`sidestep: 1\nstages:\n  f: {uses: fixture, timeout: ${timeout}}`, 'f');
    expect(stage.timeout_s).toBe(seconds);
  });

  test('resources, retries, cache, description', () => {
    const stage = stageOf(
      'sidestep: 1\nstages:\n  f: {uses: fixture, resources: {device: "cuda:1", threads: 3}, retries: 2, cache: false, description: hi}',
      'f',
    );
    expect(stage).toMatchObject({
      resources: {device: 'cuda:1', precision: 'auto', threads: 3},
      retries: 2,
      cache: 'ignore',
      description: 'hi',
    });
  });

  test('--set reaches variables, defaults and stage settings', () => {
    const text = `vars: {n: 1}\n${trainPipeline('epochs: ${vars.n}')}`;
    const options = {
      overrides: [
        'vars.n=9',
        'defaults.seed=3',
        'train.retries=4',
        'train.adapter={type: dora}',
        'train.adapter.rank=2',
      ],
    };
    const stage = stageOf(text, 'train', options);
    expect(stage).toMatchObject({retries: 4, params: {epochs: 9, seed: 3, adapter: {type: 'dora', rank: 2}}});
  });

  test('positions name the place of each value that somebody wrote', () => {
    const {positions} = stageOf(trainPipeline('adapter: {rank: 8}'), 'train', {
      overrides: ['train.epochs=3'],
    });
    expect(positions['adapter.rank']).toMatchObject({file: '/project/pipeline.yaml', line: 9, column: 23});
    expect(positions.epochs).toMatchObject({file: '--set', line: 1, column: 14});
    expect(positions).not.toHaveProperty('batch_size');
    expect(positions).not.toHaveProperty('adapter.type');
  });
});
