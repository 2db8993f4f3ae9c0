import {codeAt, type FileBytes, viewOf} from './file-bytes.js';

/**
 * Where the next chunk of a RIFF or IFF file begins, when the one before ends at `end` and has `size` bytes: at an even
 * distance, as both formats say, unless a chunk that is known begins right behind an odd one; some programs leave out the
 * byte between them, and libsndfile reads their files.
 */
export async function nextChunk(
  file: FileBytes,
  {end, size}: {readonly end: number; readonly size: number},
): Promise<number> {
  if (size % 2 === 0) return end;
  const bytes = await file.at(end, 4);
  return bytes.length === 4 && KNOWN.has(codeAt(viewOf(bytes), 0)) ? end : end + 1;
}

/** Chunks that are before or around the sound. */
const KNOWN: ReadonlySet<string> = new Set(
  'fmt |data|fact|LIST|bext|JUNK|junk|PEAK|cue |smpl|inst|iXML|id3 |ID3 |COMM|SSND|MARK|INST|NAME|AUTH|(c) |ANNO|COMT|CHAN'.split(
    '|',
  ),
);
