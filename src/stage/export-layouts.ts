import {type AdapterKind, adapterFacts, adapterKinds, type ExportLayout} from './adapter-kinds.js';

/** `merged` is no layout of an adapter: it writes a whole model, of any kind. */
export type ExportFormat = ExportLayout | 'merged';

/** As people call the programs. */
export const programs: Readonly<Record<ExportLayout, string>> = {
  peft: 'PEFT',
  lycoris: 'LyCORIS',
  comfyui: 'ComfyUI',
  diffusers: 'diffusers',
};

function takes(layout: ExportLayout, kind: AdapterKind): boolean {
  return adapterFacts[kind].layouts.includes(layout);
}

export function formatsOf(kind: AdapterKind): ExportFormat[] {
  const has = (Object.keys(programs) as ExportLayout[]).filter((layout) => takes(layout, kind));
  return [...has, 'merged'];
}

/** Why a layout cannot hold a kind, in words; undefined when it can. */
export function layoutRefusal(
  format: ExportFormat,
  kind: AdapterKind,
): {readonly message: string; readonly hint: string} | undefined {
  if (format === 'merged' || takes(format, kind)) return undefined;
  const kinds = adapterKinds.filter((each) => takes(format, each));
  return {
    message: `${programs[format]} (${format}) has no form for ${kind} adapters; it reads ${kinds.join(', ')}`,
    hint: `Export this adapter as ${formatsOf(kind)
      .join(', ')
      .replace(/, ([^,]+)$/, ' or $1')}.`,
  };
}
