import type {DecodedSound, Span} from './audio-format.js';
import {audioProblem} from './audio-format.js';
import {openCodec} from './codecs.js';
import {fileChunks, withFile} from './file-bytes.js';
import {findMp3Links, type Mp3Link, mostMiscounted, musicOf} from './mp3.js';
import {expectKept, isBroken} from './promise.js';
import {between} from './trim.js';

const chunkBytes = 65_536;

/** Decodes one recording after the other. Throws `audio/truncated` when frames that a tag promises are missing. */
export async function* decodeMp3(path: string, span: Span): AsyncGenerator<DecodedSound> {
  for (const link of await withFile(path, (file) => findMp3Links(file, span))) {
    expectFrames(path, link);
    yield* decodeLink(path, link);
  }
}

/** The count of a tag is a hint. What is there beyond it is no damage, and a frame or two are miscounted. */
function expectFrames(path: string, {tag, frame, frames}: Mp3Link): void {
  const promised = tag?.frames ?? frames;
  const {samples, sample_rate} = frame;
  if (promised - frames <= mostMiscounted) return;
  if (isBroken({promised: promised * samples, found: frames * samples, sample_rate}))
    throw audioProblem('audio/truncated', path, `states ${promised} MPEG frames but holds ${frames}`);
}

async function* decodeLink(path: string, link: Mp3Link): AsyncGenerator<DecodedSound> {
  const {sample_rate, samples} = link.frame;
  const music = musicOf(link);
  const decoder = await openCodec('mp3', path);
  let decoded = 0;
  try {
    for (const piece of link.pieces)
      for await (const bytes of fileChunks(path, {chunkBytes, ...piece})) {
        const planes = decoder.decode(bytes);
        yield {sample_rate, planes: between(planes, decoded, music)};
        decoded += planes[0]?.length ?? 0;
      }
  } finally {
    decoder.free();
  }
  expectKept(path, {code: 'audio/damaged', promised: link.frames * samples, found: decoded, sample_rate});
}
