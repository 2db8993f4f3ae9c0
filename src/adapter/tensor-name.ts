import {adapterFacts, adapterKinds, ownLayout} from '../stage/adapter-kinds.js';

/** What a tensor is to its module; the factors of LyCORIS's kinds keep the names LyCORIS gives them. */
export type TensorPart = KnownPart | LycorisPart;
type KnownPart = 'down' | 'up' | 'magnitude' | 'dora_scale' | 'alpha' | 'scalar' | 'oft_R.weight' | 'bias';
declare const lycoris: unique symbol;
type LycorisPart = string & {readonly [lycoris]: true};

export interface TensorName {
  /** The module's path as the file has it. */
  readonly path: string;
  readonly part: TensorPart;
  /** PEFT keeps several adapters apart by a name such as `default`; saved files leave it out. */
  readonly adapter_name: string | undefined;
}

/** An optional adapter's name and an optional `.weight`, which PEFT and others write or leave out. */
const TAIL = '(?:\\.((?!bias$)[^.]+))??(?:\\.weight)?$';

const SPELLINGS: readonly (readonly [RegExp, KnownPart])[] = [
  [new RegExp(`^(.+)\\.lora_A${TAIL}`), 'down'],
  [new RegExp(`^(.+)\\.lora_B${TAIL}`), 'up'],
  [/^(.+?)(?:\.lora_down|\.lora\.down|_lora\.down|\.lora_linear_layer\.down)\.weight$/, 'down'],
  [/^(.+?)(?:\.lora_up|\.lora\.up|_lora\.up|\.lora_linear_layer\.up)\.weight$/, 'up'],
  [new RegExp(`^(.+)\\.lora_magnitude_vector${TAIL}`), 'magnitude'],
  [/^(.+)\.magnitude(?:\.weight)?$/, 'magnitude'],
  [/^(.+)\.dora_scale$/, 'dora_scale'],
  [/^(.+)\.alpha$/, 'alpha'],
  [/^(.+)\.scalar$/, 'scalar'],
  [new RegExp(`^(.+)\\.oft_R${TAIL}`), 'oft_R.weight'],
  [/^(.+?)(?:\.base_layer)?\.bias$/, 'bias'],
];

const LYCORIS_TENSORS = adapterKinds
  .filter((kind) => ownLayout(kind) === 'lycoris')
  .map((kind) => adapterFacts[kind].tensors?.source)
  .join('|');
const LYCORIS = new RegExp(`^(.+)\\.(${LYCORIS_TENSORS})${TAIL}`);

/** Takes a tensor's name apart; undefined for what belongs to no adapter. */
export function parseTensorName(name: string): TensorName | undefined {
  const lycoris = LYCORIS.exec(name);
  if (lycoris) return {path: lycoris[1]!, part: lycoris[2] as LycorisPart, adapter_name: lycoris[3]};
  for (const [spelling, part] of SPELLINGS) {
    const match = spelling.exec(name);
    if (match) return {path: match[1]!, part, adapter_name: match[2]};
  }
  return undefined;
}
