import {type AudioFormat, audioProblem, type PcmLayout} from './audio-format.js';
import {codeAt, type FileBytes, viewOf} from './file-bytes.js';

/**
 * Reads the chunks of an AIFF or AIFC file (Apple, "Audio Interchange File Format"): uncompressed integers of either
 * byte order, and float. Gives `undefined` for compressed AIFC. Throws `audio/truncated` and `audio/damaged`.
 */
export async function probeAiff(file: FileBytes): Promise<AudioFormat | undefined> {
  const {common, sound} = await findChunks(file);
  if (common === undefined || common.byteLength < 18)
    throw audioProblem('audio/damaged', file.path, 'is an AIFF file without a COMM chunk');
  if (sound === undefined)
    throw audioProblem('audio/truncated', file.path, 'is an AIFF file without a SSND chunk');
  const channels = common.getInt16(0);
  const frames = common.getUint32(2);
  const bits = common.getInt16(6);
  const sample_rate = extended(common, 8);
  const layout = layoutOf(common.byteLength >= 22 ? codeAt(common, 18) : 'NONE', bits);
  if (layout === undefined || channels < 1 || !(sample_rate > 0)) return undefined;
  const frameBytes = (channels * bits) / 8;
  const available = Math.floor((file.size - sound) / frameBytes);
  if (frames > available)
    throw audioProblem(
      'audio/truncated',
      file.path,
      `states ${frames} samples per channel but holds ${available}`,
    );
  const pcm: PcmLayout = {...layout, offset: sound, length: frames * frameBytes};
  const integer = layout.encoding.startsWith('f') ? {} : {bits};
  return {codec: 'pcm', sample_rate, channels, frames, frames_are: 'exact', ...integer, pcm};
}

/** The COMM chunk, and where the samples of the SSND chunk start. */
async function findChunks(file: FileBytes): Promise<{common?: DataView; sound?: number}> {
  const found: {common?: DataView; sound?: number} = {};
  for (let position = 12; position + 8 <= file.size; ) {
    const header = viewOf(await file.at(position, 16));
    const size = header.getUint32(4);
    const name = codeAt(header, 0);
    if (name === 'COMM') found.common = viewOf(await file.at(position + 8, Math.min(size, 64)));
    // offset and block size stand before the samples
    if (name === 'SSND' && header.byteLength === 16) found.sound = position + 16 + header.getUint32(8);
    position += 8 + size + (size % 2);
  }
  return found;
}

/** By the compression type of AIFC; plain AIFF is `NONE`. */
function layoutOf(compression: string, bits: number): Pick<PcmLayout, 'encoding' | 'byte_order'> | undefined {
  const byte_order = compression === 'sowt' ? 'little' : 'big';
  if (['NONE', 'twos', 'sowt', 'in24', 'in32'].includes(compression)) {
    const encoding = ({8: 's8', 16: 's16', 24: 's24', 32: 's32'} as const)[bits];
    return encoding === undefined ? undefined : {encoding, byte_order};
  }
  if (/^fl32$/i.test(compression) && bits === 32) return {encoding: 'f32', byte_order};
  if (/^fl64$/i.test(compression) && bits === 64) return {encoding: 'f64', byte_order};
  return undefined;
}

/** An 80-bit float: sign and exponent (bias 16383) in two bytes, then a 64-bit significand with its leading one. */
function extended(bytes: DataView, at: number): number {
  const exponent = bytes.getUint16(at) & 0x7fff;
  return Number(bytes.getBigUint64(at + 2)) * 2 ** (exponent - 16_383 - 63);
}
