import type {Addon} from './addon.js';
import {type CallOptions, callEngine} from './call.js';

export interface MergeRequest {
  /** Adapter folder in PEFT's or LyCORIS' layout. */
  readonly adapter: string;
  /** Folder of the base model: config.json, model*.safetensors. */
  readonly base: string;
  /** Gets model.safetensors; the caller copies config.json. */
  readonly output_dir: string;
}

/** Writes the base checkpoint with the adapter worked into the adapted weights. Throws `adapter/*`, `native/*`. */
export async function mergeAdapter(
  addon: Addon,
  request: MergeRequest,
  options: CallOptions<never> = {},
): Promise<void> {
  await callEngine(addon, 'merge_adapter', request, {}, options);
}
