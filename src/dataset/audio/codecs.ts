import type {BuiltInCodec, Planar} from './audio-format.js';

/** A decoder of one file, fed piece by piece. What it returns is only valid until the next call. */
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

/** Opens a built-in decoder; the packages are only loaded when a file needs them. */
export async function openCodec(codec: BuiltInCodec): Promise<CodecDecoder> {
  const decoder = await openWasm(codec);
  return {
    // A fresh copy: the decoders keep and slice what they get, and the slice of a Buffer would be a view
    decode: (bytes) => decoder.decode(new Uint8Array(bytes)).channelData,
    flush: () => decoder.flush?.().channelData ?? [],
    free: () => decoder.free(),
  };
}

async function openWasm(codec: BuiltInCodec): Promise<WasmDecoder> {
  switch (codec) {
    case 'flac':
    case 'ogg_flac':
      return (await import('@audio/decode-flac')).decoder();
    case 'mp3':
      return (await import('@audio/decode-mp3')).decoder();
    case 'vorbis':
      return (await import('@audio/decode-vorbis')).decoder();
    case 'opus':
      return (await import('@audio/decode-opus')).decoder();
  }
}
