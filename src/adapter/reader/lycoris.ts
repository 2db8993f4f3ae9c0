import type {Tensor} from '../../format/tensor.js';
import {scalarOf, toMatrix} from '../factors.js';
import {kindWork} from '../kinds.js';
import {plainFactors} from '../tucker.js';
import type {Reader} from './reader.js';

/**
 * LyCORIS: `create_lycoris_from_weights` and modules/{lokr,loha}.py. A module is `lycoris_` and its path with underscores; scale is
 * alpha / rank, 1 where nothing has a rank or alpha is 0; decomposed, V · dora_scale / ‖V‖ by rows.
 */
export const lycorisReader: Reader = (file, module) => {
  const prefix = `lycoris_${module.replaceAll('.', '_')}.`;
  const used = [...file.tensors.keys()].filter((name) => name.startsWith(prefix));
  const tensors: Record<string, Tensor> = Object.fromEntries(
    used.map((name) => [name.slice(prefix.length), file.tensors.get(name)!]),
  );
  const rank = (tensors.lokr_w2_b ?? tensors.lokr_w1_b ?? tensors.hada_w1_b)?.shape[0];
  const alpha = tensors.alpha === undefined ? 0 : scalarOf(tensors.alpha);
  const scale = rank === undefined || alpha === 0 ? 1 : alpha / rank;
  const plain = plainFactors(tensors);
  const change = kindWork(tensors)?.change?.(plain, scale);
  if (change === undefined) return undefined;
  const dora = tensors.dora_scale;
  return {
    applied: {change, ...(dora && {magnitude: {values: toMatrix(dora).data, over: 'adapted'}})},
    used,
  };
};
