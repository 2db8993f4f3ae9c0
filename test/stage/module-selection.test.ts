import {describe, expect, test} from 'vitest';
import {readModuleSelection} from '../../src/stage/module-selection.js';

describe('a selection of modules is read', () => {
  test('from what an estimate stage leaves', () => {
    const estimate = {
      modules: [{module: 'layers.0.self_attn.q_proj', score: 2, effective_rank: 3}],
      selected: ['layers.0.self_attn.q_proj'],
      rank_pattern: {'layers.0.self_attn.q_proj': 8},
    };
    expect(readModuleSelection(estimate)).toEqual({
      origin: 'estimate',
      modules: [{module: 'layers.0.self_attn.q_proj', score: 2}],
      selected: ['layers.0.self_attn.q_proj'],
      rank_pattern: {'layers.0.self_attn.q_proj': 8},
    });
  });

  test('from Side-Step’s module configuration, whose names start at the whole model', () => {
    const config = [
      {module: 'decoder.layers.3.cross_attn.v_proj', sensitivity: 0.5},
      {module: 'decoder.layers.1.self_attn.o_proj', sensitivity: 0.25},
    ];
    expect(readModuleSelection(config)).toMatchObject({
      origin: 'module_config',
      selected: ['layers.3.cross_attn.v_proj', 'layers.1.self_attn.o_proj'],
    });
  });

  test.each([
    ['an attention', 'decoder.layers.2.self_attn', 4],
    ['an MLP', 'decoder.layers.2.mlp', 3],
    ['a layer', 'decoder.layers.2', 8],
  ])('where it names %s, its linears', (_name, module, count) => {
    const selected = readModuleSelection([{module, sensitivity: 1}])!.selected;
    expect(selected).toHaveLength(count);
    for (const name of selected) expect(name).toMatch(/^layers\.2\..*_proj$/);
  });

  test('without the norms that a layer’s listing has', () => {
    const listed = [
      {module: 'decoder.layers.0.self_attn', sensitivity: 2},
      {module: 'decoder.layers.0.self_attn_norm', sensitivity: 1},
      {module: 'decoder.layers.0.self_attn.q_norm', sensitivity: 1},
    ];
    expect(readModuleSelection(listed)!.selected).toHaveLength(4);
  });

  test('from its fisher_map.json, with ranks, best module first', () => {
    const map = {
      version: 2,
      model_variant: 'turbo',
      target_modules: ['self_attn.q_proj', 'self_attn.v_proj'],
      rank_pattern: {'layers.0.self_attn.v_proj': 16, 'layers.1.self_attn.q_proj': 48},
      alpha_pattern: {'layers.0.self_attn.v_proj': 32, 'layers.1.self_attn.q_proj': 96},
      modules: [
        {name: 'decoder.layers.1.self_attn.q_proj', fisher_score: 2e-3, assigned_rank: 48},
        {name: 'decoder.layers.0.self_attn.v_proj', fisher_score: 1e-3, assigned_rank: 16},
      ],
      excluded_modules: [],
    };
    expect(readModuleSelection(map)).toEqual({
      origin: 'fisher_map',
      modules: [
        {module: 'layers.1.self_attn.q_proj', score: 2e-3},
        {module: 'layers.0.self_attn.v_proj', score: 1e-3},
      ],
      selected: ['layers.1.self_attn.q_proj', 'layers.0.self_attn.v_proj'],
      rank_pattern: {'layers.0.self_attn.v_proj': 16, 'layers.1.self_attn.q_proj': 48},
      alpha_pattern: {'layers.0.self_attn.v_proj': 32, 'layers.1.self_attn.q_proj': 96},
    });
  });

  test.each([
    ['a preset', {rank: 8}],
    ['an empty list', []],
    ['a list of words', ['q_proj']],
    ['an estimate that selects nothing', {modules: [], selected: []}],
    ['a list of norms', [{module: 'decoder.layers.0.self_attn.q_norm', sensitivity: 1}]],
    ['text', 'q_proj'],
    ['a damaged estimate', {modules: {}, selected: ['layers.0.self_attn.q_proj']}],
    ['an estimate whose selection is damaged', {modules: [], selected: 'layers.0.self_attn.q_proj'}],
  ])('and not from %s', (_name, value) => {
    expect(readModuleSelection(value)).toBeUndefined();
  });
});
