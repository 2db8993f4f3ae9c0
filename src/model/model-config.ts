import {join} from 'node:path';
import type {Json, JsonObject} from '../base/json.js';
import {isListed} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';
import {type BaseModel, baseModels, type InferenceDefaults, type ModelSize} from './model.js';

/** A folder's config.json; `undefined` when it has none. Throws what reading a user's JSON throws. */
export async function readConfig(dir: string): Promise<JsonObject | undefined> {
  const path = join(dir, 'config.json');
  return isListed(path) ? readUserObject(path) : undefined;
}

/** Is this the config of an ACE-Step 1.5 diffusion model, whatever its folder is called? */
export function isDitConfig(config: JsonObject): boolean {
  return (
    Array.isArray(config.architectures) && config.architectures.includes('AceStepConditionGenerationModel')
  );
}

/** Base model by `model_version` (`turbo`, `xl-sft`), else by `is_turbo`. */
export function baseFromConfig(config: JsonObject): BaseModel | undefined {
  const version = typeof config.model_version === 'string' ? baseInName(config.model_version) : undefined;
  return version ?? (config.is_turbo === true ? 'turbo' : undefined);
}

/** The base model that a folder's name mentions: `my-sft-tune` descends from `sft`. */
export function baseInName(name: string): BaseModel | undefined {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  return baseModels.find((base) => words.includes(base));
}

/** Upstream's two sizes: 24 layers of width 2048, and the XL models with an encoder narrower than the decoder. */
export function sizeOf(config: JsonObject): ModelSize {
  if (config.hidden_size === 2560) return 'xl';
  return config.hidden_size === 2048 && config.num_hidden_layers === 24 ? '2b' : 'other';
}

/** The law of the timestep that all of upstream's models share; used when a known model's config lacks it. */
export const upstreamTimestep = {mu: -0.4, sigma: 1} as const;

export function timestepOf(config: JsonObject): {mu: number | undefined; sigma: number | undefined} {
  return {mu: numberOf(config.timestep_mu), sigma: numberOf(config.timestep_sigma)};
}

/** Turbo models are distilled to 8 steps at shift 3; base and sft take 50 at shift 1. */
export function inferenceDefaults(base: BaseModel): InferenceDefaults {
  return base === 'turbo' ? {shift: 3, steps: 8} : {shift: 1, steps: 50};
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
