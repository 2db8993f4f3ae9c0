import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {ok} from '../../src/base/result.js';
import {findPresets} from '../../src/config/user/preset.js';
import {noSettings} from '../../src/config/user/settings.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {adapterKinds} from '../../src/stage/adapter-kinds.js';
import {type AnswerId, detailsIn, type SomeAnswers} from '../../src/wizard/answers.js';
import {detailFacts} from '../../src/wizard/detail-facts.js';
import {choicesOf, detailMessage} from '../../src/wizard/detail-questions.js';
import {type DetailId, detailGroups, isDetailId, isGroupId, placeOf} from '../../src/wizard/details.js';
import {changesOf, drafts} from '../../src/wizard/draft.js';
import {givenIn} from '../../src/wizard/flags.js';
import {pipelineText} from '../../src/wizard/pipeline.js';
import type {Known, Question} from '../../src/wizard/question.js';
import {questions} from '../../src/wizard/questions.js';
import {askAll, filled, type Interview, type Prompter, takeDefaults} from '../../src/wizard/wizard.js';
import {writeFixtureCheckpoint} from '../../src/worker/fixture/checkpoint.js';

const place = {folder: '/nowhere', cwd: '/nowhere'};
const checkpoints = mkdtempSync(join(tmpdir(), 'sidestep-init-'));
let known: Known;

beforeAll(async () => {
  await writeFixtureCheckpoint(checkpoints, {model: 'turbo', hidden_size: 32, layers: 1, seed: 1});
  const presets = await findPresets({project_dir: place.folder, user_dir: place.folder});
  const around = {file: '/nowhere/pipeline.yaml', place, settings: noSettings(), presets, env: {}};
  known = {
    cwd: place.cwd,
    checkpoint_dir: checkpoints,
    usual_songs: undefined,
    presets: presets.map(({name}) => ({name, description: '', decides: () => ''})),
    preset: {name: 'recommended', why: ''},
    last: {},
    tensors: async () => ({ok: false as const, problems: []}),
    songs: async () =>
      ok({
        count: 3,
        unusable: 0,
        seconds: [9],
        endings: new Map(),
        with_caption: 0,
        with_lyrics: 0,
        problems: [],
      }),
    ...drafts({...around, preset: 'recommended', songCount: () => undefined}),
  };
});
afterAll(() => rmSync(checkpoints, {recursive: true, force: true}));

type Typed = {readonly id: AnswerId; readonly initial: string | undefined} & Pick<Question, 'message'>;

/** Somebody who answers each question by a rule: text, or `back`, or `cancel`. */
function person(answer: (asked: Typed) => string | 'back' | 'cancel'): Prompter {
  const reply = async (message: string, initial: string | undefined) => {
    const words = message.replace(/^\[[^\]]*\] /, '');
    const question = questions.find((one) => isAbout(one, words)) ?? expect.fail(`what is ${words}?`);
    const said = answer({id: question.id, initial, message});
    if (said === 'back' || said === 'cancel') return {kind: said} as const;
    return {kind: 'answer', value: said} as const;
  };
  return {
    note: () => {},
    complain: ({message}) => expect.fail(message),
    text: reply,
    choose: (message, _choices, initial) => reply(message, initial),
    path: reply,
  };
}

function isAbout({id, message}: Question, words: string): boolean {
  if (isDetailId(id)) return words.startsWith(`${placeOf(id).path.replace(/^adapter\./, '')} (`);
  const group = detailGroups.find((each) => each.id === id);
  const said = typeof message === 'string' ? message : message({}, known);
  return group === undefined ? said === words : words.startsWith(`${group.title}: `);
}

/** Answers for what has no default, and those that open every question. */
const opening: SomeAnswers = {songs: 'songs', tag: 'moody', detail: 'advanced'};

function openly({id, initial}: Typed): string {
  return isGroupId(id) ? 'change' : (opening[id] ?? initial ?? '');
}

async function interviewed(prompter: Prompter, given: SomeAnswers = {}, last: SomeAnswers = {}) {
  const result = await askAll({given, known: {...known, last}, prompter});
  if (!result.ok) return expect.fail(JSON.stringify(result.problems));
  return result.value as Interview;
}

async function fileOf(answers: SomeAnswers): Promise<string> {
  const whole = await filled(answers, known);
  return pipelineText(whole, changesOf(whole, known.resolve), place);
}

