import type {Tensor} from '../format/tensor.js';
import {type AdapterKind, adapterFacts, adapterKinds} from '../stage/adapter-kinds.js';
import type {Adapter, AdapterModule} from './adapter.js';
import type {AdapterFile} from './adapter-file.js';
import type {WeightChange} from './change.js';
import {factorDot} from './delta.js';
import type {FoundModule} from './found-module.js';
import {kroneckerDot} from './lokr.js';
import {lohaChange, lokrChange} from './lycoris-change.js';
import {loraModule} from './read-lora.js';
import {lycorisModule} from './read-lycoris.js';

interface KindWork {
  readonly read: (module: FoundModule, file: AdapterFile) => AdapterModule;
  /** What is added to the weight, of its library's own tensors in their plainest form (tucker.ts). Absent: nothing can be added. */
  readonly change?: (tensors: Readonly<Record<string, Tensor>>, scale: number) => WeightChange;
  /** ⟨A, B⟩ of two modules' weight changes without forming them; undefined where they have no such form. */
  readonly dot?: (a: AdapterModule, b: AdapterModule) => number | undefined;
  /** Why there is none. */
  readonly no_dot: string;
  /** How large it is, where it is no rank. */
  readonly size?: (adapter: Adapter) => string;
}

const lowRank: KindWork = {
  read: loraModule,
  dot: factorDot,
  no_dot: 'the module has no low-rank factors',
};

/** How adapters of each kind are read and measured; what is known of them without a file: `stage/adapter-kinds.ts`. */
export const kindWorks: Readonly<Record<AdapterKind, KindWork>> = {
  lora: lowRank,
  dora: lowRank,
  lokr: {
    read: lycorisModule,
    change: lokrChange,
    dot: kroneckerDot,
    no_dot: 'Tucker cores, weight decomposition and mixed factors have no closed form',
  },
  loha: {
    read: lycorisModule,
    change: lohaChange,
    no_dot: "LoHa's change is an element-wise product: its size cannot be told without forming it",
  },
  oft: {
    read: unrankedModule,
    no_dot: 'OFT rotates the base weight: its change has no size without it',
    size: ({config, modules}) => `blocks of ${String(config.oft_block_size ?? modules[0]?.rank)}`,
  },
};

/** Tensors that are kept as they are, and whose scale is 1. */
export function unrankedModule({name, parts}: FoundModule): AdapterModule {
  const tensors = parts as Readonly<Record<string, Tensor>>;
  return {name, weights: {kind: 'opaque', tensors}, rank: 0, alpha: 0, scale: 1};
}

/** The kind whose tensors these are, by their names below a module; undefined for LoRA's factors. */
export function kindOfTensors(names: readonly string[]): AdapterKind | undefined {
  return adapterKinds.find((kind) => {
    const own = adapterFacts[kind].tensors;
    return own !== undefined && names.some((name) => name.search(own) === 0);
  });
}

/** The same for one module's tensors. */
export function kindWork(tensors: Readonly<Record<string, Tensor>>): KindWork | undefined {
  const kind = kindOfTensors(Object.keys(tensors));
  return kind && kindWorks[kind];
}
