import {audioProblem, type Planar} from './audio-format.js';
import {decodeAudio} from './decode.js';
import {HeardTime} from './heard-time.js';
import {probeAudio} from './probe.js';

/** Sound as the model hears it, before resampling. */
export interface StereoAudio {
  /** Audio samples per second, the file's own: resampling to 48 kHz is the native engine's work. */
  readonly sample_rate: number;
  /** Audio samples per channel. */
  readonly frames: number;
  /** `[2, frames]`, planar: all of the left channel, then all of the right. */
  readonly samples: Float32Array;
}

/** Stereo sound piece by piece; the rate may change where recordings were joined. */
export interface StereoPiece {
  readonly sample_rate: number;
  /** `[2, frames]`, planar, in memory of its own. */
  readonly samples: Float32Array;
}

/**
 * Decodes a file to stereo by upstream's rule: mono is doubled, of more than two channels the first two are kept. Stops
 * after `max_seconds` (`null`: the whole file), at `int(max_seconds * rate)` samples. Memory is bounded by a piece.
 * Upstream truncates after resampling: to be exact there, ask for a little more and cut the resampled sound.
 * Throws `audio/*` problems.
 */
export async function* stereoPieces(
  path: string,
  {max_seconds}: {readonly max_seconds: number | null},
): AsyncGenerator<StereoPiece> {
  const heard = new HeardTime();
  for await (const {sample_rate, planes} of decodeAudio(path, await probeAudio(path))) {
    heard.at(sample_rate);
    const wanted =
      max_seconds === null ? Infinity : Math.trunc((max_seconds - heard.seconds_before) * sample_rate);
    const frames = Math.max(0, Math.min(planes[0]!.length, wanted - heard.frames));
    if (frames > 0) yield {sample_rate, samples: stereo(planes, frames)};
    heard.add(frames, sample_rate);
    if (heard.frames >= wanted) return;
  }
}

function stereo(planes: Planar, frames: number): Float32Array {
  const samples = new Float32Array(2 * frames);
  samples.set(planes[0]!.subarray(0, frames));
  samples.set((planes[1] ?? planes[0]!).subarray(0, frames), frames);
  return samples;
}

/** All of `stereoPieces` in one array. Throws `audio/joined` for a file whose rate changes. */
export async function decodeStereo(path: string, limit: {max_seconds: number | null}): Promise<StereoAudio> {
  const pieces: StereoPiece[] = [];
  for await (const piece of stereoPieces(path, limit)) pieces.push(piece);
  const [first] = pieces;
  if (first === undefined) throw audioProblem('audio/empty', path, 'is not to be heard at all');
  const {sample_rate} = first;
  if (pieces.some((piece) => piece.sample_rate !== sample_rate))
    throw audioProblem('audio/joined', path, 'is joined from recordings with other sample rates');
  const frames = pieces.reduce((sum, piece) => sum + piece.samples.length / 2, 0);
  const samples = new Float32Array(2 * frames);
  let at = 0;
  for (const piece of pieces) {
    const length = piece.samples.length / 2;
    samples.set(piece.samples.subarray(0, length), at);
    samples.set(piece.samples.subarray(length), frames + at);
    at += length;
  }
  return {sample_rate, frames, samples};
}
