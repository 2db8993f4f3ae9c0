import type {JsonObject} from '../base/json.js';
import type {FloatDType} from '../format/float-bits.js';
import type {Tensor} from '../format/tensor.js';
import type {AdapterKind} from '../stage/adapter-kinds.js';

export type {AdapterKind};

/** Row-major f32. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array;
}

/** What one adapted linear was given. The weight change of LoRA is `scale * up · down` (Hu et al. 2021). */
export type ModuleWeights =
  | {
      readonly kind: 'lora';
      /** [rank, in], of a patch convolution [rank, in · taps] */
      readonly down: Matrix;
      /** [out, rank] */
      readonly up: Matrix;
      /** DoRA's norms [out] (Liu et al. 2024); absent for LoRA. */
      readonly magnitude?: Float32Array;
      /** Of a patch convolution, whose factors libraries keep as [rank, in, taps] and [out, rank, 1]. */
      readonly taps?: number;
    }
  /** LoKr, LoHa and OFT travel through every layout unchanged, under the tensor names of their own libraries. */
  | {readonly kind: 'opaque'; readonly tensors: Readonly<Record<string, Tensor>>};

export interface AdapterModule {
  /** Dotted path of the linear in the decoder: `layers.0.self_attn.q_proj`. */
  readonly name: string;
  readonly weights: ModuleWeights;
  readonly rank: number;
  readonly alpha: number;
  /** What the product of the factors is multiplied by; alpha / rank unless rs_lora (alpha / √rank) or full matrices (1). */
  readonly scale: number;
  /**
   * What the magnitudes of a decomposed module are divided by: the norms of the adapted rows, as PEFT and LyCORIS do (absent),
   * or those of the base, as ComfyUI does.
   */
  readonly magnitude_over?: 'base';
}

/** Adapter weights with all that is needed to write them in another program's layout. */
export interface Adapter {
  readonly kind: AdapterKind;
  /** In order of name, by code unit. */
  readonly modules: readonly AdapterModule[];
  /** That of the file's tensors; F32 where they differ. Values are f32 in memory whatever it is. */
  readonly dtype: FloatDType;
  /** PEFT's adapter_config.json, or LyCORIS' lokr_config / loha_config. */
  readonly config: JsonObject;
  /** Metadata of the file it was read from. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors that belong to no adapted factor (PEFT's `bias: all`), by their name in the file. */
  readonly others: Readonly<Record<string, Tensor>>;
}
