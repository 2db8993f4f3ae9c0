import type {PcmEncoding, PcmLayout, Span} from './audio-format.js';
import {type FileBytes, viewOf} from './file-bytes.js';

const windows = 32;
const windowBytes = 4096;

/**
 * What "24 bits in 4 bytes" means. The standard puts the sample into the high bytes; some programs put it into the low
 * ones with its sign in front, and old editors wrote floats under that name. Headers do not tell, the samples do.
 */
export async function encodingOf24In32(
  file: FileBytes,
  {data, order}: {readonly data: Span; readonly order: PcmLayout['byte_order']},
): Promise<PcmEncoding> {
  const little = order === 'little';
  const end = Math.min(data.end, file.size);
  const step = Math.max(windowBytes, Math.floor((end - data.start) / windows / 4) * 4);
  let low = true; // all of them are small integers
  let high = true; // the lowest byte of all is empty
  for (let at = data.start; at + 4 <= end; at += step) {
    const view = viewOf(await file.at(at, Math.min(windowBytes, end - at)));
    for (let i = 0; i + 4 <= view.byteLength; i += 4) {
      const value = view.getInt32(i, little);
      if (value !== (value << 8) >> 8) low = false;
      if ((value & 0xff) !== 0) high = false;
    }
  }
  if (high) return 's32'; // silence too
  return low ? 's24_low' : 'f32';
}
