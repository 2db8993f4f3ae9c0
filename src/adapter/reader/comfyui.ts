import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import type {Tensor} from '../../format/tensor.js';
import type {Magnitude} from '../applied.js';
import {hadamard, kronecker, lowRank, product, type WeightChange} from '../change.js';
import {scalarOf, toMatrix} from '../factors.js';
import type {ModuleReading, Reader, WrittenFile} from './reader.js';

/**
 * ComfyUI: `model_lora_keys_unet` in comfy/lora.py and comfy/weight_adapter/{base,lora,loha,lokr}.py. A module is looked for under
 * four names, its factors and alpha behind each; `dora_scale` is broadcast against the norms of the base's rows `[out, 1]`, so that
 * a one-dimensional one would scale columns (Comfy-Org/ComfyUI#12938). `prefix` is one that the user asked for.
 */
export function comfyuiReader(prefix: string | undefined): Reader {
  return (file, module) => {
    const flat = module.replaceAll('.', '_');
    const names = [
      `diffusion_model.decoder.${module}`,
      `base_model.model.${module}`,
      `lycoris_${flat}`,
      `lora_unet_decoder_${flat}`,
      ...(prefix === undefined ? [] : [prefix + module]),
    ];
    const sides = module === 'proj_in.1' ? 3 : 2; // that is a convolution
    return names.map((name) => readAs(file, {name, sides})).find((reading) => reading !== undefined);
  };
}

interface Place {
  readonly name: string;
  /** Dimensions of the module's weight. */
  readonly sides: number;
}

function readAs(file: WrittenFile, {name, sides}: Place): ModuleReading | undefined {
  const used: string[] = [];
  const take = (part: string): Tensor | undefined => {
    const tensor = file.tensors.get(`${name}.${part}`);
    if (tensor !== undefined) used.push(`${name}.${part}`);
    return tensor;
  };
  const alpha = take('alpha');
  const dora_scale = take('dora_scale');
  const change = changeOf(take, alpha === undefined ? undefined : scalarOf(alpha), file.path);
  if (change === undefined) return undefined;
  const magnitude =
    dora_scale &&
    rowScale(dora_scale, {path: file.path, name, shape: [change.rows, ...Array<number>(sides - 1).fill(1)]});
  return {applied: {change, ...(magnitude && {magnitude})}, used};
}

type Take = (part: string) => Tensor | undefined;

function changeOf(take: Take, alpha: number | undefined, path: string): WeightChange | undefined {
  const scale = (rank: number | undefined) => (alpha === undefined || rank === undefined ? 1 : alpha / rank);
  const up = take('lora_up.weight') ?? take('lora_B.weight');
  const down = take('lora_down.weight') ?? take('lora_A.weight');
  if (up && down) return lowRank(toMatrix(up), toMatrix(down), scale(down.shape[0]));
  const hada = ['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'].map(take);
  if (hada.every((tensor) => tensor !== undefined)) {
    const [a, b, c, d] = hada.map((tensor) => toMatrix(tensor!));
    return hadamard(lowRank(a!, b!, 1), lowRank(c!, d!, 1), scale(hada[1]!.shape[0]));
  }
  return kroneckerOf(take, scale, path);
}

/** Only factors of two dimensions: of more, ComfyUI handles those of 2-D convolutions alone. */
function kroneckerOf(
  take: Take,
  scale: (rank: number | undefined) => number,
  path: string,
): WeightChange | undefined {
  let rank: number | undefined;
  const factor = (name: string) => {
    const [whole, a, b] = [take(name), take(`${name}_a`), take(`${name}_b`)];
    for (const tensor of [whole, a, b])
      if (tensor && tensor.shape.length !== 2) throw shapeUnread(path, name, tensor);
    if (whole) return toMatrix(whole);
    if (!a || !b) return undefined;
    [rank] = b.shape;
    return product(toMatrix(a), toMatrix(b));
  };
  const [left, right] = [factor('lokr_w1'), factor('lokr_w2')];
  return left && right && kronecker(left, right, scale(rank));
}

/** ‖W‖ of rows where the first side is the weight's; whatever has not its dimensions is broadcast over the wrong ones. */
function rowScale(
  tensor: Tensor,
  {path, name, shape}: {readonly path: string; readonly name: string; readonly shape: readonly number[]},
): Magnitude {
  if (tensor.shape.join() === shape.join()) return {values: toMatrix(tensor).data, over: 'base'};
  throw shapeUnread(path, `${name}.dora_scale`, tensor);
}

function shapeUnread(path: string, name: string, {shape}: Tensor): SidestepError {
  return new SidestepError({
    code: 'export/shape-unread',
    message: `${shownPath(path)}: ComfyUI does not read ${name} of shape [${shape}] as it is meant`,
    hint: 'This is a bug in sidestep: please report it with the adapter type and its target modules.',
  });
}
