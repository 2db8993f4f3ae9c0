import {describe, expect, test} from 'vitest';
import type {ContentHash} from '../../src/base/hash.js';
import type {Json} from '../../src/base/json.js';
import {schemas} from '../../src/schema/schemas.generated.js';
import {usualSampler} from '../../src/stage/clip.js';
import {generate} from '../../src/stage/generate.js';
import type {ParamObject} from '../../src/stage/param.js';

const component = (hash: string) => ({dir: '/m', files: [], hash});
const model = (base: string) =>
  ({
    name: `acestep-${base}`,
    base,
    silence_frames: 6000,
    components: {
      dit: component('d'),
      silence_latent: component('s'),
      vae: component('v'),
      text_encoder: component('t'),
      tokenizer: component('k'),
    },
  }) as unknown as Json;
const song = (name: string, words: object = {}) => ({
  name,
  lyrics: 'la la',
  language: 'en',
  bpm: '72',
  keyscale: 'A minor',
  timesignature: '',
  duration: 187,
  prompt: {
    source: 'caption',
    text: '# Instruction\nFill\n\n# Caption\nmystyle, a waltz\n\n# Metas\n- bpm: 72',
  },
  ...words,
});
const dataset = {samples: [song('first song.flac'), song('live/encore.wav')]} as unknown as Json;
const adapter = 'a1' as ContentHash;
const defaults = {strengths: [1], seeds: [1], format: 'wav', bits: '16', adapter: './adapter'};

function planned(params: ParamObject, of = model('turbo'), identity: ContentHash | undefined = adapter) {
  const identities: Record<string, ContentHash> = identity === undefined ? {} : {adapter: identity};
  return generate.samples!.plan({...defaults, ...params}, {model: of, dataset}, identities);
}

const keys = (params: ParamObject, of?: Json, identity?: ContentHash) =>
  planned(params, of, identity).map(({parts}) => JSON.stringify(parts[0]!.depends_on));

describe('one clip for each prompt, seed and strength', () => {
  test('named after all three', () => {
    const params = {
      prompts: [{caption: 'slow blues, male voice'}, {sample: 'first song'}],
      seeds: [1, 7],
      strengths: [0, 0.5],
    };
    expect(planned(params).map(({sample}) => sample)).toEqual([
      'slow-blues-male-voice-seed1-strength0',
      'slow-blues-male-voice-seed1-strength0.5',
      'slow-blues-male-voice-seed7-strength0',
      'slow-blues-male-voice-seed7-strength0.5',
      'first-song-seed1-strength0',
      'first-song-seed1-strength0.5',
      'first-song-seed7-strength0',
      'first-song-seed7-strength0.5',
    ]);
  });

  test('equal captions do not share a file, and names of any script stay', () => {
    const prompts = [{caption: '夜空 pop'}, {caption: '夜空 pop', bpm: 90}, {caption: '///'}];
    expect(planned({prompts}).map(({sample}) => sample)).toEqual([
      '夜空-pop-seed1-strength1',
      '夜空-pop-2-seed1-strength1',
      'clip-seed1-strength1',
    ]);
  });

  test('a song lends its words, its tag and its length; what is said beside it wins', () => {
    const [plain, shorter] = planned({
      prompts: [{sample: 'encore'}, {sample: 'encore', duration: 20.02, lyrics: ''}],
    });
    expect(plain!.about).toMatchObject({
      caption: 'mystyle, a waltz',
      lyrics: 'la la',
      language: 'en',
      bpm: '72',
      keyscale: 'A minor',
      frames: 187 * 25,
    });
    expect(shorter!.about).toMatchObject({caption: 'mystyle, a waltz', lyrics: '', frames: 501});
  });

  test.each([
    {base: 'turbo', expected: {steps: 8, shift: 3, guidance_scale: 1, turbo: true}},
    {base: 'base', expected: {steps: 50, shift: 1, guidance_scale: 7, turbo: false}},
    {base: 'sft', expected: {steps: 50, shift: 1, guidance_scale: 7, turbo: false}},
  ])('what is unset goes by the model, the rest is left to the engine: $base', ({base, expected}) => {
    expect(planned({prompts: [{caption: 'x'}]}, model(base))[0]!.about.sampler).toEqual(expected);
  });

  test('and is what the descriptions of the parameters say', () => {
    const [turbo, other] = [usualSampler({base: 'turbo'}), usualSampler({base: 'sft'})];
    const {steps, shift, guidance_scale} = schemas['stage.generate']!.properties!;
    expect(steps!.description).toContain(`Unset: ${turbo.steps} for turbo models, ${other.steps} for base`);
    expect(shift!.description).toContain(`Unset: ${turbo.shift} for turbo models, ${other.shift} for base`);
    expect(guidance_scale!.description).toContain(`Unset: ${other.guidance_scale} for base`);
    const {properties: samples} = schemas['stage.train']!.properties!.samples!;
    expect(samples!.steps!.description).toContain(
      `Unset: ${turbo.steps} for turbo models, ${other.steps} for base`,
    );
    expect(samples!.guidance_scale!.description).toContain(`Unset: ${other.guidance_scale} for base`);
  });
});

