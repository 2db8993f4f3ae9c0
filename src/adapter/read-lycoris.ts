import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {Tensor} from '../format/tensor.js';
import type {Adapter, AdapterModule} from './adapter.js';
import {groupByModule, scalarOf} from './factors.js';
import {moduleOfLycorisName} from './module-name.js';
import type {AdapterFile} from './read.js';

/** A LyCORIS file: `lycoris_<path>.lokr_w1`, `.hada_w1_a`, `.alpha`, `.dora_scale`; settings in its metadata. */
export function readLycoris(file: AdapterFile): Adapter {
  const {modules, others, dtype} = groupByModule(file.tensors, (name) => {
    const dot = name.indexOf('.');
    return dot < 0 ? undefined : [moduleOfLycorisName(name.slice(0, dot)), name.slice(dot + 1)];
  });
  const kind = [...file.tensors.keys()].some((name) => name.includes('.hada_')) ? 'loha' : 'lokr';
  return {
    kind,
    modules: modules.map(([name, tensors]) => lycorisModule(name, tensors)),
    config: configOf(file.metadata[`${kind}_config`]),
    dtype,
    metadata: file.metadata,
    others,
  };
}

/**
 * Rank is the inner size of a factored matrix. With every matrix whole there is no rank, and LyCORIS applies the product
 * as it is, whatever alpha says.
 */
function lycorisModule(name: string, tensors: Readonly<Record<string, Tensor>>): AdapterModule {
  const alpha = tensors.alpha ? scalarOf(tensors.alpha) : 0;
  const inner = tensors.lokr_w1_b ?? tensors.lokr_w2_b ?? tensors.hada_w1_b;
  const rank = inner?.shape[0] ?? 0;
  return {
    name,
    weights: {kind: 'opaque', tensors},
    rank,
    alpha,
    scale: rank === 0 || alpha === 0 ? 1 : alpha / rank,
  };
}

function configOf(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // settings are for people; the tensors say all that is needed
  }
}
