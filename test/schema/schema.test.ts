import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {findPresets, parsePreset} from '../../src/config/user/preset.js';
import {printLock} from '../../src/record/lock-text.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {validators} from '../../src/schema/validators.generated.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every property of a schema with its path; those of list elements and free mappings too. */
function properties(
  schema: Schema,
  path: string,
): {path: string; property: Schema; required: boolean; tag: boolean}[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, property]) => [
    {
      path: `${path}.${key}`,
      property,
      required: schema.required?.includes(key) ?? false,
      tag: property.const !== undefined,
    },
    ...properties(property, `${path}.${key}`),
  ]);
  const free =
    typeof schema.additionalProperties === 'object'
      ? properties(schema.additionalProperties, `${path}.*`)
      : [];
  const variants = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((variant) =>
    properties(variant, `${path}(${variant.title ?? ''})`),
  );
  return [...own, ...free, ...variants, ...(schema.items ? properties(schema.items, `${path}[]`) : [])];
}

function objects(schema: Schema, path: string): {path: string; schema: Schema}[] {
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...(schema.oneOf ?? []).map((variant) => ['', variant] as const),
    ...(typeof schema.additionalProperties === 'object' ? [['*', schema.additionalProperties] as const] : []),
  ];
  return [
    ...(schema.properties ? [{path, schema}] : []),
    ...inner.flatMap(([key, value]) => objects(value, `${path}.${key}`)),
  ];
}

const closed = Object.entries(schemas).filter(([name]) => name !== 'dataset_json'); // other programs write that one

describe('every schema', () => {
  const all = Object.entries(schemas).flatMap(([name, schema]) => properties(schema, name));

  test('describes every property in a sentence', () => {
    expect(all.filter(({property}) => !property.description?.endsWith('.')).map(({path}) => path)).toEqual(
      [],
    );
  });

  test('gives every optional property a default, or says what unset means', () => {
    const silent = all.filter(
      ({property, required, tag}) =>
        !required && !tag && property.default === undefined && !property.description?.includes('Unset:'),
    );
    expect(silent.map(({path}) => path).filter((path) => !/\.sidestep$/.test(path))).toEqual([]);
  });

  test('is closed', () => {
    const open = closed
      .flatMap(([name, schema]) => objects(schema, name))
      .filter(({schema, path}) => schema.additionalProperties !== false && !path.endsWith('.matrix'));
    expect(open.map(({path}) => path)).toEqual([]);
  });

  test.each(all.filter(({property}) => property.default !== undefined && property.enum))(
    '$path has a default it allows',
    ({property}) => {
      expect(property.enum).toContain(property.default);
    },
  );
});

describe("the seed's numbers are the defaults", () => {
  const at = (path: string) =>
    path.split('.').reduce<Schema>((schema, word) => {
      const [key, variant] = word.split(':');
      const property = schema.properties![key!]!;
      return variant === undefined
        ? property
        : property.oneOf!.find(({properties}) => properties!.type!.const === variant)!;
    }, schemas['stage.train']!);
  test.each([
    ['cfg_dropout', 0.15],
    ['mode', 'fixed'],
    ['adapter', {type: 'lora'}],
    ['adapter:lora.rank', 64],
    ['adapter:lora.alpha', 128],
    ['adapter:lora.dropout', 0.1],
    ['adapter:lora.attention_type', 'both'],
    ['adapter:lora.target_modules', ['q_proj', 'k_proj', 'v_proj', 'o_proj']],
    ['adapter:lora.bias', 'none'],
    ['adapter:lokr.rank', 64],
    ['adapter:lokr.alpha', 128],
    ['adapter:lokr.factor', -1],
    ['adapter:lokr.decompose_both', false],
    ['adapter:lokr.use_tucker', false],
    ['adapter:lokr.use_scalar', false],
    ['adapter:lokr.weight_decompose', false],
    ['adapter:oft.block_size', 64],
    ['adapter:oft.eps', 6e-5],
    ['optimizer', {type: 'adamw'}],
    ['optimizer:adamw.learning_rate', 0.0001],
    ['optimizer:adamw.weight_decay', 0.01],
    ['optimizer:prodigy.learning_rate', 1],
    ['max_grad_norm', 1],
    ['schedule', {type: 'cosine'}],
    ['schedule:cosine.warmup_steps', 100],
    ['schedule:cosine.warmup_start_factor', 0.1],
    ['schedule:cosine_restarts.n_restarts', 4],
    ['batch_size', 1],
    ['gradient_accumulation_steps', 4],
    ['epochs', 100],
    ['seed', 42],
    ['gradient_checkpointing.enabled', true],
    ['gradient_checkpointing.offload', false],
    ['checkpoint.every_epochs', 10],
    ['logging.log_every', 10],
    ['logging.log_heavy_every', 50],
    ['max_nonfinite_steps', 10],
    ['snr_gamma', 5],
  ])('%s: %j', (path, value) => {
    expect(at(path).default).toEqual(value);
  });
});