/** Some value that the schema allows and that is not what would be anyway. */
function another(id: DetailId, answers: SomeAnswers): string {
  const resolved = known.resolve(answers);
  const facts = (resolved.ok ? detailFacts(id, resolved.value) : undefined) ?? expect.fail(id);
  const other = choicesOf(facts)?.findLast(({value}) => value !== String(facts.value));
  if (other !== undefined) return other.value;
  if (facts.schema.type === 'array') return 'v_proj q_proj';
  const fits = [8, 32, 0.25, 1].map(String).filter((text) => text !== String(facts.value));
  return fits.find((text) => known.resolve({...answers, [id]: text}).ok) ?? expect.fail(`no value for ${id}`);
}

describe('the schemas decide what is asked', () => {
  /** Paths of all keys, through every variant; lists and maps of free keys end a path. */
  function keysOf(schema: Schema, prefix: string): string[] {
    return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
      const inner = [property, ...(property.oneOf ?? [])].flatMap((one) => keysOf(one, `${prefix}${key}.`));
      return inner.length > 0 ? inner : [`${prefix}${key}`];
    });
  }

  /** Keys that no question asks for; who adds a key to a schema decides whether trainers should be asked for it. */
  const leftToTheFile: Readonly<Record<string, RegExp>> = {
    'asked by the basic questions, or filled in by the wizard':
      /^train\.(model|tensors|adapter\.type|resume.*|output_dir)$|^songs\.(audio_dir|dataset_json|model|custom_tag|on_error)$|^latents\.(model|dataset)$/,
    'fine points of the law or the loss':
      /^train\.(timestep\..*|snr_gamma|padding|partial_accumulation|max_grad_norm|ema_decay|target_loss\..*|early_stop\.min_delta)$/,
    'fine points of optimizer, schedule and adapter':
      /^train\.(optimizer\.(betas|eps|decay_rate|clip_threshold|d0|use_bias_correction|safeguard_warmup)|schedule\.(warmup_start_factor|floor_factor|formula)|adapter\.(bias|cayley|cayley_terms))$/,
    'needs names of modules, or another stage':
      /^train\.adapter\.(self_target_modules|cross_target_modules|rank_pattern|alpha_pattern|selection\..*)$|^train\.validation\.tensors$/,
    bookkeeping:
      /^train\.(logging|inference)\..*|^train\.(max_steps|dataset_repeats|shuffle|max_nonfinite_steps)$|^train\.checkpoint\.(every_steps|every_minutes|keep_every|best_.*)$|^train\.validation\.(timesteps|draws|seed)$|^train\.crop\.(max_latent_length|start|decay_every_epochs)$/,
    'how files are found and read':
      /^songs\.(extensions|exclude|folders|sidecars|file_tags|genre_choice|missing_lyrics|duplicates|min_duration|seed|language)$/,
    'how songs are encoded':
      /^latents\.(peak_target|loudness_target|resampler|latents|tile_duration|tile_overlap|max_text_tokens|max_lyric_tokens|conditioning|seed|on_error)$/,
    'fine points of measuring':
      /^sensitivity\.(model|tensors|method|granularity|attention_type|target_modules|target_mlp|batch_size|cfg_dropout|timestep_range|fisher\.(base_rank|rank_multiple|energy|select_share|min_category_share|convergence_patience|out_of_memory)|seed)$/,
    "music on the way, which needs words of the person's own": /^train\.samples(\.|$)/,
    'the device decides': /^(train|latents|sensitivity)\.precision$/,
  };
  const all = [
    ...new Set([
      ...keysOf(schemas['stage.train']!, 'train.'),
      ...keysOf(schemas['stage.dataset']!, 'songs.'),
      ...keysOf(schemas['stage.preprocess.pass1']!, 'latents.'),
      ...keysOf(schemas['stage.estimate']!, 'sensitivity.'),
    ]),
  ];
  const asked = detailGroups.flatMap(({details}) => details);

  test('every key is asked for or left out for a reason, and none that does not exist', () => {
    const reasons = (key: string) => Object.values(leftToTheFile).filter((pattern) => pattern.test(key));
    expect(all.filter((key) => !asked.includes(key as DetailId) && reasons(key).length === 0)).toEqual([]);
    expect(asked.filter((id) => !all.includes(id) || reasons(id).length > 0)).toEqual([]);
  });

  test('a question says what its schema says, and changes with it', () => {
    const pipeline = known.resolve({});
    if (!pipeline.ok) return expect.fail('the draft does not resolve');
    const train = schemas['stage.train']!;
    const other: Schema = {description: 'How wide.', type: 'integer', minimum: 3, maximum: 9};
    const lora = train.properties!.adapter!.oneOf!.map((variant) => ({
      ...variant,
      properties: {...variant.properties, rank: other},
    }));
    const properties = {...train.properties, adapter: {...train.properties!.adapter!, oneOf: lora}};
    const facts = detailFacts('train.adapter.rank', pipeline.value, {
      ...schemas,
      'stage.train': {...train, properties},
    });
    expect(detailMessage('train.adapter.rank', facts!)).toBe(
      'rank (3 to 9; preset recommended: 64)\nHow wide.',
    );
    expect(choicesOf({...facts!, schema: {enum: ['a', 'b']}})).toEqual([{value: 'a'}, {value: 'b'}]);
  });

  test.each(adapterKinds)(
    '%s: every bound and every choice that is shown is the one that is checked',
    async (adapter) => {
      const bounds: string[] = [];
      const seen: SomeAnswers[] = [];
      await interviewed(
        person((question) => {
          const isOwn = adapter === 'lora' || question.id.startsWith('train.adapter.'); // the rest is alike
          if (isDetailId(question.id) && isOwn) bounds.push(question.id);
          return openly(question);
        }),
        {adapter},
      ).then(({answers}) => seen.push(answers));
      expect(bounds.length).toBeGreaterThan(4);
      for (const id of bounds as DetailId[]) {
        const question = questions.find((one) => one.id === id)!;
        const pipeline = known.resolve(seen[0]!);
        const facts = pipeline.ok ? detailFacts(id, pipeline.value)! : expect.fail();
        const judge = async (text: string) => (await question.check(text, seen[0]!, known)).ok;
        const {minimum, maximum, exclusiveMinimum, exclusiveMaximum} = facts.schema;
        const within = [minimum, maximum].flatMap((bound) => bound ?? []);
        const beyond = [
          minimum === undefined ? undefined : minimum - 1,
          maximum && maximum + 2,
          exclusiveMinimum,
          exclusiveMaximum,
        ];
        for (const value of within) expect(await judge(String(value)), `${id} ${value}`).toBe(true);
        for (const value of [...beyond, exclusiveMinimum, exclusiveMaximum])
          if (value !== undefined) expect(await judge(String(value)), `${id} ${value}`).toBe(false);
        for (const {value} of choicesOf(facts) ?? []) expect(await judge(value), `${id} ${value}`).toBe(true);
        expect(await judge('nonsense?'), id).toBe(facts.schema.type === 'array');
      }
    },
  );
});

