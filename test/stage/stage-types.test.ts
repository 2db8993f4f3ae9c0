import {describe, expect, test} from 'vitest';
import type {Json} from '../../src/base/json.js';
import {resetIneffective} from '../../src/config/ineffective-params.js';
import type {Schema} from '../../src/schema/schema.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import type {ParamObject} from '../../src/stage/param.js';
import {stageTypes} from '../../src/stage/registry.js';

/** Paths of a schema at which an annotation is, `*` for free names. */
function annotated(schema: Schema, key: 'x-path' | 'x-stage', path = ''): {path: string; value: unknown}[] {
  const own = schema[key] === undefined ? [] : [{path, value: schema[key]}];
  const inner = [
    ...Object.entries(schema.properties ?? {}),
    ...(typeof schema.additionalProperties === 'object' ? [['*', schema.additionalProperties] as const] : []),
  ].flatMap(([name, value]) => annotated(value, key, path === '' ? name : `${path}.${name}`));
  const variants = (schema.oneOf ?? []).flatMap((variant) => annotated(variant, key, path));
  const all = [...own, ...inner, ...variants];
  return all.filter((found, index) => all.findIndex((other) => other.path === found.path) === index);
}

function exists(schema: Schema | undefined, words: readonly string[]): boolean {
  const [word, ...rest] = words;
  if (schema === undefined) return false;
  if (word === undefined) return true;
  const variants = [schema, ...(schema.oneOf ?? [])];
  return variants.some((variant) => {
    const free = typeof variant.additionalProperties === 'object' ? variant.additionalProperties : undefined;
    return exists(variant.properties?.[word] ?? free, rest);
  });
}

describe.each([...stageTypes.values()])('$name', (type) => {
  const schema = schemas[`stage.${type.name}`]!;

  test('takes stages where its schema says so, and of the same types', () => {
    const declared = type.inputs.map(({param, from}) => ({path: param, value: from ?? ['*']}));
    expect(declared.sort(byPath)).toEqual(annotated(schema, 'x-stage').sort(byPath));
  });

  test('reads files where its schema says so', () => {
    const read = annotated(schema, 'x-path').filter(
      ({value, path}) => value !== 'output' && path !== 'working_dir',
    );
    expect(type.files.map(({param}) => param).sort()).toEqual(read.map(({path}) => path).sort());
  });

  test('writes nowhere that enters a fingerprint', () => {
    const places = annotated(schema, 'x-path').filter(({value}) => value === 'output');
    const covered = ({path}: {path: string}) =>
      type.neutral.some((pattern) => `${path}.`.startsWith(`${pattern}.`));
    expect(places.filter((place) => !covered(place))).toEqual([]);
    expect([...(type.places ?? [])].sort()).toEqual(places.map(({path}) => path).sort());
  });

  test('names only parameters that exist', () => {
    const named = [
      ...type.neutral,
      ...(type.extends?.params ?? []),
      ...(type.ineffective ?? []).flatMap(({params}) => params),
      ...(type.publishes ?? []).map(({param}) => param),
    ];
    expect(named.filter((path) => !exists(schema, path.split('.')))).toEqual([]);
  });

  test('names its schema file', () => {
    expect(type.schema).toBe(`stage.${type.name}.schema.json`);
  });
});

function byPath(a: {path: string}, b: {path: string}): number {
  return a.path < b.path ? -1 : 1;
}

const component = (hash: string) => ({dir: '/m', files: [], hash});
const model = {
  components: {
    dit: component('d1'),
    silence_latent: component('s'),
    vae: component('v'),
    text_encoder: component('t'),
    tokenizer: component('k'),
  },
};
const song = {
  name: 'a.wav',
  audio_path: '/a.wav',
  audio_hash: 'h1',
  audio_seconds: 90.7,
  prompt: {text: 'p', source: 'caption'},
  lyrics: 'la',
  repeats: 1,
  custom_tag: '',
};
const options = {
  max_duration: 240,
  normalize: 'none',
  peak_target: -1,
  loudness_target: -14,
  resampler: 'soxr_hq',
  latents: 'sample',
  tile_duration: 30,
  tile_overlap: 2,
  seed: 42,
  max_text_tokens: 256,
};

/** What each part of the one sample depends on. */
function partsOf(params: object, sample: object, of: object): Record<string, string> {
  const {plan} = stageTypes.get('preprocess.pass1')!.samples!;
  const [planned] = plan(
    params as ParamObject,
    {
      model: of as Json,
      dataset: {samples: [sample as Json]} as Json,
    },
    {},
  );
  return Object.fromEntries(planned!.parts.map(({part, depends_on}) => [part, JSON.stringify(depends_on)]));
}

/** As configuration hands them on: what plays no part has its default. */
function settled(params: ParamObject): ParamObject {
  const schema = schemas['stage.preprocess.pass1']!;
  return resetIneffective(schema, {params, positions: {}}, stageTypes.get('preprocess.pass1')!.ineffective!)
    .params;
}

