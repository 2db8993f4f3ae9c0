import {unreachable} from '../../base/unreachable.js';
import {type AudioFormat, audioProblem, type BuiltInCodec, type Planar} from './audio-format.js';
import {openCodec} from './codecs.js';
import {decodeWithFfmpeg} from './ffmpeg.js';
import {fileChunks} from './file-bytes.js';
import {rescaleFlac} from './flac.js';
import {checkedOggPages} from './ogg.js';
import {decodePcm} from './pcm.js';

/** Compressed bytes given to a decoder at a time; what comes out is some tens of times as much. */
const chunkBytes = 65_536;

/** Difference between promised and decoded length that is still no damage. */
const toleratedSeconds = 0.05;
/** Containers read by ffmpeg state their length loosely. */
const toleratedSecondsOfEstimates = 0.5;

/**
 * Decodes a file chunk by chunk in bounded memory, every channel at the file's own rate. A consumer that stops early ends
 * the work. Throws `audio/damaged` when the whole file gives another length than its container promises (the decoders
 * themselves skip what they cannot read).
 */
export async function* decodeAudio(path: string, format: AudioFormat): AsyncGenerator<Planar> {
  let frames = 0;
  for await (const chunk of decodeAny(path, format)) {
    const decoded = chunk[0]?.length ?? 0;
    if (decoded === 0) continue;
    frames += decoded;
    yield chunk;
  }
  checkLength(path, {format, frames});
}

function decodeAny(path: string, format: AudioFormat): AsyncIterable<Planar> {
  switch (format.codec) {
    case 'pcm':
      return decodePcm(path, {pcm: format.pcm!, channels: format.channels});
    case 'flac':
    case 'ogg_flac':
    case 'mp3':
    case 'vorbis':
    case 'opus':
      return decodeCompressed(path, {...format, codec: format.codec});
    case 'ffmpeg':
      return decodeWithFfmpeg(path, format);
    default:
      return unreachable(format.codec);
  }
}

async function* decodeCompressed(
  path: string,
  format: AudioFormat & {codec: BuiltInCodec},
): AsyncGenerator<Planar> {
  const isFlac = format.codec === 'flac' || format.codec === 'ogg_flac';
  const isOgg = format.codec !== 'flac' && format.codec !== 'mp3';
  const chunks = fileChunks(path, {chunkBytes});
  const decoder = await openCodec(format.codec);
  const finish = (planar: Planar) => {
    if (isFlac) for (const channel of planar) rescaleFlac(channel, format.bits ?? 16);
    return planar;
  };
  try {
    for await (const bytes of isOgg ? checkedOggPages(chunks, path) : chunks)
      yield finish(decoder.decode(bytes));
    yield finish(decoder.flush());
  } finally {
    decoder.free();
  }
}

function checkLength(path: string, {format, frames}: {format: AudioFormat; frames: number}): void {
  if (frames === 0) throw audioProblem('audio/empty', path, 'holds no sound');
  if (format.frames === null) return;
  const off = (frames - format.frames) / format.sample_rate;
  const damaged =
    format.frames_are === 'exact' ? Math.abs(off) > toleratedSeconds : -off > toleratedSecondsOfEstimates;
  if (damaged)
    throw audioProblem(
      'audio/damaged',
      path,
      `promises ${seconds(format.frames)} s of sound but ${seconds(frames)} s could be decoded`,
    );

  function seconds(count: number): string {
    return (count / format.sample_rate).toFixed(2);
  }
}
