import {mkdtemp, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {SidestepError} from '../../../src/base/problem.js';
import {secondsOf} from '../../../src/dataset/audio/audio-format.js';
import {decodeAudio} from '../../../src/dataset/audio/decode.js';
import {probeAudio} from '../../../src/dataset/audio/probe.js';
import {decodeStereo} from '../../../src/dataset/audio/stereo.js';
import {clip, clipFrames, clipPcm, clipRate, wavFile} from './clip.js';

const clips = fileURLToPath(new URL('clips/', import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audio-'));
});
afterEach(() => vi.unstubAllEnvs());

let count = 0;
async function save(bytes: Uint8Array, ending = 'wav'): Promise<string> {
  count += 1;
  const path = join(folder, `${count}.${ending}`);
  await writeFile(path, bytes);
  return path;
}

async function planes(path: string): Promise<{left: Float32Array; right: Float32Array}> {
  const {samples, frames} = await decodeStereo(path, {max_seconds: null});
  return {left: samples.subarray(0, frames), right: samples.subarray(frames)};
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a problem, got ${String(error)}`);
  expect(error.problem.message).toContain(folder);
  return error.problem.code;
}

/** Decibels of the wanted over the difference. */
function signalToNoise(got: Float32Array, wanted: Float32Array): number {
  let signal = 0;
  let noise = 0;
  wanted.forEach((value, i) => {
    signal += value ** 2;
    noise += (got[i]! - value) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

describe('wav', () => {
  test.each([8, 16, 24] as const)('%i bits are exact', async (bits) => {
    const {left, right} = await planes(await save(wavFile(clipPcm(bits), {tag: 1, channels: 2, bits})));
    expect(left).toEqual(clip(0, bits));
    expect(right).toEqual(clip(1, bits));
  });

  test.each([
    {name: 'the lowest 8-bit value', bits: 8, bytes: [0, 128, 255], values: [-1, 0, 127 / 128]},
    {name: 'the lowest 16-bit value', bits: 16, bytes: [0, 0x80, 0xff, 0x7f], values: [-1, 32767 / 32768]},
    {
      name: 'the lowest 24-bit value',
      bits: 24,
      bytes: [0, 0, 0x80, 255, 255, 255],
      values: [-1, -1 / 8388608],
    },
    {name: 'the lowest 32-bit value', bits: 32, bytes: [0, 0, 0, 0x80, 0, 0, 0, 0x40], values: [-1, 0.5]},
  ])('$name is -1', async ({bits, bytes, values}) => {
    const {left} = await planes(await save(wavFile(Uint8Array.from(bytes), {tag: 1, channels: 1, bits})));
    expect([...left]).toEqual(values);
  });

  test.each([
    {bits: 32, data: new Uint8Array(Float32Array.of(0.25, -1.5, 1e-30, 0.5).buffer)},
    {bits: 64, data: new Uint8Array(Float64Array.of(0.25, -1.5, 1e-30, 0.5).buffer)},
  ])('float of $bits bits, beyond full scale too', async ({bits, data}) => {
    const {left, right} = await planes(await save(wavFile(data, {tag: 3, channels: 2, bits})));
    expect([...left, ...right]).toEqual([0.25, Math.fround(1e-30), -1.5, 0.5]);
  });

  test('WAVE_FORMAT_EXTENSIBLE with six channels keeps the first two', async () => {
    const data = Int16Array.from({length: 12}, (_, i) => i * 1000);
    const path = await save(
      wavFile(new Uint8Array(data.buffer), {tag: 1, channels: 6, bits: 16, extensible: 'extensible'}),
    );
    const audio = await decodeStereo(path, {max_seconds: null});
    expect((await probeAudio(path)).channels).toBe(6);
    expect([...audio.samples].map((x) => x * 32768)).toEqual([0, 6000, 1000, 7000]);
  });

  test('mono is doubled', async () => {
    const {left, right} = await planes(await save(wavFile(clipPcm(16, 1), {tag: 1, channels: 1, bits: 16})));
    expect(left).toEqual(clip(0, 16));
    expect(right).toEqual(left);
  });

  test('a size of all ones, as written to a pipe, means up to the end', async () => {
    const path = await save(wavFile(clipPcm(16), {tag: 1, channels: 2, bits: 16, dataBytes: 0xffffffff}));
    expect((await planes(path)).left).toEqual(clip(0, 16));
  });

  test('an empty data chunk before the one with the sound plays no part', async () => {
    const whole = wavFile(clipPcm(16), {tag: 1, channels: 2, bits: 16});
    const at = whole.indexOf('data');
    const empty = Buffer.concat([whole.subarray(0, at), Buffer.from('data\0\0\0\0'), whole.subarray(at)]);
    empty.writeUInt32LE(empty.length - 8, 4);
    expect((await planes(await save(empty))).left).toEqual(clip(0, 16));
  });

  test('NaN is refused', async () => {
    const data = new Uint8Array(Float32Array.of(0, Number.NaN).buffer);
    expect(await codeOf(planes(await save(wavFile(data, {tag: 3, channels: 1, bits: 32}))))).toBe(
      'audio/damaged',
    );
  });
});

test('what git leaves in place of a song is named as that', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
  expect(await codeOf(probeAudio(await save(Buffer.from(pointer))))).toBe('file/lfs-pointer');
});

describe('aiff', () => {
  /** 44 100 as an 80-bit float. */
  const rate = Buffer.from('400eac44000000000000', 'hex');

  function aiff(
    data: Buffer,
    {bits, frames, compression}: {bits: number; frames: number; compression?: string},
  ): Buffer {
    const common = Buffer.alloc(8);
    common.writeInt16BE(2, 0);
    common.writeUInt32BE(frames, 2);
    common.writeInt16BE(bits, 6);
    const kind = compression === undefined ? Buffer.alloc(0) : Buffer.from(`${compression}\0\0`, 'latin1');
    const chunk = (name: string, body: Buffer) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(body.length);
      return Buffer.concat([Buffer.from(name, 'latin1'), size, body]);
    };
    const form = Buffer.from(compression === undefined ? 'AIFF' : 'AIFC', 'latin1');
    const sound = chunk('SSND', Buffer.concat([Buffer.alloc(8), data]));
    return chunk('FORM', Buffer.concat([form, chunk('COMM', Buffer.concat([common, rate, kind])), sound]));
  }

  test.each([
    {
      name: '16 bits',
      bits: 16,
      data: '8000400000007fff',
      compression: undefined,
      values: [-1, 0, 0.5, 32767 / 32768],
    },
    {
      name: '16 bits, little-endian',
      bits: 16,
      data: '008000400000ff7f',
      compression: 'sowt',
      values: [-1, 0, 0.5, 32767 / 32768],
    },
    {
      name: '24 bits',
      bits: 24,
      data: '800000400000ffffff000001',
      compression: undefined,
      values: [-1, -(2 ** -23), 0.5, 2 ** -23],
    },
    {
      name: '8 bits, signed',
      bits: 8,
      data: '80407f00',
      compression: undefined,
      values: [-1, 127 / 128, 0.5, 0],
    },
    {
      name: 'float',
      bits: 32,
      data: '3e800000bfc000003f00000000000000',
      compression: 'fl32',
      values: [0.25, 0.5, -1.5, 0],
    },
  ])('$name', async ({bits, data, compression, values}) => {
    const file = aiff(Buffer.from(data, 'hex'), {
      bits,
      frames: 2,
      ...(compression === undefined ? {} : {compression}),
    });
    const audio = await decodeStereo(await save(file, 'aiff'), {max_seconds: null});
    expect(audio.sample_rate).toBe(clipRate);
    expect([...audio.samples]).toEqual(values);
  });

  test('cut short', async () => {
    const file = aiff(Buffer.alloc(8), {bits: 16, frames: 3000});
    expect(await codeOf(planes(await save(file, 'aiff')))).toBe('audio/truncated');
  });
});

describe('truncation', () => {
  test('max_seconds stops at int(max_seconds * rate) samples', async () => {
    for (const file of ['s16.flac', 'lame.mp3']) {
      const whole = await decodeStereo(join(clips, file), {max_seconds: null});
      const cut = await decodeStereo(join(clips, file), {max_seconds: 0.10001});
      expect(cut.frames).toBe(4410);
      expect(cut.samples.subarray(0, 4410)).toEqual(whole.samples.subarray(0, 4410));
      expect(cut.samples.subarray(4410)).toEqual(whole.samples.subarray(whole.frames, whole.frames + 4410));
    }
  });

  test('a long file is read only as far as it is wanted', async () => {
    const hour = wavFile(new Uint8Array(0), {tag: 1, channels: 2, bits: 16, dataBytes: 3600 * clipRate * 4});
    const path = await save(hour);
    const {truncate} = await import('node:fs/promises');
    await truncate(path, hour.length + 3600 * clipRate * 4); // sparse: an hour of silence
    const format = await probeAudio(path);
    let frames = 0;
    for await (const chunk of decodeAudio(path, format)) {
      expect(chunk.planes[0]!.length).toBeLessThanOrEqual(48_000); // about a second in memory, never the hour
      frames += chunk.planes[0]!.length;
      if (frames >= 96_000) break;
    }
    expect((await decodeStereo(path, {max_seconds: 2})).frames).toBe(2 * clipRate);
  });
});

describe('lossless files are bit for bit what went in', () => {
  test.each([
    {file: 's8.flac', bits: 8},
    {file: 's16.flac', bits: 16},
    {file: 's24.flac', bits: 24},
  ] as const)('$file', async ({file, bits}) => {
    const {left, right} = await planes(join(clips, file));
    expect(left).toEqual(clip(0, bits));
    expect(right).toEqual(clip(1, bits));
  });
  test('oggflac.ogg', async () => {
    expect((await probeAudio(join(clips, 'oggflac.ogg'))).codec).toBe('ogg_flac');
    expect(signalToNoise((await planes(join(clips, 'oggflac.ogg'))).right, clip(1, 16))).toBe(Infinity);
  });
});

describe('lossy files have the right length, delay and channels', () => {
  test.each([
    {file: 'vorbis.ogg', codec: 'vorbis', decibels: 25},
    {file: 'lame.mp3', codec: 'mp3', decibels: 25},
  ])('$file', async ({file, codec, decibels}) => {
    const format = await probeAudio(join(clips, file));
    expect(format).toMatchObject({codec, sample_rate: clipRate, channels: 2, frames: clipFrames});
    const {left, right} = await planes(join(clips, file));
    expect(left.length).toBe(clipFrames);
    expect(signalToNoise(left, clip(0, 16))).toBeGreaterThan(decibels); // a lag of one sample would cost all but 10 dB
    expect(signalToNoise(right, clip(1, 16))).toBeGreaterThan(decibels);
  });

  test('opus comes at 48 kHz, without its pre-skip', async () => {
    const format = await probeAudio(join(clips, 'opus.opus'));
    expect(format).toMatchObject({codec: 'opus', sample_rate: 48_000, channels: 2, frames: 19_200});
    expect(secondsOf(format)).toBe(0.4);
    expect((await planes(join(clips, 'opus.opus'))).left.length).toBe(19_200);
  });

  test('mp3 without a tag is measured by its frames', async () => {
    const format = await probeAudio(join(clips, 'mono-no-tag.mp3'));
    expect(format).toMatchObject({channels: 1});
    const {left, right} = await planes(join(clips, 'mono-no-tag.mp3'));
    expect(left.length).toBe(format.frames);
    expect(right).toEqual(left);
  });
});

describe('damage is noticed, never silently shortened', () => {
  const files = ['s16.flac', 'oggflac.ogg', 'vorbis.ogg', 'opus.opus', 'lame.mp3'];

  test.each(files)('%s cut after 60 percent', async (file) => {
    const bytes = await readFile(join(clips, file));
    const path = await save(bytes.subarray(0, bytes.length * 0.6));
    expect(await codeOf(planes(path))).toMatch(/^audio\/(damaged|truncated)$/);
  });

  test.each(files)('%s with 300 bytes overwritten in the middle', async (file) => {
    const bytes = await readFile(join(clips, file));
    for (let i = 0; i < 300; i += 1) bytes[Math.floor(bytes.length / 2) + i] = (i * 89 + 7) & 0xff;
    expect(await codeOf(planes(await save(bytes)))).toBe('audio/damaged');
  });

  test.each([
    {name: 'an empty file', bytes: [], code: 'audio/empty'},
    {
      name: 'a wav without sound',
      bytes: [...wavFile(new Uint8Array(0), {tag: 1, channels: 2, bits: 16})],
      code: 'audio/empty',
    },
    {
      name: 'a wav cut within its data',
      bytes: [...wavFile(clipPcm(16), {tag: 1, channels: 2, bits: 16}).subarray(0, 9000)],
      code: 'audio/truncated',
    },
    {
      name: 'a wav cut within its header',
      bytes: [...wavFile(clipPcm(16), {tag: 1, channels: 2, bits: 16}).subarray(0, 30)],
      code: 'audio/truncated',
    },
    {
      name: 'flac cut within its header',
      bytes: [...Buffer.from('fLaC\x00\x00\x00\x22abc')],
      code: 'audio/damaged',
    },
    {
      name: 'ogg cut within its first page',
      bytes: [...Buffer.from('OggS\x00\x02abc')],
      code: 'audio/truncated',
    },
  ])('$name', async ({bytes, code}) => {
    expect(await codeOf(planes(await save(Uint8Array.from(bytes))))).toBe(code);
  });

  test('what no one knows is said to need ffmpeg where there is none', async () => {
    vi.stubEnv('PATH', folder);
    const path = await save(
      Uint8Array.from({length: 400}, (_, i) => i & 0x7f),
      'wav',
    );
    expect(await codeOf(planes(path))).toBe('audio/ffmpeg-missing');
  });
});
