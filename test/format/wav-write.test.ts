import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {pngFile} from '../../src/format/png.js';
import {type SampleBits, wavFile} from '../../src/format/wav-write.js';
import {temporaryFolder} from '../temporary-folder.js';

/** Judged by the programs that will read the files: ffprobe, ffmpeg and sox. */
const left = Float32Array.from({length: 1001}, (_, t) => Math.sin(t / 7));
const right = Float32Array.from({length: 1001}, (_, t) => 0.25 * Math.cos(t / 3));
left.set([1, -1, 0, 1e-7]);

async function written(bits: SampleBits): Promise<string> {
  const path = join(await temporaryFolder(), `${bits}.wav`);
  writeFileSync(path, wavFile({channels: [left, right], sample_rate: 48_000}, bits));
  return path;
}

const run = (program: string, args: readonly string[]) => execFileSync(program, args, {maxBuffer: 1e8});

test.each([
  {bits: '16', codec: 'pcm_s16le', encoding: /Signed Integer PCM/, precision: /16-bit/, step: 2 ** -15},
  {bits: '24', codec: 'pcm_s24le', encoding: /Signed Integer PCM/, precision: /24-bit/, step: 2 ** -23},
  {bits: 'float', codec: 'pcm_f32le', encoding: /Floating Point PCM/, precision: /2[45]-bit/, step: 0},
] as const)(
  '$bits: ffprobe and sox read what it claims to be',
  async ({bits, codec, encoding, precision, step}) => {
    const path = await written(bits);
    const probe = run('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'stream=codec_name,sample_rate,channels,duration_ts',
      '-of',
      'json',
      path,
    ]);
    expect(JSON.parse(probe.toString()).streams).toEqual([
      {codec_name: codec, sample_rate: '48000', channels: 2, duration_ts: 1001},
    ]);
    const info = run('sox', ['--info', path]).toString();
    expect(info).toMatch(encoding);
    expect(info).toMatch(precision);
    expect(info).toMatch(/= 1001 samples/);
    const raw = run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'f32le', '-c:a', 'pcm_f32le', 'pipe:1']);
    const heard = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
    const largest = left.reduce(
      (most, value, t) =>
        Math.max(most, Math.abs(heard[2 * t]! - value), Math.abs(heard[2 * t + 1]! - right[t]!)),
      0,
    );
    expect(largest).toBeLessThanOrEqual(1.5 * step);
  },
);

test('integers end at full scale and do not wrap around', async () => {
  const loud = Float32Array.of(1.5, -1.5, 1, -1);
  const bytes = Buffer.from(wavFile({channels: [loud], sample_rate: 48_000}, '16'));
  expect([44, 46, 48, 50].map((at) => bytes.readInt16LE(at))).toEqual([32_767, -32_767, 32_767, -32_767]);
});

test('a picture is read by ffprobe as the PNG it claims to be, point for point', async () => {
  const path = join(await temporaryFolder(), 'picture.png');
  const palette = [
    [0, 0, 0],
    [255, 128, 1],
    [9, 8, 7],
  ] as const;
  const points = Uint8Array.of(0, 1, 2, 2, 1, 0);
  writeFileSync(path, pngFile({width: 3, height: 2, points, palette}));
  const raw = run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1']);
  expect([...raw]).toEqual([...points].flatMap((point) => palette[point]!));
});
