import {unreachable} from '../../base/unreachable.js';
import {type AudioFormat, audioProblem, type DecodedSound} from './audio-format.js';
import {decodeFlac} from './decode-flac.js';
import {decodeMp3} from './decode-mp3.js';
import {decodeOgg} from './decode-ogg.js';
import {decodeWithFfmpeg} from './ffmpeg.js';
import {decodePcm} from './pcm.js';

/**
 * Decodes a file piece by piece in bounded memory, every channel at the file's own rate. A consumer that stops early ends
 * the work. A piece is only valid until the next one. Throws `audio/*` problems: when sound is missing that the file
 * promises (decoders skip what they cannot read), and when there is none, or samples that are no finite numbers.
 */
export async function* decodeAudio(path: string, format: AudioFormat): AsyncGenerator<DecodedSound> {
  let frames = 0;
  for await (const sound of decodeAny(path, format)) {
    const decoded = sound.planes[0]?.length ?? 0;
    if (decoded === 0) continue;
    if (!sound.planes.every(isFinitePlane))
      throw audioProblem('audio/damaged', path, 'contains samples that are not numbers');
    frames += decoded;
    yield sound;
  }
  if (frames === 0) throw audioProblem('audio/empty', path, 'holds no sound');
}

function decodeAny(path: string, format: AudioFormat): AsyncIterable<DecodedSound> {
  switch (format.codec) {
    case 'pcm':
      return decodePcm(path, format);
    case 'flac':
      return decodeFlac(path, format.span!);
    case 'mp3':
      return decodeMp3(path, format.span!);
    case 'ogg_flac':
    case 'vorbis':
    case 'opus':
      return decodeOgg(path, format.span!);
    case 'ffmpeg':
      return decodeWithFfmpeg(path, format);
    default:
      return unreachable(format.codec);
  }
}

function isFinitePlane(samples: Float32Array): boolean {
  let zero = 0; // stays 0 unless a sample is no finite number; faster than asking each
  for (let i = 0; i < samples.length; i += 1) zero += samples[i]! * 0;
  return zero === 0;
}