test('everything generated from schema/ is up to date', () => {
  expect(() =>
    execFileSync('node', ['scripts/generate-schema-types.mjs', '--check'], {cwd: root, stdio: 'pipe'}),
  ).not.toThrow();
});

test('at run time no schema is compiled and ajv itself stays unloaded', () => {
  const code = readFileSync(`${root}src/schema/validators.generated.ts`, 'utf8');
  const loaded = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(new Set(loaded)).toEqual(new Set(['ajv/dist/runtime/ucs2length', 'ajv/dist/runtime/equal']));
});

test('a lock file as it is written meets its schema', () => {
  const hash = 'a'.repeat(64) as never;
  const record = {
    uses: 'train',
    version: 1,
    fingerprint: hash,
    params: {'adapter.rank': 8, formats: ['peft']},
    inputs: {model: hash},
    files: {},
    numerics: {backend: 'cpu'},
    outputs: {adapter: hash},
  };
  expect(validators.lock!()(parse(printLock({sidestep_lock: 1, stages: {'train[rank=8]': record}})))).toBe(
    true,
  );
  expect(validators.lock!()({sidestep_lock: 1, stages: {a: {...record, fingerprint: 'x'}}})).toBe(false);
});

test.each([
  {name: 'a list of samples', value: [{audio_path: 'a.wav', caption: 'x', bpm: 97.5}], valid: true},
  {
    name: 'metadata and samples',
    value: {metadata: {tag_position: 'append'}, samples: [{filename: 'a.wav'}]},
    valid: true,
  },
  {name: 'keys of other programs', value: [{audio_path: 'a.wav', mood: 'sad'}], valid: true},
  {name: 'a sample without a file', value: [{caption: 'x'}], valid: false},
  {name: 'an unknown tag position', value: {metadata: {tag_position: 'middle'}, samples: []}, valid: false},
])('dataset JSON: $name', ({value, valid}) => {
  expect(validators.dataset_json!()(value)).toBe(valid);
});

describe('the built-in presets', async () => {
  const presets = (await findPresets({project_dir: '/nowhere', user_dir: '/nowhere'})).map(parsePreset);

  test('are the seven of the reference, and some newer ones', () => {
    const seven = [
      'recommended',
      'high_quality',
      'quick_test',
      'vram_24gb_plus',
      'vram_16gb',
      'vram_12gb',
      'vram_8gb',
    ];
    expect(presets.map(({name}) => name)).toEqual(expect.arrayContaining(seven));
    expect(readdirSync(`${root}presets`)).toHaveLength(presets.length);
  });

  test.each(presets)('$name has no problems and says when to use it', ({problems, description, uses}) => {
    expect(problems).toEqual([]);
    expect(uses).toBe('train');
    expect(description).toMatch(/\.$/);
  });

  test.each([
    {name: 'high_quality', expected: {adapter: {rank: 128}, epochs: 1000}},
    {name: 'quick_test', expected: {adapter: {rank: 16}, epochs: 10}},
    {name: 'vram_24gb_plus', expected: {adapter: {rank: 128}, batch_size: 2, optimizer: {type: 'adamw'}}},
    {name: 'vram_16gb', expected: {adapter: {rank: 64}, batch_size: 1, optimizer: {type: 'adamw'}}},
    {name: 'vram_12gb', expected: {adapter: {rank: 32}, optimizer: {type: 'adamw8bit'}}},
    {
      name: 'vram_8gb',
      expected: {adapter: {rank: 16}, optimizer: {type: 'adamw8bit'}, gradient_accumulation_steps: 8},
    },
  ])('$name has its numbers', ({name, expected}) => {
    const text = presets.find((preset) => preset.name === name)!.text;
    expect(parse(text).with).toMatchObject(expected);
  });
});

describe('a preset of a project', () => {
  const problemsOf = (epochs: string) =>
    parsePreset({
      name: 'p',
      path: '/p.yaml',
      from: 'project',
      text: `sidestep: 1\nuses: train\nwith: {epochs: ${epochs}}\n`,
    }).problems.map(({code}) => code);

  test.each([
    {name: 'a number', epochs: '5', codes: []},
    {name: 'a reference, which only a pipeline can judge', epochs: '"${vars.epochs}"', codes: []},
    {name: 'another text', epochs: 'five', codes: ['config/wrong-type']},
  ])('$name for a number', ({epochs, codes}) => {
    expect(problemsOf(epochs)).toEqual(codes);
  });
});
