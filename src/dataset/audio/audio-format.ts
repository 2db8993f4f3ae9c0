import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';

/** Who decodes a file; found by the file's content, never by its name. */
export type Codec = 'pcm' | 'flac' | 'mp3' | 'ogg_flac' | 'vorbis' | 'opus' | 'ffmpeg';

/**
 * What a file's headers say about the sound in it. All of it is a hint: programs that write to a pipe, cut or join files
 * leave headers that are not true. What counts is what decoding gives, and the decoders hold it against the hints.
 */
export interface AudioFormat {
  readonly codec: Codec;
  /** Audio samples per second of the decoded sound (opus: always 48 000); of the first recording in a joined file. */
  readonly sample_rate: number;
  readonly channels: number;
  /** Audio samples per channel, as far as headers tell; `null` when only decoding would. */
  readonly frames: number | null;
  /** Bits of an integer sample; `undefined` for floating point and lossy codecs. */
  readonly bits?: number;
  /** Where and how the samples are; `pcm` only. */
  readonly pcm?: PcmLayout;
  /** Where the sound is in the file, without tags around it; compressed sound that is decoded here. */
  readonly span?: Span;
}

/** Bytes of a file, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Uncompressed interleaved samples in a file. */
export interface PcmLayout {
  readonly encoding: PcmEncoding;
  readonly byte_order: 'little' | 'big';
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes of whole frames that are there. */
  readonly length: number;
}

/** `s24_low`: 24 bits in the low part of four bytes. */
export type PcmEncoding = 'u8' | 's8' | 's16' | 's24' | 's24_low' | 's32' | 'f32' | 'f64';

/** Some samples of every channel: `planar[channel][i]`, all of one length, nominally within [-1, 1]. */
export type Planar = readonly Float32Array[];

/** A piece of decoded sound. In files joined from several recordings, rate and channels may change between pieces. */
export interface DecodedSound {
  readonly sample_rate: number;
  readonly planes: Planar;
}

/** Length in seconds as stated by the container; `null` when only decoding would tell. */
export function secondsOf(format: AudioFormat): number | null {
  return format.frames === null ? null : format.frames / format.sample_rate;
}

/** The file is not audio that can be used: empty, unknown, damaged, truncated. */
export function audioProblem(code: AudioProblemCode, path: string, what: string): SidestepError {
  return new SidestepError({code, message: `${shownPath(path)} ${what}`, hint: hints[code]});
}

const hints = {
  'audio/empty': 'Copy the file again, or leave it out of the dataset.',
  'audio/unknown': 'Known without further programs are wav, aiff, flac, mp3, ogg vorbis and opus.',
  'audio/damaged': 'Play it to the end to hear where it breaks; copy or convert it again.',
  'audio/truncated': 'The file ends early: copy or export it again.',
  'audio/joined': 'Split it there, or convert it to flac with a program that plays all of it.',
  'audio/ffmpeg-missing': 'Install ffmpeg so that it is on the PATH, or convert the file to flac or wav.',
  'audio/ffmpeg-failed': 'Convert the file to flac or wav with a program that can play it.',
} as const;
export type AudioProblemCode = keyof typeof hints;
