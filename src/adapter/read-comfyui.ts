import type {Tensor} from '../format/tensor.js';
import type {Adapter, AdapterModule} from './adapter.js';
import {groupByModule, requirePart, scalarOf, toMatrix} from './factors.js';
import {COMFYUI_PREFIXES} from './module-name.js';
import type {AdapterFile} from './read.js';

const PARTS = /^(.*)\.(lora_down\.weight|lora_up\.weight|alpha|dora_scale)$/;
const LAST_KNOWN_BLOCK = /(?:^|\.)((?:layers\.\d+\.|time_embed|condition_embedder|proj_in|proj_out).*)$/;

/** A ComfyUI file under ComfyUI's rule: scale = alpha / rank per module, 1 where there is no alpha. */
export function readComfyui(file: AdapterFile): Adapter {
  const {modules, others, dtype} = groupByModule(file.tensors, (name) => {
    const match = PARTS.exec(name);
    return match ? [moduleName(match[1]!), match[2]!] : undefined;
  });
  const dora = [...file.tensors.keys()].some((name) => name.endsWith('.dora_scale'));
  return {
    kind: dora ? 'dora' : 'lora',
    modules: modules.map(([name, parts]) => comfyuiModule(name, parts, file.path)),
    config: {},
    dtype,
    metadata: file.metadata,
    others,
  };
}

/** Takes off the prefix, also one that the user chose. */
function moduleName(path: string): string {
  const prefix = Object.values(COMFYUI_PREFIXES).find((known) => path.startsWith(known));
  if (prefix !== undefined) return path.slice(prefix.length);
  return LAST_KNOWN_BLOCK.exec(path)?.[1] ?? path;
}

function comfyuiModule(name: string, parts: Readonly<Record<string, Tensor>>, where: string): AdapterModule {
  const down = toMatrix(requirePart(parts, 'lora_down.weight', `${where}: ${name}`));
  const up = toMatrix(requirePart(parts, 'lora_up.weight', `${where}: ${name}`));
  const alpha = parts.alpha ? scalarOf(parts.alpha) : down.rows;
  return {
    name,
    weights: {kind: 'lora', down, up, ...(parts.dora_scale && {magnitude: toMatrix(parts.dora_scale).data})},
    rank: down.rows,
    alpha,
    scale: alpha / down.rows,
  };
}
