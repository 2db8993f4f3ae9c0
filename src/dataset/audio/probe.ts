import {refuseLfsPointer} from '../../format/user-file.js';
import {probeAiff} from './aiff.js';
import {type AudioFormat, audioProblem, type Span} from './audio-format.js';
import {probeWithFfmpeg} from './ffmpeg.js';
import {type FileBytes, withFile} from './file-bytes.js';
import {flacHeaderBytes, parseFlac} from './flac.js';
import {probeMp3} from './mp3.js';
import {probeOgg} from './ogg.js';
import {textAt, withoutTags} from './tags.js';
import {probeWav} from './wav.js';

/**
 * Finds out what a file holds from its headers, without decoding it. The name's ending plays no part, nor do tags in front.
 * Files that the built-in decoders do not know are asked of ffmpeg. Throws `audio/*` problems and the file system's errors.
 */
export async function probeAudio(path: string): Promise<AudioFormat> {
  return (await withFile(path, probeBuiltIn)) ?? (await probeWithFfmpeg(path));
}

async function probeBuiltIn(file: FileBytes): Promise<AudioFormat | undefined> {
  if (file.size === 0) throw audioProblem('audio/empty', file.path, 'is empty');
  refuseLfsPointer(await file.at(0, 64), file.path);
  const span = await behindZeros(file, await withoutTags(file));
  const start = await file.at(span.start, 16);
  const magic = Buffer.from(start).toString('latin1');
  if (/^(RIFF|RIFX|RF64|BW64)....WAVE/s.test(magic)) return probeWav(file, span);
  if (/^FORM....AIF[FC]/s.test(magic)) return probeAiff(file, span);
  if (magic.startsWith('fLaC'))
    return {...parseFlac(await file.at(span.start, flacHeaderBytes), file.path), span};
  if (magic.startsWith('OggS')) return probeOgg(file, span);
  if (span.start > 0 || start[0] === 0xff || isPadding(start)) return probeMp3(file, span);
  return undefined;
}

/** Taggers leave room behind a tag. An MP3 is left as it stands: its reader looks for the first frame itself. */
async function behindZeros(file: FileBytes, span: Span): Promise<Span> {
  const bytes = await file.at(span.start, zerosSought);
  const zeros = bytes.findIndex((byte) => byte !== 0);
  const sound = zeros > 0 && /^(RIFF|RIFX|RF64|BW64|FORM|fLaC|OggS)/.test(textAt(bytes, zeros, 4));
  return sound ? {...span, start: span.start + zeros} : span;
}

/** Bytes; a tag's padding is a few kilobytes. */
const zerosSought = 65_536;

/** Zeros at the start, then nothing yet or what may be a frame: some recorders of MP3 leave them. */
function isPadding(start: Uint8Array): boolean {
  const first = start.find((byte) => byte !== 0);
  return start[0] === 0 && (first === undefined || first === 0xff);
}
