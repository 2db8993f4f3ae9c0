/** What a tensor is to its module; LoKr's and LoHa's factors keep the names LyCORIS gives them. */
export type TensorPart =
  | 'down'
  | 'up'
  | 'magnitude'
  | 'dora_scale'
  | 'alpha'
  | 'scalar'
  | 'oft_R.weight'
  | 'bias'
  | LycorisPart;
export type LycorisPart = `lokr_${string}` | `hada_${string}`;

export interface TensorName {
  /** The module's path as the file has it. */
  readonly path: string;
  readonly part: TensorPart;
  /** PEFT keeps several adapters apart by a name such as `default`; saved files leave it out. */
  readonly adapter_name: string | undefined;
}

/** An optional adapter's name and an optional `.weight`, which PEFT and others write or leave out. */
const TAIL = '(?:\\.((?!bias$)[^.]+))??(?:\\.weight)?$';

const SPELLINGS: readonly (readonly [RegExp, TensorPart])[] = [
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

const LYCORIS = new RegExp(`^(.+)\\.((?:lokr_w[12](?:_[ab])?|lokr_t2|hada_w[12]_[ab]|hada_t[12]))${TAIL}`);

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
