import type {Addon} from './addon.js';
import {callEngine} from './call.js';

/** What the engine can compute with on this machine. */
export interface EngineDescription {
  readonly numerics_version: number;
  /** Instruction set of the CPU kernels in use: `portable`, `neon`, `avx2`, `avx512`. */
  readonly cpu_kernels: string;
  /** Whose bits the CPU computes: `fused` under avx512, avx2 and neon alike. Engines before numerics version 4 do not say. */
  readonly cpu_arithmetic?: string;
  /** What large matrix products run on, on the CPU: `own`, or the BLAS the engine was built with. */
  readonly matrix_product: string;
  readonly cuda_devices: readonly {
    readonly device: string;
    readonly name: string;
    readonly memory_bytes: number;
    readonly free_bytes: number;
    /** Where the library for matrix products was found, or what serves without one. */
    readonly products: string;
    /** Without the library: the plugin's own kernel. */
    readonly own_products: boolean;
    /** Ten times it: 89 is 8.9. */
    readonly compute_capability: number;
  }[];
  /** Why there is no CUDA device; null when there is one. */
  readonly no_cuda: string | null;
  /** What to do where driver or cards are the reason, and not the plugin's file. */
  readonly no_cuda_hint?: string;
  /** With several devices: the library that connects cards, and its version, or that there is none. */
  readonly nccl?: {readonly found: boolean; readonly text: string};
}

/** Loads the CUDA plugin if there is one, so only short-lived processes and workers should ask. */
export async function describeEngine(addon: Addon): Promise<EngineDescription> {
  const {result} = await callEngine(addon, 'describe_engine', {}, {});
  return result as EngineDescription;
}

/** FLOP/s of the matrix product on a device, measured for a quarter of a second. Throws `native/device-*`. */
export async function measureProducts(
  addon: Addon,
  on: {readonly device: string; readonly precision: string; readonly threads: number | undefined},
): Promise<number> {
  const {result} = await callEngine(addon, 'measure_products', {...on, seconds: 0.25}, {});
  return (result as {readonly flops_per_second: number}).flops_per_second;
}
