import {type AudioFormat, audioProblem, type Planar} from './audio-format.js';
import {decodeAudio} from './decode.js';
import {probeAudio} from './probe.js';

/** Sound as the model hears it, before resampling. */
export interface StereoAudio {
  /** Audio samples per second, the file's own: resampling to 48 kHz is the native engine's work. */
  readonly sample_rate: number;
  /** Audio samples per channel. */
  readonly frames: number;
  /** `[2, frames]`, planar: all of the left channel, then all of the right. */
  readonly samples: Float32Array;
  /** Channels that the file has. */
  readonly source_channels: number;
}

/** Largest first allocation, in samples per channel: a header may promise anything. */
const firstCapacity = 2 ** 24;

/**
 * Decodes a file to stereo by upstream's rule: mono is doubled, of more than two channels the first two are kept. Stops
 * after `max_seconds` (`null`: the whole file), at `int(max_seconds * rate)` samples; memory is bounded by that too.
 * Upstream truncates after resampling: to be exact there, ask for a little more and cut the resampled sound.
 * Throws `audio/*` problems, also for samples that are not finite numbers.
 */
export async function decodeStereo(path: string, limit: {max_seconds: number | null}): Promise<StereoAudio> {
  const format = await probeAudio(path);
  const wanted = limit.max_seconds === null ? Infinity : Math.trunc(limit.max_seconds * format.sample_rate);
  const buffer = new StereoBuffer(Math.min(wanted, format.frames ?? Infinity, firstCapacity));
  for await (const chunk of decodeAudio(path, format)) {
    buffer.append(chunk, wanted - buffer.frames);
    if (buffer.frames >= wanted) break;
  }
  const samples = buffer.finish();
  if (!samples.every(Number.isFinite))
    throw audioProblem('audio/damaged', path, 'contains samples that are not numbers');
  return stereo(format, samples);
}

function stereo(format: AudioFormat, samples: Float32Array): StereoAudio {
  return {
    sample_rate: format.sample_rate,
    frames: samples.length / 2,
    samples,
    source_channels: format.channels,
  };
}

/** Grows by doubling; left and right lie in one array so that the result needs no second one. */
class StereoBuffer {
  frames = 0;
  #capacity: number;
  #samples: Float32Array;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#samples = new Float32Array(2 * capacity);
  }

  /** Appends at most `most` samples per channel. */
  append(chunk: Planar, most: number): void {
    const left = chunk[0]!.subarray(0, most);
    const right = (chunk[1] ?? chunk[0]!).subarray(0, most);
    this.#reserve(this.frames + left.length);
    this.#samples.set(left, this.frames);
    this.#samples.set(right, this.#capacity + this.frames);
    this.frames += left.length;
  }

  finish(): Float32Array {
    this.#samples.copyWithin(this.frames, this.#capacity, this.#capacity + this.frames);
    return this.#samples.subarray(0, 2 * this.frames);
  }

  #reserve(frames: number): void {
    if (frames <= this.#capacity) return;
    const capacity = Math.max(frames, 2 * this.#capacity);
    const samples = new Float32Array(2 * capacity);
    samples.set(this.#samples.subarray(0, this.frames));
    samples.set(this.#samples.subarray(this.#capacity, this.#capacity + this.frames), capacity);
    this.#capacity = capacity;
    this.#samples = samples;
  }
}
