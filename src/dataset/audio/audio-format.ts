import {SidestepError} from '../../base/problem.js';

/** Who decodes a file; found by the file's content, never by its name. */
export type Codec = 'pcm' | 'flac' | 'ogg_flac' | 'mp3' | 'vorbis' | 'opus' | 'ffmpeg';
/** Decoded by a package of ours; the rest are uncompressed or handed to ffmpeg. */
export type BuiltInCodec = Exclude<Codec, 'pcm' | 'ffmpeg'>;

/** What a file's headers say about the sound in it. */
export interface AudioFormat {
  readonly codec: Codec;
  /** Audio samples per second of the decoded sound (opus: always 48 000). */
  readonly sample_rate: number;
  readonly channels: number;
  /** Audio samples per channel that the container promises, as decoded; `null` when it does not say. */
  readonly frames: number | null;
  /** `exact`: fewer decoded frames mean damage. `estimate`: good for planning only. */
  readonly frames_are: 'exact' | 'estimate';
  /** Bits of an integer sample; `undefined` for floating point and lossy codecs. */
  readonly bits?: number;
  /** Where and how the samples lie; `pcm` only. */
  readonly pcm?: PcmLayout;
}

/** Uncompressed interleaved samples in a file. */
export interface PcmLayout {
  readonly encoding: 'u8' | 's8' | 's16' | 's24' | 's32' | 'f32' | 'f64';
  readonly byte_order: 'little' | 'big';
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes of whole frames that are there. */
  readonly length: number;
}

/** Some samples of every channel: `planar[channel][i]`, all of one length, nominally within [-1, 1]. */
export type Planar = readonly Float32Array[];

/** Length in seconds as stated by the container; `null` when only decoding would tell. */
export function secondsOf(format: AudioFormat): number | null {
  return format.frames === null ? null : format.frames / format.sample_rate;
}

/** The file is not audio that can be used: empty, unknown, damaged, truncated. */
export function audioProblem(code: AudioProblemCode, path: string, what: string): SidestepError {
  return new SidestepError({code, message: `${path} ${what}`, hint: hints[code]});
}

const hints = {
  'audio/empty': 'Copy the file again, or leave it out of the dataset.',
  'audio/unknown': 'Known without further programs are wav, aiff, flac, mp3, ogg vorbis and opus.',
  'audio/damaged': 'Play it to the end to hear where it breaks; copy or convert it again.',
  'audio/truncated': 'The file ends early: copy or export it again.',
  'audio/ffmpeg-missing': 'Install ffmpeg so that it is on the PATH, or convert the file to flac or wav.',
  'audio/ffmpeg-failed': 'Convert the file to flac or wav with a program that can play it.',
} as const;
export type AudioProblemCode = keyof typeof hints;
