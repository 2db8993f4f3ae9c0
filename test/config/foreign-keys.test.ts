import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {
  foreignKeys,
  foreignPlaces,
  insteadOf,
  type KeyPlace,
  nowhere,
} from '../../src/config/check/foreign-keys.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {problemsOf, trainPipeline, words} from './resolved.js';

/** The schemas at a place, one for each variant on the way. */
function schemasAt({within, path}: KeyPlace): Schema[] {
  const root =
    within === 'file' ? schemas.pipeline : within === 'stage' ? schemas.stage : schemas[`stage.${within}`];
  return path.reduce<Schema[]>(
    (holders, word) =>
      holders
        .flatMap((holder) => [holder, ...(holder.oneOf ?? [])])
        .flatMap(({properties}) =>
          properties && Object.hasOwn(properties, word) ? [properties[word]!] : [],
        ),
    root === undefined ? [] : [root],
  );
}

describe('the table of other trainers’ keys', () => {
  test('every place exists', () => {
    const lost = [...foreignKeys].flatMap(([key, found]) =>
      found
        .filter(({place}) => schemasAt(place).length === 0)
        .map(({place}) => `${key}: ${place.within}:${place.path.join('.')}`),
    );
    expect(lost).toEqual([]);
  });

  test('no key has its own name at its own place', () => {
    const same = [...foreignKeys].filter(([key, found]) =>
      found.some(({place}) => place.path.join('.') === key),
    );
    expect(same.map(([key]) => key)).toEqual([]);
  });

  test('a value that is given may be at the place', () => {
    const bad = [...foreignKeys].flatMap(([key, found]) =>
      found.flatMap(({place, value}) => {
        if (value === undefined) return [];
        const plain = parse(value) as unknown;
        const fits = schemasAt(place).some(
          (schema) =>
            schema.const === plain ||
            (schema.enum?.includes(plain) ?? false) ||
            [schema.type]
              .flat()
              .some((type) => type === typeof plain || (type === 'integer' && Number.isInteger(plain))),
        );
        return fits ? [] : [`${key}: ${value}`];
      }),
    );
    expect(bad).toEqual([]);
  });

  test('what has no place is in no other list', () => {
    expect(Object.keys(nowhere).filter((key) => foreignKeys.has(key))).toEqual([]);
  });

  test('every flag of upstream is known by its key', () => {
    const table = parse(readFileSync(new URL('../../docs/upstream-flags.yaml', import.meta.url), 'utf8')) as {
      train: Record<string, {reason?: string; command?: string}>;
    };
    const flags = Object.entries(table.train).filter(
      ([flag, {reason, command}]) =>
        flag.startsWith('--') && !flag.startsWith('--no-') && !reason && !command,
    );
    const names = flags.map(([flag]) => flag.slice(2).replaceAll('-', '_'));
    const unknown = names.filter((name) => {
      const hint = problemsOf(trainPipeline(`${name}: 1`))[0]?.hint ?? '';
      const own = schemasAt({within: 'train', path: [name]}).length > 0;
      return !own && !/write `/i.test(hint);
    });
    expect(unknown).toEqual([]);
  });
});

describe('keys that people bring along are sent to their place', () => {
  test.each([
    ['network_dim: 16', 'adapter: {rank: 16}'],
    ['network_alpha: 8', 'adapter: {alpha: 8}'],
    ['r: 16', 'adapter: {rank: 16}'],
    ['lora_r: 16', 'adapter: {rank: 16}'],
    ['lora_dropout: 0.1', 'adapter: {dropout: 0.1}'],
    ['use_rslora: true', 'adapter: {rs_lora: true}'],
    ['use_dora: true', 'adapter: {type: dora}'],
    ['lora_target_modules: [q_proj, v_proj]', 'adapter: {target_modules: [q_proj, v_proj]}'],
    ['warmup_ratio: 0.05', 'schedule: {warmup_steps: 100}'],
    ['lr_warmup_steps: 100', 'schedule: {warmup_steps: 100}'],
    ['lr_scheduler: cosine', 'schedule: {type: cosine}'],
    ['save_steps: 500', 'checkpoint: {every_steps: 500}'],
    ['save_every_n_epochs: 5', 'checkpoint: {every_epochs: 5}'],
    ['save_total_limit: 3', 'checkpoint: {keep_last: 3}'],
    ['mixed_precision: bf16', 'precision: bf16'],
    ['min_snr_gamma: 5', 'snr_gamma: 5'],
    ['learning_rate: 1e-4', 'optimizer: {learning_rate: 1e-4}'],
    ['train_batch_size: 2', 'batch_size: 2'],
    ['micro_batch_size: 2', 'batch_size: 2'],
    ['max_train_steps: 1000', 'max_steps: 1000'],
    ['num_train_epochs: 10', 'epochs: 10'],
    ['val_set_size: 0.05', 'validation: {fraction: 0.05}'],
    ['gradient_clipping: 1.0', 'max_grad_norm: 1.0'],
    ['bf16: true', 'precision: bf16'],
    ['dtype: bf16', 'precision: bf16'],
    ['load_in_8bit: true', 'base_precision: 8bit'],
    ['quantize: true', 'base_precision: 8bit'],
    ['resume_from_checkpoint: ./x', 'resume_from: ./x'],
    ['sample_every: 250', 'samples: {every_steps: 250}'],
    ['early_stopping_patience: 5', 'early_stop: {patience: 5}'],
    ['optim: adamw', 'optimizer: {type: adamw}'],
    ['device: cuda', 'resources: {device: cuda}'],
    ['num_threads: 4', 'defaults: {threads: 4}'],
    ['trigger_word: ohwx', 'with: {custom_tag: ohwx}'],
    ['pretrained_model_name_or_path: ./m', 'with: {checkpoint_dir: ./m}'],
    ['LoRA-Rank: 16', 'adapter: {rank: 16}'],
  ])('%s: write %s', (text, written) => {
    expect(problemsOf(trainPipeline(text)).map(words)).toEqual([
      expect.stringContaining(`write \`${written}\``),
    ]);
  });

  test.each([
    {name: 'the file', text: 'sidestep: 1\nlora_r: 16\nstages: {}', written: 'with: {adapter: {rank: 16}}'},
    {
      name: 'a stage',
      text: 'sidestep: 1\nstages:\n  t: {uses: train, lora_r: 16, with: {}}',
      written: 'adapter: {rank: 16}` in `with',
    },
    {
      name: 'the adapter',
      text: trainPipeline('adapter: {network_dim: 16}'),
      written: 'rank: 16',
    },
    {name: 'the optimizer', text: trainPipeline('optimizer: {lr: 1e-4}'), written: 'learning_rate: 1e-4'},
    {
      name: 'the schedule',
      text: trainPipeline('schedule: {warmup_ratio: 0.1}'),
      written: 'warmup_steps: 100',
    },
    {
      name: 'the adapter, for the optimizer',
      text: trainPipeline('adapter: {lr: 1e-4}'),
      written: 'with: {optimizer: {learning_rate: 1e-4}}',
    },
    {
      name: 'a stage of another type',
      text: 'sidestep: 1\nstages:\n  s: {uses: dataset, with: {audio_dir: ./a, network_dim: 16}}',
      written: 'with: {adapter: {rank: 16}}',
    },
    {
      name: 'the defaults',
      text: 'sidestep: 1\ndefaults: {mixed_precision: bf16}\nstages: {}',
      written: 'precision: bf16',
    },
  ])('found in $name', ({text, written}) => {
    const hints = problemsOf(text).flatMap(({hint}) => hint ?? []);
    expect(hints.find((hint) => hint.includes(`write \`${written}\``)) ?? hints).toBeTypeOf('string');
  });

  test.each([
    {line: 'dataset: ./songs', written: 'dataset: {uses: dataset, with: {audio_dir: ./songs}}'},
    {line: 'dataset: {audio_dir: ./songs}', written: 'dataset: {uses: dataset, with: {audio_dir: ./songs}}'},
    {line: 'datasets: [{folder_path: ./songs}]', written: 'dataset: {uses: dataset, with: {…}}'},
    {line: 'model: turbo', written: 'model: {uses: scan, with: {checkpoint_dir: …, model: turbo}}'},
    {line: 'base_model: ./m/turbo', written: 'base_model: {uses: scan, with: {checkpoint_dir: ./m/turbo}}'},
    {line: 'train: {epochs: 3}', written: 'train: {uses: train, with: {epochs: 3}}'},
  ])('$line at the top of the file is a stage', ({line, written}) => {
    const [problem] = problemsOf(`sidestep: 1\n${line}\nstages: {c: {uses: command, with: {argv: [ls]}}}`);
    expect(problem!.hint).toBe(`It is a stage here: write \`stages: {${written}}\`.`);
  });

  test('a file of ai-toolkit is known as one', () => {
    const text =
      'job: extension\nconfig:\n  name: x\n  process: [{type: sd_trainer, training_folder: out}]\n';
    const hints = problemsOf(text).flatMap(({code, hint}) => (code === 'config/unknown-key' ? [hint] : []));
    expect(hints).toHaveLength(2);
    for (const hint of hints) expect(hint).toContain('what its process lists is stages');
  });

  test.each([
    {
      text: 'adapter: {type: lora, lokr_factor: 8}',
      hint: '`lokr_factor` is `factor` here, and only type lokr has it, not lora.',
    },
    {
      text: 'adapter: {lokr_factor: 8}',
      hint: '`lokr_factor` is `factor` here, and only type lokr has it, not lora.',
    },
    {
      text: 'adapter: {type: lokr, lokr_factor: 8}',
      hint: '`lokr_factor` is `factor` here: write `factor: 8`.',
    },
    {
      text: 'lokr_factor: 8',
      hint: '`lokr_factor` is `adapter.factor` here: write `adapter: {type: lokr, factor: 8}`.',
    },
  ])('what only one kind of adapter has: $text', ({text, hint}) => {
    expect(problemsOf(trainPipeline(text)).map((problem) => problem.hint)).toContain(hint);
  });

  test('in the settings', () => {
    const [problem] = problemsOf(trainPipeline('mode: fixed'), {settings: 'lora_r: 16'});
    expect(problem!.hint).toContain('write `stages: {train: {adapter: {rank: 16}}}`');
  });

  test.each([
    'resolution: 512',
    'wandb_project: x',
    'xformers: true',
    'num_workers: 4',
    'conv_dim: 8',
    'cache_latents: true',
    'loraplus_lr_ratio: 16',
    'lora_modules_to_save: [embed_tokens]',
    'disable_sampling: true',
  ])('%s has no counterpart, and it is said what there is instead', (text) => {
    const [key] = text.split(':') as [string];
    expect(foreignPlaces(key)).toEqual([]);
    expect(problemsOf(trainPipeline(text))[0]!.hint).toBe(
      `\`${key}\` has no counterpart here: ${insteadOf(key)}.`,
    );
  });

  test.each([
    ['on_finish: [notify-send, done]', "sidestep settings set on_finish '[notify-send, done]'"],
    ['notify: {how: bell}', "sidestep settings set notify '{how: bell}'"],
    ['jobs: 2', 'sidestep settings set jobs 2'],
  ])('%s is a setting, wherever in a pipeline it is', (line, command) => {
    const hint = `A setting of yours, not of a pipeline, which others run as well: \`${command}\`.`;
    const top = trainPipeline('mode: fixed').replace('stages:', `${line}\nstages:`);
    for (const text of [top, trainPipeline(line)]) expect(problemsOf(text)[0]!.hint).toBe(hint);
  });

  test.each(['zzz_dropout: 1', 'foo_steps: 1', 'my_precision: 1'])(
    '%s is not taken for a misspelling',
    (text) => {
      expect(problemsOf(trainPipeline(text))[0]!.hint).toBeUndefined();
    },
  );

  test('what is off needs no key', () => {
    expect(problemsOf(trainPipeline('bf16: false'))[0]!.hint).toBe(
      'Remove it: it is off unless `precision` is written.',
    );
  });
});

