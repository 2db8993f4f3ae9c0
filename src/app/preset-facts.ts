import {join} from 'node:path';
import type {Json} from '../base/json.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {resolvePipeline} from '../config/resolve.js';
import {plain} from '../config/text/located.js';
import type {Preset} from '../config/user/preset.js';
import {noSettings} from '../config/user/settings.js';
import type {PresetFact} from '../render/preset-text.js';
import {numberText} from '../render/quantity.js';
import {type ParamValue, valueAt} from '../stage/param.js';

/** The parameters of a usable preset. */
export function presetParameters(preset: Preset): Json {
  return (preset.with === undefined ? {} : plain(preset.with)) as Json;
}

/** What a training preset decides, in the order of `presetColumns`; undefined for other presets and broken ones. */
export function presetFacts(preset: Preset): readonly PresetFact[] | undefined {
  const stage = trainingWith(preset);
  if (stage === undefined) return undefined;
  const fact = (paths: readonly string[], text: (...values: readonly string[]) => string): PresetFact => ({
    text: text(...paths.map((path) => shownValue(valueAt(stage.params, path)))),
    said_by: paths.some((path) => stage.positions[path] !== undefined) ? 'preset' : 'default',
  });
  return [
    fact(['adapter.type'], (type) => type!),
    fact(['adapter.rank'], (rank) => rank!),
    fact(['optimizer.type'], (type) => type!),
    fact(['optimizer.learning_rate'], (rate) => rate!),
    fact(['batch_size', 'gradient_accumulation_steps'], (size, steps) => `${size} × ${steps}`),
    fact(['epochs'], (epochs) => epochs!),
  ];
}

/** A training that says nothing but the preset's name: all that the preset leaves open gets the stage's own defaults. */
function trainingWith(preset: Preset): ConfiguredStage | undefined {
  if (preset.uses !== 'train' || preset.problems.length > 0) return undefined;
  const model = {uses: 'scan', with: {checkpoint_dir: '.', model: 'any'}};
  const train = {uses: 'train', preset: preset.name, with: {model: '${stages.model}', tensors: '.'}};
  const resolved = resolvePipeline({
    file: join(preset.path, '..', 'preset-facts.yaml'),
    text: JSON.stringify({sidestep: 1, name: 'facts', stages: {model, train}}),
    settings: noSettings(),
    presets: [preset],
    overrides: [],
    env: {},
  });
  return resolved.ok ? resolved.value.stages.find(({id}) => id === 'train') : undefined;
}

function shownValue(value: ParamValue | undefined): string {
  return typeof value === 'number' ? numberText(value) : String(value ?? '-');
}