describe('every question', () => {
  test.each(adapterKinds)('%s: has an option that gives the same file', async (adapter) => {
    let soFar: SomeAnswers = {adapter, songs: 'songs', tag: 'moody', preset: 'recommended'};
    const {answers} = await interviewed(
      person((question) => {
        if (!isDetailId(question.id)) return openly(question);
        const said = another(question.id, soFar);
        soFar = {...soFar, [question.id]: said.includes(' ') ? `[${said.replace(' ', ', ')}]` : said};
        return said;
      }),
      {adapter},
    );
    const set = detailsIn(answers).map(([id, text]) => `${id}=${text}`);
    expect(set.length).toBeGreaterThan(15);
    const given = givenIn({set, output: 'pipeline.yaml', adapter, songs: 'songs', tag: 'moody'});
    const flags = given.ok ? await takeDefaults(given.value, known) : given;
    if (!flags.ok) return expect.fail(JSON.stringify(flags.problems));
    const text = await fileOf(answers);
    expect(await fileOf(flags.value)).toBe(text);
    for (const id of set.map((each) => each.split('=')[0]!.split('.').at(-1)!))
      expect(text).toMatch(new RegExp(`${id}: .+`));
  });

  test('can be left by going back, and is then proposed as it was answered', async () => {
    const straight: AnswerId[] = [];
    const plain = await interviewed(
      person((question) => {
        straight.push(question.id);
        return openly(question);
      }),
    );
    expect(new Set(straight).size).toBe(straight.length);
    const trail: AnswerId[] = [];
    const turned = new Set<AnswerId>();
    const wandering = await interviewed(
      person((question) => {
        trail.push(question.id);
        if (turned.has(question.id)) return openly(question);
        turned.add(question.id);
        return question.id === straight[0] ? openly(question) : 'back';
      }),
    );
    const there = straight.slice(1).flatMap((id, index) => [id, straight[index]!, id]);
    expect(trail).toEqual([straight[0]!, ...there]);
    expect(wandering.answers).toEqual(plain.answers);
  });

  test('can be left for good', async () => {
    const whole = await interviewed(person(openly));
    expect(whole.asked.length).toBeGreaterThan(30);
    for (const [index, id] of whole.asked.entries()) {
      const leaving = person((question) => (question.id === id ? 'cancel' : expect.fail(question.id)));
      const there = {...whole, asked: whole.asked.slice(0, index + 1)}; // goes back to its last question
      expect(await askAll({given: {}, known, prompter: leaving}, there)).toEqual(ok(undefined));
    }
  });
});

