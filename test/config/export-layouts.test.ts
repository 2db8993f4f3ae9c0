import {describe, expect, test} from 'vitest';
import {type AdapterKind, adapterKinds} from '../../src/stage/adapter-kinds.js';
import {programs} from '../../src/stage/export-layouts.js';
import {problemsOf, stageOf} from './resolved.js';

/** A pipeline of a train stage and an export of it. */
function pipeline(adapter: string, exporting: string): string {
  return `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
  train:
    uses: train
    with: {model: "\${stages.model}", tensors: ./tensors, adapter: ${adapter}}
  export:
    uses: export
    with: ${exporting}
`;
}

const trained = (more: string) => `{adapter: "\${stages.train}", ${more}}`;

/** What each program's own loader has a form for. */
const readers: Readonly<Record<string, readonly AdapterKind[]>> = {
  peft: ['lora', 'dora', 'oft'],
  lycoris: ['lokr', 'loha'],
  comfyui: ['lora', 'dora', 'lokr', 'loha'],
  diffusers: ['lora', 'dora'],
};

describe('formats that cannot hold the kind of adapter are refused before anything is trained', () => {
  const cases = Object.keys(programs).flatMap((format) => adapterKinds.map((kind) => ({format, kind})));
  test.each(cases)('$kind as $format', ({format, kind}) => {
    const text = pipeline(`{type: ${kind}}`, trained(`formats: [merged, ${format}]`));
    const problems = problemsOf(text);
    if (readers[format]!.includes(kind)) return expect(problems).toEqual([]);
    expect(problems).toMatchObject([
      {
        code: 'export/layout-unsupported',
        message: expect.stringContaining(`(${format}) has no form for ${kind}`),
        position: {line: text.split('\n').findIndex((line) => line.includes(`, ${format}]`)) + 1},
      },
    ]);
    expect(problems[0]!.hint).toContain('merged');
  });

  test('trained biases have no form in ComfyUI and diffusers', () => {
    const text = pipeline('{type: lora, bias: all}', trained('formats: [peft, comfyui, diffusers]'));
    expect(problemsOf(text).map(({code, message}) => `${code} ${/\((\w+)\)/.exec(message)?.[1]}`)).toEqual([
      'export/layout-unsupported comfyui',
      'export/layout-unsupported diffusers',
    ]);
  });

  test('each instance of a matrix is judged by itself', () => {
    const text = pipeline('{type: "${matrix.kind}"}', trained('formats: [peft]'))
      .replace('    uses: train', '    matrix: {kind: [lora, lokr]}\n    uses: train')
      .replace('    uses: export', '    matrix: {kind: [lora, lokr]}\n    uses: export');
    expect(problemsOf(text).map(({code}) => code)).toEqual(['export/layout-unsupported']);
  });
});

describe('the base model', () => {
  const model = (adapter: string, formats: string) =>
    stageOf(pipeline(adapter, trained(`formats: [${formats}]`)), 'export').params.model;

  test.each([
    {adapter: '{type: lora}', formats: 'merged'},
    {adapter: '{type: dora}', formats: 'comfyui'},
    {adapter: '{type: dora}', formats: 'peft'},
    {adapter: '{type: lokr, weight_decompose: true}', formats: 'comfyui'},
    {adapter: '{type: loha, weight_decompose: true}', formats: 'lycoris'},
  ])('$adapter as $formats needs the one that was trained on, and gets it', ({adapter, formats}) => {
    expect(model(adapter, formats)).toEqual({$stage: 'model'});
  });

  test.each(['{type: lora}', '{type: lokr}'])('%s by itself needs none', (adapter) => {
    expect(model(adapter, 'comfyui')).toBeUndefined();
  });

  test('merging an adapter on disk needs one that is named', () => {
    const text = pipeline('{type: lora}', '{adapter: ./mine, formats: [merged]}');
    expect(problemsOf(text)).toMatchObject([{code: 'export/model-missing'}]);
    const named = text.replace('formats:', 'model: "${stages.model}", formats:');
    expect(problemsOf(named)).toEqual([]);
  });

  test('an unset list of formats stays unset: the adapter decides', () => {
    const text = pipeline('{type: lokr}', '{adapter: "${stages.train}"}');
    expect(problemsOf(text)).toEqual([]);
    expect(stageOf(text, 'export').params.formats).toBeUndefined();
  });
});

describe('the card says how the conditions were built', () => {
  const preparation = (first: string, second: string) => `
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"${first}}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"${second}}}
`;
  const cardOf = (stages: string, tensors: string, card: string) => {
    const text =
      pipeline('{type: lora}', trained(card)).replace('tensors: ./tensors', `tensors: ${tensors}`) +
      stages.slice(1);
    expect(problemsOf(text)).toEqual([]);
    return stageOf(text, 'export').params.card;
  };
  const upstream = ', conditioning: upstream';

  test.each([
    {
      name: 'as inference does, unless something else is said',
      stages: preparation('', ''),
      says: 'inference',
    },
    {name: 'as the first pass says', stages: preparation(upstream, ''), says: 'upstream'},
    {name: 'as both say', stages: preparation(upstream, upstream), says: 'upstream'},
  ])('$name', ({stages, says}) => {
    expect(cardOf(stages, '"${stages.conditions}"', 'name: a')).toMatchObject({conditioning: says});
  });

  test('what the user says stays', () => {
    const card = 'card: {conditioning: upstream}';
    expect(cardOf(preparation('', ''), '"${stages.conditions}"', card)).toMatchObject({
      conditioning: 'upstream',
    });
  });

  test('tensors made elsewhere do not tell, and a card that is not written says nothing', () => {
    expect(cardOf('\n', './tensors', 'name: a')).not.toHaveProperty('conditioning');
    const off = cardOf(preparation('', ''), '"${stages.conditions}"', 'card: {enabled: false}');
    expect(off).not.toHaveProperty('conditioning');
  });
});
