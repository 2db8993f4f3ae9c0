import type {JsonObject} from '../base/json.js';
import type {Tensor} from '../format/tensor.js';

/** All of a safetensors file (adapters are small enough to be held whole) with the settings that come with it. */
export interface AdapterFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** PEFT's adapter_config.json, or the settings that diffusers keeps in the metadata; undefined for other programs' files. */
  readonly config: JsonObject | undefined;
}
