import type {Tensor} from '../format/tensor.js';
import type {TensorPart} from './tensor-name.js';

/** One adapted module as the file has it. */
export interface FoundModule {
  /** The decoder's own name. */
  readonly name: string;
  /** The module's path as rank and alpha patterns match it: as in the file, without PEFT's prefix. */
  readonly path: string;
  readonly parts: Parts;
  /** For messages: the file and the module. */
  readonly where: string;
}

export type Parts = Readonly<Partial<Record<TensorPart, Tensor>>>;