describe('what is proposed', () => {
  const proposals = async (given: SomeAnswers, last: SomeAnswers = {}) => {
    const seen = new Map<AnswerId, string | undefined>();
    await interviewed(
      person((question) => {
        seen.set(question.id, question.initial);
        return openly(question);
      }),
      given,
      last,
    );
    return (id: DetailId) => seen.get(id);
  };

  test('is what the preset says, then what the schema says', async () => {
    const proposed = await proposals({preset: 'vram_8gb'});
    expect(proposed('train.adapter.rank')).toBe('16');
    expect(proposed('train.optimizer.type')).toBe('adamw8bit');
    expect(proposed('train.seed')).toBe('42');
    expect(proposed('train.crop.chunk_duration')).toBe('');
  });

  test('Prodigy is proposed its own rate, not that of a preset for another optimizer, and no schedule', async () => {
    const proposed = await proposals({'train.optimizer.type': 'prodigy'});
    expect(proposed('train.optimizer.learning_rate')).toBe('1');
    expect(proposed('train.schedule.type')).toBeUndefined();
    expect(proposed('train.schedule.warmup_steps')).toBe('100');
  });

  test('is what the last session said, where that still means the same', async () => {
    const last: SomeAnswers = {'train.adapter.rank': '8', 'train.optimizer.learning_rate': '3e-4'};
    const alike = await proposals({}, last);
    expect(alike('train.adapter.rank')).toBe('8');
    expect(alike('train.optimizer.learning_rate')).toBe('3e-4');
    const unlike = await proposals({'train.optimizer.type': 'prodigy'}, last);
    expect(unlike('train.adapter.rank')).toBe('8');
    expect(unlike('train.optimizer.learning_rate')).toBe('1');
  });
});

describe('the file', () => {
  test('says only what differs, each with what it would be otherwise', async () => {
    const text = await fileOf({
      songs: 'songs',
      'train.adapter.rank': '8',
      'train.adapter.alpha': '128', // as the preset
      'train.seed': '42', // as the schema
      'train.validation.fraction': '0.1',
      'train.adapter.target_modules': '[q_proj, v_proj]',
      'songs.genre_ratio': '30',
    });
    expect(text).toContain('rank: 8 # preset recommended: 64\n');
    expect(text).toContain('target_modules: [q_proj, v_proj] # default: q_proj, k_proj, v_proj, o_proj\n');
    expect(text).toContain('validation:\n        fraction: 0.1 # default: 0\n');
    expect(text).toContain('genre_ratio: 30\n');
    expect(text).not.toMatch(/alpha|seed|max_duration/);
  });

  test('measures first, where that is wanted, and trains what was measured', async () => {
    const modules = await fileOf({songs: 'songs', adapter: 'lokr', measure: 'modules'});
    expect(modules).toContain('uses: estimate');
    expect(modules).toContain('method: gradient');
    expect(modules).toMatch(/selection:\n +estimate: "?\$\{stages\.sensitivity\}"?\n +use: modules/);
    const ranks = await fileOf({songs: 'songs', measure: 'ranks', 'sensitivity.batches': '20'});
    expect(ranks).toMatch(/method: fisher\n +batches: 20/);
    expect(ranks).toContain('use: ranks');
    const lokr = await takeDefaults({songs: 'songs', adapter: 'lokr', measure: 'ranks'}, known);
    expect(lokr).toMatchObject({problems: [{message: 'lokr has no rank for each module'}]});
  });

  test('takes tensors in place of songs: nothing is encoded, and no key of a stage that is not there', async () => {
    const text = await fileOf({source: 'tensors', songs: '/nowhere/tensors'});
    expect(text).toMatch(/vars:\n.*\n +tensors: \.\/tensors\n/);
    expect(text).toMatch(/tensors: "?\$\{vars\.tensors\}"?/);
    expect(text).not.toMatch(/dataset|preprocess/);
    expect(known.resolve({source: 'tensors', songs: 'tensors', 'latents.max_duration': '9'}).ok).toBe(false);
  });

  test('takes parameters that no question asks for', async () => {
    const given = givenIn({set: ['train.loss_weighting=min_snr'], output: 'x', songs: 'songs'});
    if (!given.ok) return expect.fail();
    expect(await fileOf(given.value)).toContain('loss_weighting: min_snr # default: none\n');
  });

  test.each([
    {set: 'trian.epochs=3', hint: 'Did you mean train?'},
    {set: 'train.retries=3', hint: 'Write it into the file, beside `uses`.'},
    {set: 'epochs', hint: 'For instance --set train.adapter.alpha=32.'},
  ])('--set $set is refused', ({set, hint}) => {
    expect(givenIn({set: [set], output: 'x'})).toMatchObject({problems: [{hint}]});
  });
});
