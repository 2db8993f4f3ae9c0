import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {modelCard} from '../../src/adapter/card.js';
import type {CardParts} from '../../src/adapter/card-parts.js';
import type {Provenance} from '../../src/adapter/provenance.js';
import {readAdapter} from '../../src/adapter/read.js';
import {formatsOf} from '../../src/stage/export-layouts.js';

const golden = join(import.meta.dirname, '../golden/peft_files');

const provenance: Provenance = {
  base_model: 'acestep-v15-base',
  base: 'base',
  inference: {shift: 1, steps: 50},
  global_step: 300,
  epoch: 100,
  loss: 0.432_187_6,
  samples: 12,
  trigger: 'mystyle',
  params: {
    batch_size: 1,
    gradient_accumulation_steps: 4,
    optimizer: {type: 'adamw', learning_rate: 1e-4},
    schedule: {type: 'cosine', warmup_steps: 100},
    mode: 'fixed',
    cfg_dropout: 0.15,
    ema_decay: 0.999,
    seed: 42,
  },
  fingerprint: 'f00d',
};

async function parts(more: Partial<CardParts> = {}, kind = 'lora'): Promise<CardParts> {
  return {
    adapter: await readAdapter(join(golden, kind)),
    about: {tags: []},
    settings: {enabled: true},
    name: 'blues',
    format: 'peft',
    provenance,
    state: {checkpoint: 'last', weights: 'ema'},
    songs: undefined,
    version: 3,
    ...more,
  };
}

/** Front matter as the Hub takes it: between the first two lines of three dashes. */
function frontMatter(card: string, version: '1.1' | '1.2' = '1.2'): Record<string, unknown> {
  const [, text] = /^---\n([\s\S]*?)\n---\n/.exec(card) ?? expect.fail(`no front matter in\n${card}`);
  return parse(text!, {version}) as Record<string, unknown>;
}

/** What the Hub's page on model cards demands of the keys that a card of ours may have. */
const hubRules: Readonly<Record<string, (value: unknown) => boolean>> = {
  license: (value) => ['mit', 'cc-by-nc-4.0', 'gpl-3.0', 'cc0-1.0', 'other'].includes(String(value)),
  license_name: (value) => /^[a-z0-9][a-z0-9.-]*$/.test(String(value)),
  base_model: (value) => /^[\w.-]+\/[\w.-]+$/.test(String(value)),
  base_model_relation: (value) => ['adapter', 'finetune', 'merge', 'quantized'].includes(String(value)),
  library_name: (value) => ['peft', 'diffusers', 'diffusion-single-file'].includes(String(value)),
  pipeline_tag: (value) => value === 'text-to-audio',
  instance_prompt: (value) => typeof value === 'string' && value !== '',
  tags: (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string' && tag !== ''),
};

function expectHubTakes(card: string): void {
  const values = frontMatter(card);
  expect(frontMatter(card, '1.1'), 'PyYAML and js-yaml must read the same').toEqual(values);
  for (const [key, value] of Object.entries(values)) {
    expect(hubRules[key], `the Hub has no key ${key}`).toBeDefined();
    expect(hubRules[key]!(value), `${key}: ${JSON.stringify(value)}`).toBe(true);
  }
  if (values.license === 'other') expect(values.license_name).toBeDefined();
}

describe('front matter', () => {
  const cases = (['lora', 'dora', 'lokr', 'loha', 'oft'] as const).flatMap((kind) =>
    formatsOf(kind).map((format) => ({kind, format})),
  );
  test.each(cases)('$kind as $format: the Hub takes it', async ({kind, format}) => {
    const card = modelCard(await parts({format}, kind));
    expectHubTakes(card);
    expect(frontMatter(card)).toMatchObject({
      base_model: 'ACE-Step/acestep-v15-base',
      base_model_relation: format === 'merged' ? 'finetune' : 'adapter',
      instance_prompt: 'mystyle',
      tags: expect.arrayContaining(['ace-step', kind]),
    });
  });

  test.each([
    ['acestep-v15-turbo', 'ACE-Step/Ace-Step1.5'],
    ['acestep-v15-xl-sft', 'ACE-Step/acestep-v15-xl-sft'],
    ['my-own-mix', undefined],
  ])('the base model %s is %s on the Hub', async (base_model, hub) => {
    const card = modelCard(await parts({provenance: {...provenance, base_model}}));
    expect(frontMatter(card).base_model).toBe(hub);
    expect(Object.hasOwn(frontMatter(card), 'base_model_relation')).toBe(hub !== undefined);
  });

  test('a base model that the user names takes the place of what is known', async () => {
    const card = modelCard(await parts({settings: {enabled: true, base_model: 'me/my-own-mix'}}));
    expect(frontMatter(card).base_model).toBe('me/my-own-mix');
  });

  test.each([
    ['MIT', {license: 'mit'}],
    ['CC-BY-NC-4.0', {license: 'cc-by-nc-4.0'}],
    ['GPL-3.0-or-later', {license: 'gpl-3.0'}],
    ['CC0-1.0', {license: 'cc0-1.0'}],
    ['For my friends only!', {license: 'other', license_name: 'for-my-friends-only'}],
  ])('the licence %s', async (license, expected) => {
    const card = modelCard(await parts({about: {license, tags: []}}));
    expectHubTakes(card);
    expect(frontMatter(card)).toMatchObject(expected);
  });

  test('no one said a licence: the card says none', async () => {
    expect(Object.keys(frontMatter(modelCard(await parts())))).not.toContain('license');
  });

  test.each([
    'no',
    '1e3',
    '2026-01-01',
    'null',
    '0o17',
    '- # : {',
    '"quoted"',
    "it's",
    '青い\u{1f3b8}',
    '---',
    'a\n---\nb',
  ])('a tag and a trigger word may be %j', async (word) => {
    const card = modelCard(await parts({about: {trigger: word, tags: [word]}}));
    expectHubTakes(card);
    const said = word.replaceAll('\n', ' ');
    expect(frontMatter(card).instance_prompt).toBe(said);
    expect(frontMatter(card).tags).toContain(said);
  });
});

/** The rows of the table below a heading. */
function rowsBelow(card: string, heading: string): Record<string, string> {
  const [, section = ''] = card.split(`## ${heading}\n`);
  const lines = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (\| |---)/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^\| (.*?) \| (.*) \|$/.exec(line) ?? expect.fail(line);
      return [name!, value!];
    }),
  );
}