test('a correction goes to the engine as it is written', () => {
  const [clip] = planned({prompts: [{caption: 'x'}], dcw: {mode: 'double', scaler: 0.1, high_scaler: 0.02}});
  expect(clip!.about.sampler).toMatchObject({dcw: {mode: 'double', scaler: 0.1, high_scaler: 0.02}});
  expect(planned({prompts: [{caption: 'x'}]})[0]!.about.sampler).not.toHaveProperty('dcw');
});

describe('what makes a clip another', () => {
  const prompts = [{caption: 'x'}];
  test.each([
    {name: 'another name', a: {prompts: [{caption: 'x', name: 'y'}]}, same: true},
    {name: 'a default, said', a: {prompts, steps: 8}, same: true},
    {name: 'another seed', a: {prompts, seeds: [2]}, same: false},
    {name: 'other steps', a: {prompts, steps: 9}, same: false},
    {name: 'a correction', a: {prompts, dcw: {mode: 'low', scaler: 0.05}}, same: false},
    {name: 'another checkpoint', a: {prompts, checkpoint: 'epoch_5'}, same: false},
    {name: 'other words', a: {prompts: [{caption: 'x', lyrics: 'la'}]}, same: false},
    {name: 'another format', a: {prompts, bits: '24'}, same: false},
  ])('$name: the same is $same', ({a, same}) => {
    expect(keys(a)[0] === keys({prompts})[0]).toBe(same);
  });

  test('at strength 0 no adapter does; at 1 another one does', () => {
    const other = 'a2' as ContentHash;
    const none = {prompts, strengths: [0]};
    expect(keys(none)).toEqual(keys(none, undefined, other));
    expect(keys({prompts})).not.toEqual(keys({prompts}, undefined, other));
  });
});

describe('what cannot be is refused in its place', () => {
  const reference = {$stage: 'songs'};
  const check = (params: ParamObject, {of = model('turbo'), trained}: {of?: Json; trained?: Json} = {}) =>
    generate.check!(
      {...defaults, ...params},
      {
        json: {model: of, dataset},
        stages:
          trained === undefined
            ? {}
            : {adapter: {uses: 'train', params: {}, json: () => trained, stage: () => undefined}},
        files: {},
      },
    ).map(({param, problem}) => [param, problem.code]);

  test.each([
    {
      name: 'no caption',
      params: {prompts: [{caption: 'x'}, {lyrics: 'la'}]},
      at: ['prompts.1', 'generate/no-caption'],
    },
    {
      name: 'a song no one knows',
      params: {prompts: [{sample: 'first sing'}], dataset: reference},
      at: ['prompts.0.sample', 'generate/unknown-song'],
    },
    {
      name: 'a song of no dataset',
      params: {prompts: [{sample: 'x'}]},
      at: ['prompts.0.sample', 'generate/no-dataset'],
    },
    {
      name: 'longer than the silence',
      params: {prompts: [{caption: 'x', duration: 240.1}]},
      at: ['prompts.0.duration', 'generate/too-long'],
    },
    {
      name: 'FLAC of floats',
      params: {prompts: [{caption: 'x'}], format: 'flac', bits: 'float'},
      at: ['bits', 'generate/format-impossible'],
    },
  ])('$name', ({params, at}) => {
    expect(check(params as unknown as ParamObject)).toEqual([at]);
  });

  test.each([
    {language: 'English', hint: 'Write language: en.'},
    {language: 'en-GB', hint: 'Write language: en.'},
    {language: 'klingon', hint: 'Write its code, such as en, zh or ja; without one it is unknown.'},
    {language: 'yue', hint: undefined},
    {language: 'unknown', hint: undefined},
  ])('a language: $language', ({language, hint}) => {
    const found = generate.check!(
      {...defaults, prompts: [{caption: 'x', language}]},
      {json: {model: model('turbo'), dataset}, stages: {}, files: {}},
    );
    expect(found.map(({param, problem}) => [param, problem.code, problem.hint])).toEqual(
      hint === undefined ? [] : [['prompts.0.language', 'generate/unknown-language', hint]],
    );
  });

  test('an adapter of another base', () => {
    const prompts = [{caption: 'x'}];
    expect(check({prompts}, {trained: model('base')})).toEqual([['adapter', 'generate/other-base']]);
    expect(check({prompts}, {trained: model('turbo')})).toEqual([]);
  });

  test('as long as the silence is allowed', () => {
    expect(check({prompts: [{caption: 'x', duration: 240}]})).toEqual([]);
  });
});
