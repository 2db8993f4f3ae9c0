import type {JsonObject} from '../../base/json.js';
import {parseUserObject} from '../../format/user-json.js';
import {lowRank} from '../change.js';
import {toMatrix} from '../factors.js';
import type {Reader, WrittenFile} from './reader.js';

/**
 * PEFT: `set_peft_model_state_dict` puts a module's tensors where `base_model.model.<module>.lora_A` and so on are; the config alone
 * says rank, alpha and whether the module is decomposed (tuners/lora/{layer,dora}.py): m · V / ‖V‖, V = W + scale · B A.
 */
export const peftReader: Reader = (file, module) =>
  readAs(file, {module, name: `base_model.model.${module}`, config: file.config ?? {}});

/**
 * diffusers: `load_lora_into_transformer` takes `transformer.` off, renames nothing, and hands tensors and the settings of
 * `lora_adapter_metadata` to PEFT, which meets the module under diffusers' own name (transformers/ace_step_transformer.py).
 */
export const diffusersReader: Reader = (file, module) => {
  const renamed = module
    .replace(/^proj_in\.1$/, 'proj_in_conv')
    .replace('_attn.o_proj', '_attn.to_out.0')
    .replace(/_attn\.([qkv])_proj$/, '_attn.to_$1');
  const settings = parseUserObject(file.metadata.lora_adapter_metadata ?? '{}', 'lora_adapter_metadata');
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key.replace(/^transformer\./, ''), value]),
  );
  return readAs(file, {module: renamed, name: `transformer.${renamed}`, config});
};

interface Place {
  /** The module's path in the model that PEFT wraps. */
  readonly module: string;
  readonly name: string;
  readonly config: JsonObject;
}

function readAs({tensors}: WrittenFile, {module, name, config}: Place): ReturnType<Reader> {
  const names = [`${name}.lora_A.weight`, `${name}.lora_B.weight`];
  const [down, up] = names.map((part) => tensors.get(part));
  if (!down || !up) return undefined;
  const rank = settingOf(config, {module, pattern: 'rank_pattern', key: 'r'});
  const alpha = settingOf(config, {module, pattern: 'alpha_pattern', key: 'lora_alpha'});
  if (rank !== down.shape[0] || rank !== up.shape[1]) return undefined; // PEFT: size mismatch
  const scale = alpha / (config.use_rslora === true ? Math.sqrt(rank) : rank);
  const change = lowRank(toMatrix(up), toMatrix(down), scale);
  if (config.use_dora !== true) return {applied: {change}, used: names};
  const magnitude = tensors.get(`${name}.lora_magnitude_vector`);
  if (magnitude === undefined) return undefined;
  return {
    applied: {change, magnitude: {values: toMatrix(magnitude).data, over: 'adapted'}},
    used: [...names, `${name}.lora_magnitude_vector`],
  };
}

/** The first pattern that matches the end of the path, else the common value; PEFT's defaults are 8 and 8. */
function settingOf(
  config: JsonObject,
  {module, pattern, key}: {readonly module: string; readonly pattern: string; readonly key: string},
): number {
  const patterns = Object.entries((config[pattern] ?? {}) as JsonObject);
  const found = patterns.find(([expression]) => new RegExp(`^(.*\\.)?(${expression})$`).test(module));
  return Number(found?.[1] ?? config[key] ?? 8);
}