describe('what is encoded again in the first pass', () => {
  test.each([
    {
      name: 'nothing, when a song is renamed or moved',
      sample: {name: 'b.wav', audio_path: '/b.wav'},
      again: [],
    },
    {name: 'the audio alone, when the audio changes', sample: {audio_hash: 'h2'}, again: ['latents']},
    {
      name: 'one text, when a caption changes',
      sample: {prompt: {text: 'q', source: 'caption'}},
      again: ['text'],
    },
    {name: 'one lyric, when lyrics change', sample: {lyrics: 'lo'}, again: ['lyrics']},
    {name: 'nothing, with another transformer', model: {dit: component('d2')}, again: []},
    {name: 'all audio, with another VAE', model: {vae: component('v2')}, again: ['latents']},
    {
      name: 'all texts and lyrics, with another text encoder',
      model: {text_encoder: component('t2')},
      again: ['text', 'lyrics'],
    },
    {name: 'all audio, with another seed', params: {seed: 1}, again: ['latents']},
    {
      name: 'nothing, with another seed but the mean of the posterior',
      params: {seed: 1, latents: 'mean'},
      from: {latents: 'mean'},
      again: [],
    },
    {name: 'nothing, with a peak target that is not used', params: {peak_target: -3}, again: []},
    {name: 'all texts, with another limit of tokens', params: {max_text_tokens: 128}, again: ['text']},
    {name: 'lyrics, when somebody says their language', sample: {language: 'en'}, again: ['lyrics']},
    {
      name: 'nothing of upstream kind, when somebody says the language',
      from: {conditioning: 'upstream'},
      params: {conditioning: 'upstream'},
      sample: {language: 'en'},
      again: [],
    },
    {
      name: 'texts and lyrics, and no audio, with the other conditioning',
      params: {conditioning: 'upstream'},
      again: ['text', 'lyrics'],
    },
    {name: 'nothing, when the usual limit of lyrics is said', params: {max_lyric_tokens: 2048}, again: []},
  ])('$name', ({sample, model: changed, params, from, again}) => {
    const before = partsOf(settled({...options, ...from}), song, model);
    const after = partsOf(
      settled({...options, ...params}),
      {...song, ...sample},
      {components: {...model.components, ...changed}},
    );
    expect(Object.keys(after).filter((part) => after[part] !== before[part])).toEqual(again);
  });

  test("upstream's conditioning has the keys it had before there was another: what was encoded is found", () => {
    const {text, lyrics} = partsOf({...options, conditioning: 'upstream'}, song, model);
    const encoder = {text_encoder: 't', tokenizer: 'k'};
    expect(JSON.parse(text!)).toEqual({text: 'p', max_text_tokens: 256, ...encoder});
    expect(JSON.parse(lyrics!)).toEqual({lyrics: 'la', max_lyric_tokens: 512, ...encoder});
  });

  test('an automatic limit is the longest song in whole seconds', () => {
    expect(partsOf({...options, max_duration: 0}, song, model).latents).toContain('"max_duration":90');
  });
});

describe('what is encoded again in the second pass', () => {
  const {plan, check} = {
    ...stageTypes.get('preprocess.pass2')!.samples!,
    check: stageTypes.get('preprocess.pass2')!.check!,
  };
  const part = (hash: string) => ({hash, size: 1, about: {}});
  const collection = (about: object) => ({
    kind: 'sample_collection',
    samples: [{sample: 'a', about, parts: {text: part('t'), lyrics: part('l'), latents: part('z')}}],
    missing: [],
  });
  const conditions = (params: ParamObject, about: object) =>
    plan(params, {model: model as Json, latents: collection(about) as unknown as Json}, {})[0]!.parts[0]!;

  test('upstream needs no silence; inference takes it for the timbre, whichever of the two passes says so', () => {
    const upstream = conditions({}, {});
    expect(upstream.depends_on).toEqual({text: 't', lyrics: 'l', condition_encoder: 'd1'});
    expect(upstream.work.reference).toBe('none');
    const inference = conditions({}, {conditioning: 'inference'});
    expect(inference.depends_on).toEqual({...upstream.depends_on, silence_latent: 's'});
    expect(inference.work.reference).toBe('silence');
    expect(conditions({conditioning: 'inference'}, {conditioning: 'inference'})).toEqual(inference);
  });

  test('texts of one kind and a reference of the other are refused in their place', () => {
    const firstPass = (conditioning: string) => ({
      json: {},
      stages: {
        latents: {
          uses: 'preprocess.pass1',
          params: {conditioning},
          json: () => undefined,
          stage: () => undefined,
        },
      },
      files: {},
    });
    expect(check({conditioning: 'inference'}, firstPass('upstream'))).toMatchObject([
      {param: 'conditioning', problem: {code: 'preprocess/conditioning-differs'}},
    ]);
    expect(check({}, firstPass('upstream'))).toEqual([]);
    expect(check({conditioning: 'upstream'}, firstPass('upstream'))).toEqual([]);
  });
});
