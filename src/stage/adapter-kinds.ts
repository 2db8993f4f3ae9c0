/** Programs that an adapter by itself is written for. */
export type ExportLayout = 'peft' | 'lycoris' | 'comfyui' | 'diffusers';

interface KindFacts {
  /** As people write it. */
  readonly name: string;
  /** For the person who chooses one. */
  readonly about: string;
  /** What has a form for it; first the library whose kind it is. */
  readonly layouts: readonly [ExportLayout, ...ExportLayout[]];
  /**
   * `low_rank`: two factors, a rank and an alpha for each module, as LoRA's readers expect. `ranked`: other factors with a rank and an
   * alpha. `unranked`: neither.
   */
  readonly factors: 'low_rank' | 'ranked' | 'unranked';
  /** How its own tensors are called below a module; LoRA's are factors that every program spells in its way. */
  readonly tensors?: RegExp;
}

/** Every kind of adapter that can be trained: a new one is a row here, and one in `adapter/kinds.ts`. */
const KINDS = {
  lora: {
    name: 'LoRA',
    about: 'the usual one; every program can load it',
    layouts: ['peft', 'comfyui', 'diffusers'],
    factors: 'low_rank',
  },
  dora: {
    name: 'DoRA',
    about: 'LoRA that also learns magnitudes; somewhat slower',
    layouts: ['peft', 'comfyui', 'diffusers'],
    factors: 'low_rank',
  },
  lokr: {
    name: 'LoKr',
    about: 'Kronecker product; small files, LyCORIS format',
    layouts: ['lycoris', 'comfyui'],
    factors: 'ranked',
    tensors: /lokr_w[12](?:_[ab])?|lokr_t2/,
  },
  loha: {
    name: 'LoHa',
    about: 'Hadamard product; LyCORIS format',
    layouts: ['lycoris', 'comfyui'],
    factors: 'ranked',
    tensors: /hada_w[12]_[ab]|hada_t[12]/,
  },
  oft: {
    name: 'OFT',
    about: 'orthogonal rotation of the base weights',
    layouts: ['peft'],
    factors: 'unranked',
    tensors: /oft_R/,
  },
} as const satisfies Readonly<Record<string, KindFacts>>;

export type AdapterKind = keyof typeof KINDS;
export const adapterKinds = Object.keys(KINDS) as readonly AdapterKind[];

/** What is known of each kind, as `adapter.type` of a train stage names it. */
export const adapterFacts: Readonly<Record<AdapterKind, KindFacts>> = KINDS;

/** The form of the library whose kind an adapter is. */
export function ownLayout(kind: AdapterKind): ExportLayout {
  return adapterFacts[kind].layouts[0];
}

/** That form, and ComfyUI's where it reads the kind. */
export function usualFormats(kind: AdapterKind): ExportLayout[] {
  return adapterFacts[kind].layouts.filter((layout, i) => i === 0 || layout === 'comfyui');
}

export function isAdapterKind(value: unknown): value is AdapterKind {
  return typeof value === 'string' && Object.hasOwn(KINDS, value);
}

export function isLowRank(kind: unknown): boolean {
  return isAdapterKind(kind) && adapterFacts[kind].factors === 'low_rank';
}
