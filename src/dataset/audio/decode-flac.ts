import {audioProblem, type DecodedSound, type Span} from './audio-format.js';
import {openCodec} from './codecs.js';
import {fileChunks, withFile} from './file-bytes.js';
import {type FlacLink, findFlacLinks, rescaleFlac} from './flac.js';
import {expectKept} from './promise.js';

const chunkBytes = 65_536;
/** No frame is longer; a decoder that got more and gives nothing looks for the end of a damaged one. */
const longestSilence = 2 ** 22;

/** Decodes one recording after the other. Throws `audio/damaged` and `audio/truncated`. */
export async function* decodeFlac(path: string, span: Span): AsyncGenerator<DecodedSound> {
  for (const link of await withFile(path, (file) => findFlacLinks(file, span))) {
    const {sample_rate, frames: promised} = link.format;
    let found = 0;
    for await (const sound of decodeLink(path, link)) {
      found += sound.planes[0]?.length ?? 0;
      yield sound;
    }
    if (promised !== null) expectKept(path, {code: 'audio/damaged', promised, found, sample_rate});
  }
}

async function* decodeLink(path: string, {format, head, frames}: FlacLink): AsyncGenerator<DecodedSound> {
  const {sample_rate, bits = 16} = format;
  const decoder = await openCodec('flac', path);
  const finish = (planes: DecodedSound['planes']): DecodedSound => {
    for (const channel of planes) rescaleFlac(channel, bits);
    return {sample_rate, planes};
  };
  try {
    decoder.decode(head);
    let silent = 0;
    for await (const bytes of fileChunks(path, {chunkBytes, ...frames})) {
      const planes = decoder.decode(bytes);
      silent = (planes[0]?.length ?? 0) > 0 ? 0 : silent + bytes.length;
      if (silent > longestSilence) throw audioProblem('audio/damaged', path, 'has a damaged FLAC frame');
      yield finish(planes);
    }
    yield finish(decoder.flush());
  } finally {
    decoder.free();
  }
}
