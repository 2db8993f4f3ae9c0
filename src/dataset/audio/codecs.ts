import {SidestepError} from '../../base/problem.js';
import {audioProblem, type Planar} from './audio-format.js';

/** A decoder of one recording, fed piece by piece. What it returns is only valid until the next call. */
export interface CodecDecoder {
  decode(bytes: Uint8Array): Planar;
  /** What was still inside; ends the decoder's use. */
  flush(): Planar;
  free(): void;
}

interface WasmDecoder {
  decode(bytes: Uint8Array): {channelData: readonly Float32Array[]};
  flush?(): {channelData: readonly Float32Array[]};
  free(): void;
}

/**
 * Opens a decoder of a byte stream; the packages are only loaded when a file needs them. Whatever a decoder throws is the
 * file's fault: `audio/damaged`.
 */
export async function openCodec(codec: 'flac' | 'mp3' | 'vorbis', path: string): Promise<CodecDecoder> {
  const decoder = await openWasm(codec);
  return {
    // A fresh copy: the decoders keep and slice what they get, and the slice of a Buffer would be a view
    decode: (bytes) => asDamage(path, () => decoder.decode(new Uint8Array(bytes)).channelData),
    flush: () => asDamage(path, () => decoder.flush?.().channelData ?? []),
    free: () => decoder.free(),
  };
}

async function openWasm(codec: 'flac' | 'mp3' | 'vorbis'): Promise<WasmDecoder> {
  switch (codec) {
    case 'flac':
      return (await import('@audio/decode-flac')).decoder();
    case 'mp3':
      return (await import('@audio/decode-mp3')).decoder();
    case 'vorbis':
      return (await import('@audio/decode-vorbis')).decoder();
  }
}

/** What the first packet of an Opus stream says (RFC 7845, section 5.1). */
export interface OpusHead {
  readonly channels: number;
  /** Samples at the start that are decoded and thrown away. */
  readonly pre_skip: number;
  readonly gain: number;
  readonly streams: number;
  readonly coupled: number;
  readonly mapping: readonly number[];
}

export interface OpusDecoder {
  decode(packets: Uint8Array[]): Planar;
  free(): void;
}

/** Opens a decoder of Opus packets. All samples come out: leaving out the first `pre_skip` is the caller's work. */
export async function openOpus(head: OpusHead, path: string): Promise<OpusDecoder> {
  const decoder = await (await import('@audio/decode-opus/core')).createOpusDecoder();
  asDamage(path, () =>
    decoder.configure({
      sampleRate: 48_000,
      channels: head.channels,
      streamCount: head.streams,
      coupledStreamCount: head.coupled,
      channelMappingTable: [...head.mapping],
      preSkip: 0,
      outputGain: head.gain,
    }),
  );
  return {
    decode: (packets) =>
      asDamage(path, () => {
        const {channelData, errors} = decoder.decodeFrames(packets);
        if (errors.length > 0) throw new Error(errors[0]!.message);
        return channelData;
      }),
    free: () => decoder.free(),
  };
}

function asDamage<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof SidestepError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw audioProblem('audio/damaged', path, `cannot be decoded (${words})`);
  }
}
