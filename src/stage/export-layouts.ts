/** Kinds of adapters, as `adapter.type` of a train stage names them. */
export const adapterKinds = ['lora', 'dora', 'lokr', 'loha', 'oft'] as const;
export type AdapterKind = (typeof adapterKinds)[number];

/** Layouts of an adapter by itself; `merged` is none: it writes a whole model, of any kind. */
export type ExportLayout = 'peft' | 'lycoris' | 'comfyui' | 'diffusers';
export type ExportFormat = ExportLayout | 'merged';

interface Layout {
  /** As people call the program. */
  readonly program: string;
  readonly kinds: readonly AdapterKind[];
}

/** Which kinds each program's files have a form for. */
export const layouts: Readonly<Record<ExportLayout, Layout>> = {
  peft: {program: 'PEFT', kinds: ['lora', 'dora', 'oft']},
  lycoris: {program: 'LyCORIS', kinds: ['lokr', 'loha']},
  comfyui: {program: 'ComfyUI', kinds: ['lora', 'dora', 'lokr', 'loha']},
  diffusers: {program: 'diffusers', kinds: ['lora', 'dora']},
};

/** The form of the library whose kind an adapter is. */
export function ownLayout(kind: AdapterKind): ExportLayout {
  return layouts.peft.kinds.includes(kind) ? 'peft' : 'lycoris';
}

export function formatsOf(kind: AdapterKind): ExportFormat[] {
  const has = (Object.keys(layouts) as ExportLayout[]).filter((layout) =>
    layouts[layout].kinds.includes(kind),
  );
  return [...has, 'merged'];
}

/** Why a layout cannot hold a kind, in words; undefined when it can. */
export function layoutRefusal(
  format: ExportFormat,
  kind: AdapterKind,
): {readonly message: string; readonly hint: string} | undefined {
  if (format === 'merged' || layouts[format].kinds.includes(kind)) return undefined;
  const {program, kinds} = layouts[format];
  return {
    message: `${program} (${format}) has no form for ${kind} adapters; it reads ${kinds.join(', ')}`,
    hint: `Export this adapter as ${formatsOf(kind)
      .join(', ')
      .replace(/, ([^,]+)$/, ' or $1')}.`,
  };
}
