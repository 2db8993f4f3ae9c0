import {probeAiff} from './aiff.js';
import {type AudioFormat, audioProblem} from './audio-format.js';
import {probeWithFfmpeg} from './ffmpeg.js';
import {type FileBytes, withFile} from './file-bytes.js';
import {flacHeaderBytes, parseFlac} from './flac.js';
import {probeMp3} from './mp3.js';
import {probeOgg} from './ogg.js';
import {probeWav} from './wav.js';

/**
 * Finds out what a file holds from its headers, without decoding it. The name's ending plays no part. Files that the
 * built-in decoders do not know are asked of ffmpeg. Throws `audio/*` problems and the file system's errors.
 */
export async function probeAudio(path: string): Promise<AudioFormat> {
  return (await withFile(path, probeBuiltIn)) ?? (await probeWithFfmpeg(path));
}

async function probeBuiltIn(file: FileBytes): Promise<AudioFormat | undefined> {
  if (file.size === 0) throw audioProblem('audio/empty', file.path, 'is empty');
  const start = await file.at(0, 16);
  const magic = Buffer.from(start).toString('latin1');
  if (/^(RIFF|RF64|BW64)....WAVE/s.test(magic)) return probeWav(file);
  if (/^FORM....AIF[FC]/s.test(magic)) return probeAiff(file);
  if (magic.startsWith('fLaC')) return parseFlac(await file.at(0, flacHeaderBytes), file.path);
  if (magic.startsWith('OggS')) return probeOgg(file);
  if (magic.startsWith('ID3') || start[0] === 0xff) return probeMp3(file);
  return undefined;
}