describe('on the command line', () => {
  test.each([
    {set: 'epochs=5', hint: 'Write --set train.epochs=5.'},
    {set: 'lr=1e-4', hint: 'Write --set train.optimizer.learning_rate=1e-4.'},
    {set: 'rank=8', hint: 'Write --set train.adapter.rank=8.'},
    {set: 'type=lokr', hint: 'Write --set train.adapter.type=lokr.'},
    {set: 'type=cosine', hint: 'Write --set train.schedule.type=cosine.'},
    {set: 'checkpoint_dir=./x', hint: 'Write --set model.checkpoint_dir=./x.'},
    {set: 'adapter.rank=8', hint: 'Write --set train.adapter.rank=8.'},
    {set: 'trian.epochs=5', hint: 'Did you mean train?'},
    {
      set: 'train.lr=5',
      hint: '`lr` is `optimizer.learning_rate` here: write `--set train.optimizer.learning_rate=5`.',
    },
    {set: 'stages.train.epochs=5', hint: 'It belongs under `with`: write `--set train.epochs=5`.'},
    {set: 'train.optimizer=adamw', hint: 'Write `--set train.optimizer.type=adamw`.'},
  ])('--set $set', ({set, hint}) => {
    expect(
      problemsOf(trainPipeline('mode: fixed'), {overrides: [set]}).map((problem) => problem.hint),
    ).toEqual([hint]);
  });

  test('every stage that has the key is named', () => {
    const text = trainPipeline('mode: fixed').replace('  train:\n', '  first: &t\n').concat('  second: *t\n');
    expect(problemsOf(text, {overrides: ['epochs=5']})[0]!.hint).toBe(
      'Write --set first.epochs=5 or --set second.epochs=5.',
    );
  });
});
