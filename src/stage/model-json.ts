import {isJsonObject, type Json, type JsonObject} from '../base/json.js';

/** The parts of a scanned model that stages depend on separately, so that another DiT encodes no audio again. */
export type ModelComponent = 'dit' | 'silence_latent' | 'vae' | 'text_encoder' | 'tokenizer';

/** What of a `scan` stage's model.json decides bytes: hashes and numbers, never folders or names. */
export function modelIdentity(value: Json): Json {
  const model = jsonObject(value, 'model.json');
  const components = jsonObject(model.components, 'model.json: components');
  const hashes = Object.keys(components).map((name) => [name, componentHash(value, name as ModelComponent)]);
  return {
    base: model.base ?? null,
    timestep_mu: model.timestep_mu ?? null,
    timestep_sigma: model.timestep_sigma ?? null,
    inference: model.inference ?? null,
    components: Object.fromEntries(hashes),
  };
}

/** For an input that needs only some components: a reader for `InputParam.reads`. */
export function readsComponents(...names: readonly ModelComponent[]): (value: Json) => Json {
  return (value) => Object.fromEntries(names.map((name) => [name, componentHash(value, name)]));
}

/** What training reads: the transformer, the silence that fills the context, and the timestep law of its config. */
export function readsTrainingModel(value: Json): Json {
  const identity = jsonObject(modelIdentity(value), 'model.json');
  return {...identity, components: readsComponents('dit', 'silence_latent')(value)};
}

/** The content hash of one component. Throws a TypeError on what no `scan` stage wrote. */
export function componentHash(value: Json, name: ModelComponent): Json {
  const components = jsonObject(jsonObject(value, 'model.json').components, 'model.json: components');
  return jsonObject(components[name], `model.json: components.${name}`).hash ?? null;
}

/** Reads what another stage wrote; a shape that it never writes is a bug, not a user's mistake. */
export function jsonObject(value: Json | undefined, what: string): JsonObject {
  if (!isJsonObject(value)) throw new TypeError(`Expected an object in ${what}`);
  return value;
}
