import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {toFloat32} from '../format/tensor.js';
import {isTensor, readTorchFile} from '../format/torch-file.js';

/** VAE latents of silence, the source that fills the context when training. */
export interface SilenceLatent {
  /** Latent frames, 25 a second. */
  readonly frames: number;
  readonly channels: number;
  /** `[frames, channels]`, row-major. */
  readonly data: Float32Array;
}

/**
 * Reads a model's `silence_latent.pt`, stored `[1, channels, frames]`, and transposes it as upstream's loader does.
 * Throws `model/silence-latent` when it is something else, and what reading a torch file throws.
 */
export async function readSilenceLatent(path: string): Promise<SilenceLatent> {
  const tensor = await readTorchFile(path);
  const [one, channels, frames] = isTensor(tensor) ? tensor.shape : [];
  if (!isTensor(tensor) || tensor.shape.length !== 3 || one !== 1 || !channels || !frames)
    throw new SidestepError({
      code: 'model/silence-latent',
      message:
        `${shownPath(path)} should hold one tensor [1, channels, frames]` +
        (isTensor(tensor) ? `, not [${tensor.shape}]` : ''),
    });
  const stored = toFloat32(tensor);
  const data = new Float32Array(stored.length);
  for (let t = 0; t < frames; t += 1)
    for (let c = 0; c < channels; c += 1) data[t * channels + c] = stored[c * frames + t]!;
  return {frames, channels, data};
}
