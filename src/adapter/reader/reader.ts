import type {JsonObject} from '../../base/json.js';
import type {Tensor} from '../../format/tensor.js';
import type {Applied} from '../applied.js';

/** A written file as the program that it is for opens it. */
export interface WrittenFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** PEFT's adapter_config.json. */
  readonly config: JsonObject | undefined;
}

/** What a program makes of one module, and which of the file's tensors it used up for that. */
export interface ModuleReading {
  readonly applied: Applied;
  readonly used: readonly string[];
}

/**
 * The rule of one program, as its own source states it: which names it looks for when it comes to a module of the decoder, and
 * what it computes from what it finds. Undefined: the program finds nothing and leaves the module as it is. Written apart from
 * the writers and from the reader of adapters on purpose: a mistake in those must not find its mirror here.
 */
export type Reader = (file: WrittenFile, module: string) => ModuleReading | undefined;