describe('what it says', () => {
  test('how the adapter was trained', async () => {
    const card = modelCard(await parts({settings: {enabled: true, conditioning: 'inference'}}));
    const {modules} = (await parts()).adapter;
    expect(rowsBelow(card, 'How it was trained')).toEqual({
      adapter: `LoRA, rank ${modules[0]!.rank}, alpha ${modules[0]!.alpha}, ${modules.length} modules`,
      'base model': '[acestep-v15-base](https://huggingface.co/ACE-Step/acestep-v15-base)',
      songs: '12',
      length: '300 updates over 100 epochs, 4 songs an update',
      state: 'the last, moving average with decay 0.999',
      optimizer: 'adamw, learning rate 0.0001',
      schedule: 'cosine, warm-up of at most 100 updates',
      timesteps: 'continuous, as the base model was trained',
      'condition dropout': '0.15',
      conditions: 'conditions as inference builds them',
      seed: '42',
      loss: '0.4322, mean of the last epoch',
      'written by': 'sidestep, export format 3',
    });
    expect(rowsBelow(card, 'How to use it')).toMatchObject({steps: '50', shift: '1', guidance: '7'});
  });

  test('turbo models take no guidance', async () => {
    const turbo = {
      ...provenance,
      base_model: 'acestep-v15-turbo',
      base: 'turbo',
      inference: {shift: 3, steps: 8},
    };
    const rows = rowsBelow(modelCard(await parts({provenance: turbo})), 'How to use it');
    expect(rows).toMatchObject({steps: '8', shift: '3', guidance: expect.stringContaining('none')});
  });

  test('an adapter of another program: its shape, and nothing that no one knows', async () => {
    const card = modelCard(await parts({provenance: undefined}));
    expectHubTakes(card);
    expect(Object.keys(rowsBelow(card, 'How it was trained'))).toEqual(['adapter', 'written by']);
  });

  test.each([
    {
      format: 'peft',
      kind: 'lora',
      says: [
        'LoRA Path',
        '--adapters',
        'sidestep generate . --model acestep-v15-base --checkpoints path/of/checkpoints --prompt ',
      ],
    },
    {
      format: 'comfyui',
      kind: 'lora',
      says: ['models/loras/', 'blues.safetensors', '"adapter": "blues.safetensors"'],
    },
    {format: 'comfyui', kind: 'dora', says: ['models/loras/', 'April 2025']},
    {
      format: 'diffusers',
      kind: 'lora',
      says: ['load_lora_weights', 'mystyle, slow blues', 'num_inference_steps=50'],
    },
    {format: 'lycoris', kind: 'lokr', says: ['create_lycoris_from_weights', 'lokr_weights.safetensors']},
    {format: 'merged', kind: 'lora', says: ['Qwen3-Embedding-0.6B', 'no strength']},
  ] as const)('$kind as $format: how each program takes it', async ({format, kind, says}) => {
    const card = modelCard(await parts({format}, kind));
    for (const words of says) expect(card).toContain(words);
  });

  test('OFT is not for programs that read LoRA alone', async () => {
    expect(modelCard(await parts({}, 'oft'))).not.toContain('LoRA Path');
  });

  test('songs are counted, and named only when the user wants it', async () => {
    expect(modelCard(await parts())).not.toContain('## Songs');
    const card = modelCard(await parts({songs: ['Monday Rain.wav', 'a`b``.flac']}));
    expect(card).toContain('- `Monday Rain.wav`\n- ```a`b``.flac```');
  });

  test("the user's own text comes first, and description and title are theirs", async () => {
    const about = {title: 'Blue', description: 'Slow.', author: 'Ada', tags: ['blues']};
    expect(modelCard(await parts({about}))).toMatch(/^# Blue\n\nSlow\.\n\nPut `mystyle`.*\n\nBy Ada\./m);
    const settings = {enabled: true, text: 'Mine, *all* mine.\n'};
    const card = modelCard(await parts({about, settings}));
    expect(card).toContain('# Blue\n\nMine, *all* mine.\n\nPut');
    expect(card).not.toContain('Slow.');
  });

  test('names cannot break out of their places', async () => {
    const about = {title: 'Blue\n# Not a heading', trigger: 'a|b`c', tags: []};
    const card = modelCard(await parts({about, provenance: {...provenance, base_model: 'mix | of\nmine'}}));
    expect(card.match(/^# .*/gm)).toEqual(['# Blue # Not a heading']);
    expect(card).toContain('Put ``a|b`c`` into');
    expect(rowsBelow(card, 'How it was trained')['base model']).toBe('mix \\| of mine (base)');
    expect(card).toContain("--prompt 'a|b`c, slow blues'");
  });

  test('the same adapter gives the same bytes', async () => {
    expect(modelCard(await parts())).toBe(modelCard(await parts()));
  });
});
