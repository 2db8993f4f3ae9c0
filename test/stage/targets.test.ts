import {describe, expect, test} from 'vitest';
import type {Json} from '../../src/base/json.js';
import {decoderLinears} from '../../src/model/decoder-linears.js';
import type {ParamObject} from '../../src/stage/param.js';
import {stageTypes} from '../../src/stage/registry.js';
import {decoderLinearNames, targetMisfits} from '../../src/stage/targets.js';

test('the linears are those that a config.json describes', () => {
  for (const layers of [1, 2, 24])
    expect(decoderLinearNames(layers).sort()).toEqual(
      [...decoderLinears({num_hidden_layers: layers}).keys()].sort(),
    );
});

const model = {shape: {layers: 2}};

function misfits(adapter: ParamObject, files: Readonly<Record<string, Json>> = {}, json: Json = model) {
  return targetMisfits(adapter, {json: {model: json}, stages: {}, files}, 'adapter');
}

describe('what names a module of the model is left alone', () => {
  test.each([
    [{target_modules: ['q_proj', 'v_proj']}],
    [{target_modules: ['self_attn.q_proj', 'layers.1.cross_attn.o_proj']}],
    [{target_modules: ['layers\\.[01]\\..*_proj', 'time_embed.linear_1']}],
    [{self_target_modules: ['q_proj'], cross_target_modules: ['cross_attn.v_proj']}],
    [{target_modules: ['q_proj'], target_mlp: true, rank_pattern: {up_proj: 8}, alpha_pattern: {'mlp.*': 8}}],
    [{target_modules: ['q_proj'], attention_type: 'self', rank_pattern: {'self_attn.q_proj': 8}}],
    [{target_modules: ['q_proj'], scope: 'decoder', alpha_pattern: {down_proj: 8}}],
  ] as [ParamObject][])('%o', (adapter) => {
    expect(misfits(adapter)).toEqual([]);
  });

  test('and nothing is said of a model that no one looked at', () => {
    expect(misfits({target_modules: ['to_q']}, {}, {})).toEqual([]);
  });
});

describe('what names none is told, with what there is', () => {
  test.each([
    [{target_modules: ['q_proj', 'qproj']}, 'adapter.target_modules', 'train/no-such-module', /q_proj/],
    [{target_modules: ['to_q', 'to_k']}, 'adapter.target_modules', 'train/no-such-module', /q_proj, k_proj/],
    [
      {self_target_modules: ['cross_attn.q_proj']},
      'adapter.self_target_modules',
      'train/no-such-module',
      /./,
    ],
    [{rank_pattern: {'layers.7.mlp.up_proj': 8}}, 'adapter.rank_pattern', 'train/no-such-module', /./],
    [{alpha_pattern: {'layers.(1': 8}}, 'adapter.alpha_pattern', 'adapter/pattern-invalid', /escape/],
  ] as [ParamObject, string, string, RegExp][])('%o', (adapter, param, code, hint) => {
    expect(misfits(adapter)).toMatchObject([{param, problem: {code, hint: expect.stringMatching(hint)}}]);
  });
});

describe('a pattern that names modules of the model, but none that is adapted', () => {
  const at = 'adapter.selection.estimate';
  const q = {[at]: [{module: 'decoder.layers.1.self_attn.q_proj', sensitivity: 1}]};

  test.each([
    ['beside the targets', {target_modules: ['q_proj'], rank_pattern: {gate_proj: 8}}, {}],
    [
      'on the other side',
      {target_modules: ['q_proj'], attention_type: 'self', alpha_pattern: {'cross_attn.*': 8}},
      {},
    ],
    [
      'of an own list',
      {target_modules: ['q_proj'], cross_target_modules: ['v_proj'], rank_pattern: {'cross_attn.q_proj': 8}},
      {},
    ],
    [
      'beside a selection',
      {selection: {estimate: './est.json', use: 'modules'}, rank_pattern: {v_proj: 8}},
      q,
    ],
  ] as [string, ParamObject, Record<string, Json>][])('%s', (_name, adapter, files) => {
    expect(misfits(adapter, files)).toMatchObject([
      {
        param: expect.stringMatching(/_pattern$/),
        problem: {code: 'train/pattern-without-module', hint: expect.stringContaining('q_proj')},
      },
    ]);
  });
});

describe('a selection', () => {
  const selects = (use: string) => ({selection: {estimate: './est.json', use}});
  const at = 'adapter.selection.estimate';
  const of = (module: string) => ({[at]: [{module: `decoder.${module}`, sensitivity: 1}]});

  test('of modules of this model is fine', () => {
    expect(misfits(selects('modules'), of('layers.1.self_attn.q_proj'))).toEqual([]);
  });

  test.each([
    ['of another model', selects('modules'), of('layers.9.self_attn.q_proj'), /layers\.9\.self_attn\.q_proj/],
    ['without the ranks that are asked for', selects('ranks'), of('layers.1.self_attn.q_proj'), /no ranks/],
    ['that is none', selects('modules'), {[at]: {rank: 3}}, /selects no modules/],
    ['that is no JSON', selects('modules'), {[at]: null}, /selects no modules/],
  ])('%s is told', (_name, adapter, files, says) => {
    expect(misfits(adapter, files)).toMatchObject([
      {param: at, problem: {code: 'train/estimate-invalid', message: expect.stringMatching(says)}},
    ]);
  });
});

test('train and estimate both look', () => {
  const known = {json: {model}, stages: {}, files: {}};
  const estimated = stageTypes.get('estimate')!.check!({target_modules: ['to_q']}, known);
  expect(estimated).toMatchObject([{param: 'target_modules'}]);
  const trained = stageTypes.get('train')!.check!({adapter: {type: 'lora', target_modules: ['to_q']}}, known);
  expect(trained).toMatchObject([{param: 'adapter.target_modules'}]);
});
