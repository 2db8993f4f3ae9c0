import {mkdtemp, rm, truncate} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test, vi} from 'vitest';
import {SidestepError} from '../../../src/base/problem.js';
import {probeAudio} from '../../../src/dataset/audio/probe.js';
import {wavFile} from './clip.js';
import {ffmpegs, type Heard, levels, likeness, ours, Studio} from './corpus.js';
import {later, pagesOf, withSerial} from './ogg-surgery.js';

/**
 * Songs as the world makes them: by ffmpeg, SoX, LAME, flac, oggenc and opusenc, through pipes, with tags around them, cut
 * and joined. The judge is ffmpeg's own decode of the undamaged parts.
 */
let studio: Studio;

beforeAll(async () => {
  studio = new Studio(await mkdtemp(join(tmpdir(), 'corpus-')));
  const tone = (name: string, {rate = 44_100, channels = 2, seconds = 1.5, hertz = 550}) =>
    `sox -V1 -n -r ${rate} -c ${channels} -b 16 ${name}.wav synth ${seconds} sine ${hertz} ${
      channels > 1 ? `sine ${hertz * 0.6}` : ''
    } gain -8`;
  await studio.sh(
    [
      tone('s', {}),
      tone('mono', {channels: 1, hertz: 770, seconds: 1.1}),
      tone('low', {rate: 22_050, channels: 1, hertz: 440, seconds: 1.2}),
      'lame --quiet s.wav s.mp3',
      'lame --quiet -m m mono.wav mono.mp3',
      'lame --quiet low.wav low.mp3',
      'flac -s s.wav',
      'flac -s low.wav',
      'flac -s --ogg s.wav',
      'for f in s mono low; do oggenc -Q -q4 $f.wav; opusenc --quiet $f.wav $f.opus; done',
    ].join('\n'),
  );
}, 60_000);

afterAll(() => rm(studio.folder, {recursive: true}));

/** 0.1 dB: other decoders of the same lossy file round and dither a little otherwise; lossless ones are far closer. */
const levelBound = 0.1;
/** Seconds that may be missing without a warning, as docs/dataset.md says. */
const grace = 0.05;

/** The file is as long and as loud as ffmpeg says that its parts are, and begins and ends with their very samples. */
async function expectSound(path: string, parts: readonly string[], {decibels = 40} = {}): Promise<void> {
  const got = await ours(path);
  const wanted = await Promise.all(parts.map((name) => ffmpegs(studio.path(name))));
  const seconds = wanted.reduce((sum, part) => sum + part.seconds, 0);
  expect(Math.abs(got.seconds - seconds)).toBeLessThan(grace * parts.length);
  const [first, last] = [wanted[0]!.parts[0]!, wanted.at(-1)!.parts[0]!];
  const [gotFirst, gotLast] = [got.parts[0]!, got.parts.at(-1)!];
  expect(gotFirst.sample_rate).toBe(first.sample_rate);
  expect(gotLast.sample_rate).toBe(last.sample_rate);
  for (const side of ['left', 'right'] as const) {
    const head = gotFirst[side].subarray(0, first[side].length);
    const tail = gotLast[side].subarray(Math.max(0, gotLast[side].length - last[side].length));
    expect(likeness(head, first[side])).toBeGreaterThan(decibels);
    for (const [piece, whole] of [
      [head, first[side]],
      [tail, last[side]],
    ] as const) {
      expect(Math.abs(levels(piece).rms - levels(whole).rms)).toBeLessThan(levelBound);
      expect(Math.abs(levels(piece).peak - levels(whole).peak)).toBeLessThan(4 * levelBound);
    }
  }
}

/** To the last bit. */
function expectSame(got: Heard, wanted: Heard): void {
  expect(got.parts.map(({left}) => left.length)).toEqual(wanted.parts.map(({left}) => left.length));
  for (const [i, {left, right}] of wanted.parts.entries())
    for (const [a, b] of [
      [got.parts[i]!.left, left],
      [got.parts[i]!.right, right],
    ] as const)
      expect(Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer))).toBe(0);
}

async function problemOf(path: string): Promise<{code: string; message: string}> {
  const error = await ours(path).catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a problem, got ${JSON.stringify(error)}`);
  return error.problem;
}

describe('wav and aiff that came out of a pipe', () => {
  const raw = 'tail -c +45 s.wav';
  const asRaw = '-t raw -r 44100 -e signed -b 16 -c 2';
  test.each([
    {name: 'lame --decode', line: 'lame --quiet --decode s.mp3 - 2>/dev/null | cat > OUT', like: 's.mp3'},
    {name: 'opusdec', line: 'opusdec --quiet --force-wav --rate 48000 s.opus - | cat > OUT', like: 's.opus'},
    {name: 'sox wav', line: `${raw} | sox -V1 ${asRaw} - -t wav - 2>/dev/null | cat > OUT`, like: 's.wav'},
    {name: 'sox aiff', line: `${raw} | sox -V1 ${asRaw} - -t aiff - 2>/dev/null | cat > OUT`, like: 's.wav'},
    {name: 'sox aifc', line: `${raw} | sox -V1 ${asRaw} - -t aifc - 2>/dev/null | cat > OUT`, like: 's.wav'},
    {name: 'ffmpeg wav', line: 'ffmpeg -v error -i s.flac -f wav - | cat > OUT', like: 's.flac'},
    {name: 'ffmpeg aiff', line: 'ffmpeg -v error -i s.flac -f aiff - | cat > OUT', like: 's.flac'},
    {name: 'ffmpeg flac', line: 'ffmpeg -v error -i s.wav -f flac - | cat > OUT', like: 's.flac'},
    {
      name: 'ffmpeg rf64',
      line: 'ffmpeg -v error -i s.flac -rf64 always -f wav - | cat > OUT',
      like: 's.flac',
    },
    {name: 'flac wav', line: 'flac -s -d -c s.flac | cat > OUT', like: 's.flac'},
  ])('$name', async ({name, line, like}) => {
    const file = `piped ${name}`;
    await studio.sh(line.replace('OUT', `'${file}'`));
    await expectSound(studio.path(file), [like]);
  });

  test.each([
    0,
    0x7f00_0000,
    0x7fff_f000,
    0x7fff_ffff - 36,
    0x7fff_ffff,
    0x8000_0000,
    0x8000_0024,
    0xffff_ffff - 36,
    0xffff_ff00,
    0xffff_ffff,
    2 ** 31 + 12_345_679,
  ])('a data size of %i', async (size) => {
    const bytes = await studio.read('s.wav');
    bytes.writeUInt32LE(size, bytes.indexOf('data') + 4);
    await expectSound(await studio.save(`size-${size}.wav`, bytes), ['s.wav'], {decibels: 90});
  });

  test.each([-7, -1, 1, 2, 3, 36, 44, 1000])('a data size that is off by %i', async (by) => {
    const bytes = await studio.read('s.wav');
    const at = bytes.indexOf('data') + 4;
    bytes.writeUInt32LE(bytes.readUInt32LE(at) + by, at);
    await expectSound(await studio.save(`off-${by}.wav`, bytes), ['s.wav'], {decibels: 90});
  });

  test.each(['s.wav', 's.flac', 's.mp3'])('%s a few bytes short', async (name) => {
    const bytes = await studio.read(name);
    await expectSound(await studio.save(`short-${name}`, bytes.subarray(0, -3)), [name]);
  });

  test('RF64 ends where its own size says, not at the end of the file', async () => {
    await studio.sh('ffmpeg -v error -y -i s.flac -rf64 always -f wav long.rf64');
    const note = Buffer.concat([Buffer.from('LIST\x50\xc3\0\0INFO', 'latin1'), Buffer.alloc(49_996, 77)]);
    const path = await studio.save('noted.rf64', Buffer.concat([await studio.read('long.rf64'), note]));
    await expectSound(path, ['s.flac'], {decibels: 90});
    expect((await probeAudio(path)).frames).toBe(66_150);
  });

  test('RF64 that ends within its sizes is damaged', async () => {
    const bytes = await studio.read('piped ffmpeg rf64');
    for (const length of [20, 27, 35]) {
      const path = await studio.save(`short-${length}.rf64`, bytes.subarray(0, length));
      expect((await problemOf(path)).code).toBe('audio/damaged');
    }
  });

  test('a size that wrapped around at 4 GiB', async () => {
    const real = 2 ** 32 + 48_000_000;
    const header = (await studio.read('s.wav')).subarray(0, 44);
    header.writeUInt32LE(real - 2 ** 32, 40);
    const path = await studio.save('wrapped.wav', header);
    await truncate(path, 44 + real); // a sparse file: nothing is written
    expect((await probeAudio(path)).frames).toBe(real / 4);
  });

  test('empty data before other chunks is empty', async () => {
    const bytes = (await studio.read('s.wav')).subarray(0, 44);
    bytes.writeUInt32LE(0, 40);
    const note = Buffer.from('LIST\x04\0\0\0INFO', 'latin1');
    expect((await problemOf(await studio.save('empty.wav', Buffer.concat([bytes, note])))).code).toBe(
      'audio/empty',
    );
  });

  test.each(['s.wav', 'piped sox aiff'])('%s with a quarter missing is truncated', async (name) => {
    const bytes = await studio.read(name);
    const size = name.endsWith('wav') ? undefined : bytes.indexOf('COMM') + 10;
    if (size !== undefined) bytes.writeUInt32BE(66_150, size); // the sound that was meant
    const path = await studio.save(`cut-${name}`, bytes.subarray(0, bytes.length * 0.75));
    expect((await problemOf(path)).code).toBe('audio/truncated');
  });
});

describe('wav of other kinds', () => {
  /** Two channels of 24-bit integers, which exactly one reading turns into the song. */
  async function samples24(): Promise<number[]> {
    const {parts} = await ffmpegs(studio.path('s.flac'));
    const {left, right} = parts[0]!;
    return Array.from(
      {length: 2 * left.length},
      (_, i) => Math.round((i % 2 ? right : left)[i >> 1]! * 8_388_608) + (i % 5),
    );
  }

  test.each([
    {
      name: 'in the high part',
      write: (bytes: Buffer, value: number, at: number) => bytes.writeInt32LE(value * 256, at),
    },
    {
      name: 'in the low part',
      write: (bytes: Buffer, value: number, at: number) => bytes.writeInt32LE(value, at),
    },
    {
      name: 'as floats',
      write: (bytes: Buffer, value: number, at: number) => bytes.writeFloatLE(value / 8_388_608, at),
    },
  ])('24 bits in 4 bytes, $name', async ({name, write}) => {
    const samples = await samples24();
    const data = Buffer.alloc(4 * samples.length);
    for (const [i, sample] of samples.entries()) write(data, sample, 4 * i);
    const file = wavFile(data, {tag: 1, channels: 2, bits: 32});
    file.writeUInt16LE(24, 34);
    await expectSound(await studio.save(`24 ${name}.wav`, file), ['s.flac'], {decibels: 90});
  });

  test('20 bits in 3 bytes, and a block size of zero', async () => {
    const samples = await samples24();
    const data = Buffer.alloc(3 * samples.length);
    for (const [i, sample] of samples.entries()) data.writeIntLE(sample & ~15, 3 * i, 3);
    const file = wavFile(data, {tag: 1, channels: 2, bits: 24});
    file.writeUInt16LE(20, 34);
    const of20 = await studio.save('20.wav', file);
    expect((await probeAudio(of20)).codec).toBe('pcm');
    await expectSound(of20, ['s.flac'], {decibels: 90});
    file.writeUInt16LE(24, 34);
    file.writeUInt16LE(0, 32);
    const unblocked = await studio.save('block-0.wav', file);
    expect((await probeAudio(unblocked)).codec).toBe('pcm');
    await expectSound(unblocked, ['s.flac'], {decibels: 90});
  });

  test('RIFX is big-endian', async () => {
    await studio.sh('sox -V1 s.wav -B -t wav rifx.wav');
    expect((await studio.read('rifx.wav')).subarray(0, 4).toString()).toBe('RIFX');
    await expectSound(studio.path('rifx.wav'), ['s.wav'], {decibels: 90});
  });

  test('mp3 in RIFF needs no ffmpeg', async () => {
    await studio.sh('ffmpeg -v error -i s.mp3 -c copy -f wav mp3.wav');
    vi.stubEnv('PATH', studio.folder);
    const heard = await ours(studio.path('mp3.wav'));
    vi.unstubAllEnvs();
    expect(Math.abs(heard.seconds - 1.5)).toBeLessThan(grace + 0.08); // ffmpeg drops the encoder's tag
  });

  test.each(['8k', '11025', '32k', '48k', '96k', '192k'])('%s in every built-in format', async (rate) => {
    const name = `rate-${rate}`;
    await studio.sh(
      `sox -V1 mono.wav -r ${rate} ${name}.wav; sox -V1 ${name}.wav ${name}.aiff; flac -s ${name}.wav`,
    );
    for (const ending of ['wav', 'aiff', 'flac'])
      await expectSound(studio.path(`${name}.${ending}`), [`${name}.wav`], {decibels: 90});
    if (!['8k', '32k', '48k'].includes(rate)) return;
    await studio.sh(
      `lame --quiet ${name}.wav ${name}.mp3; oggenc -Q ${name}.wav; opusenc --quiet ${name}.wav ${name}.opus`,
    );
    for (const ending of ['mp3', 'ogg', 'opus'])
      await expectSound(studio.path(`${name}.${ending}`), [`${name}.${ending}`]);
  });

  test('5.1: left and right are the front ones', async () => {
    await studio.sh(
      'sox -V1 -n -r 48k -c 6 -b 16 six.wav synth 1 sine 300 sine 400 sine 500 sine 60 sine 700 sine 800 gain -8; flac -s six.wav; oggenc -Q six.wav; opusenc --quiet six.wav six.opus; ffmpeg -v error -i six.wav -c:a aac six.m4a',
    );
    for (const ending of ['wav', 'flac', 'ogg', 'opus'])
      await expectSound(studio.path(`six.${ending}`), [`six.${ending}`], {decibels: 30});
    expect((await ours(studio.path('six.m4a'))).channels).toBe(6);
  });
});

/** An odd chunk whose even neighbour follows at once: the formats want a byte between them, libsndfile wants none. */
describe('odd chunks without their padding', () => {
  test.each([0, 1])('wav: before fmt, and before data, %i times padded', async (padded) => {
    const bytes = await studio.read('s.wav');
    const note = Buffer.concat([Buffer.from('LIST\x15\0\0\0INFOIART\x09\0\0\0A song AB', 'latin1')]);
    const odd = Buffer.concat([note, Buffer.alloc(padded)]);
    const file = [bytes.subarray(0, 12), odd, bytes.subarray(12, 36), odd, bytes.subarray(36)];
    await expectSound(await studio.save(`odd-${padded}.wav`, Buffer.concat(file)), ['s.wav'], {decibels: 90});
  });

  test.each([0, 1])('aiff: before COMM, and before SSND, %i times padded', async (padded) => {
    await studio.sh('sox -V1 s.wav plain.aiff');
    const bytes = await studio.read('plain.aiff');
    const odd = Buffer.concat([Buffer.from('NAME\0\0\0\x05song!', 'latin1'), Buffer.alloc(padded)]);
    const sound = bytes.indexOf('SSND');
    const file = [bytes.subarray(0, 12), odd, bytes.subarray(12, sound), odd, bytes.subarray(sound)];
    await expectSound(await studio.save(`odd-${padded}.aiff`, Buffer.concat(file)), ['s.wav'], {
      decibels: 90,
    });
  });
});

describe('mp3', () => {
  /** Where the count of the Xing or Info tag is. */
  const countAt = (file: Buffer) => Math.max(file.indexOf('Info'), file.indexOf('Xing')) + 8;

  test.each([-20, -1, 1, 2])('a count that is off by %i', async (by) => {
    const bytes = await studio.read('s.mp3');
    bytes.writeUInt32BE(bytes.readUInt32BE(countAt(bytes)) + by, countAt(bytes));
    await expectSound(await studio.save(`count${by}.mp3`, bytes), ['s.mp3']);
  });

  test.each([0, 0xffff_ffff])('a count of %i was never filled in', async (count) => {
    const bytes = await studio.read('s.mp3');
    bytes.writeUInt32BE(count, countAt(bytes));
    await expectSound(await studio.save(`count-${count}.mp3`, bytes), ['s.mp3']);
  });

  test('a count of 20 more is missing sound', async () => {
    const bytes = await studio.read('s.mp3');
    bytes.writeUInt32BE(bytes.readUInt32BE(countAt(bytes)) + 20, countAt(bytes));
    expect((await problemOf(await studio.save('more.mp3', bytes))).code).toBe('audio/truncated');
  });

  test.each([
    {name: 'alike', parts: ['s.mp3', 's.mp3']},
    {name: 'mono behind stereo', parts: ['s.mp3', 'mono.mp3']},
    {name: 'another rate', parts: ['low.mp3', 's.mp3', 'mono.mp3']},
  ])('joined files: $name', async ({name, parts}) => {
    const bytes = await Promise.all(parts.map((part) => studio.read(part)));
    await expectSound(await studio.save(`${name}.mp3`, Buffer.concat(bytes)), parts, {decibels: 30});
  });

  test.each([1, 4096, 200_000])('%i zeros before the first frame', async (zeros) => {
    const path = await studio.save(
      `zeros-${zeros}.mp3`,
      Buffer.concat([Buffer.alloc(zeros), await studio.read('s.mp3')]),
    );
    await expectSound(path, ['s.mp3']);
  });

  test('cut from the middle of a recording, as radio is', async () => {
    const bytes = await studio.read('s.mp3');
    const path = await studio.save('middle.mp3', bytes.subarray(bytes.length * 0.4));
    expect((await ours(path)).seconds).toBeGreaterThan(0.8);
  });
});

const id3v2 = Buffer.concat([Buffer.from('ID3\x03\0\0\0\0\x07\x76', 'latin1'), Buffer.alloc(1014, 65)]);
const id3v1 = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125, 32)]);
const ape = (() => {
  const item = Buffer.from('\x04\0\0\0\0\0\0\0Year\x002001', 'latin1');
  const mark = (flags: number) => {
    const bytes = Buffer.alloc(32);
    bytes.write('APETAGEX');
    bytes.writeUInt32LE(2000, 8);
    bytes.writeUInt32LE(item.length + 32, 12);
    bytes.writeUInt32LE(1, 16);
    bytes.writeUInt32LE(flags, 20);
    return bytes;
  };
  return Buffer.concat([mark(0xa000_0000), item, mark(0x8000_0000)]);
})();
const lyrics3 = (() => {
  const body = Buffer.from('LYRICSBEGININD0000210LYR00005hello', 'latin1');
  return Buffer.concat([body, Buffer.from(`${`${body.length}`.padStart(6, '0')}LYRICS200`, 'latin1')]);
})();
const noise = Buffer.from(Array.from({length: 5000}, (_, i) => (i * i * 31 + i * 7 + 3) & 0xff));

describe('what was appended or put in front is no sound, and costs none', () => {
  const behind = [
    {name: 'ID3v1', bytes: id3v1},
    {name: 'APE', bytes: ape},
    {name: 'APE and ID3v1', bytes: Buffer.concat([ape, id3v1])},
    {name: 'Lyrics3 and ID3v1', bytes: Buffer.concat([lyrics3, id3v1])},
    {name: 'one byte', bytes: Buffer.from([0x5a])},
    {name: 'one byte of sync', bytes: Buffer.from([0xff])},
    {name: 'zeros', bytes: Buffer.alloc(1000)},
    {name: 'anything', bytes: noise},
  ];
  test.each(behind)('$name behind FLAC, Ogg and MP3', async ({name, bytes}) => {
    vi.stubEnv('PATH', studio.folder);
    const heard: {[file: string]: number} = {};
    for (const file of ['s.flac', 's.ogg', 's.opus', 's.oga', 's.mp3']) {
      const whole = await ours(studio.path(file));
      const tagged = await ours(
        await studio.save(`${name}-${file}`, Buffer.concat([await studio.read(file), bytes])),
      );
      expectSame(tagged, whole);
      heard[file] = tagged.seconds;
    }
    vi.unstubAllEnvs();
    expect(heard['s.flac']).toBe(1.5); // to the last sample
  });

  test('ID3v2 in front of anything', async () => {
    vi.stubEnv('PATH', studio.folder);
    for (const file of ['s.flac', 's.wav', 's.ogg', 's.opus', 's.oga', 's.mp3', 'piped sox aiff']) {
      const whole = await ours(studio.path(file));
      const tags = Buffer.concat([id3v2, id3v2]);
      const tagged = await studio.save(`id3-${file}`, Buffer.concat([tags, await studio.read(file), id3v1]));
      expectSame(await ours(tagged), whole);
    }
    vi.unstubAllEnvs();
  });

  test('APE tags, ID3v2 with a footer, and room left behind them, in front of anything', async () => {
    vi.stubEnv('PATH', studio.folder);
    const footer = Buffer.concat([id3v2, id3v2.subarray(0, 10)]);
    footer.writeUInt8(4, 3);
    footer.writeUInt8(0x10, 5);
    footer.write('3DI', footer.length - 10);
    for (const file of ['s.flac', 's.wav', 's.ogg', 's.opus', 's.oga', 's.mp3', 'piped sox aiff']) {
      const whole = await ours(studio.path(file));
      for (const tags of [Buffer.concat([footer, ape]), Buffer.concat([id3v2, Buffer.alloc(300)])]) {
        const tagged = await studio.save(`front-${file}`, Buffer.concat([tags, await studio.read(file)]));
        expectSame(await ours(tagged), whole);
      }
    }
    vi.unstubAllEnvs();
  });

  test('joined FLAC files, of other rates too', async () => {
    const bytes = await Promise.all(['s.flac', 'low.flac'].map((part) => studio.read(part)));
    const path = await studio.save('joined.flac', Buffer.concat([bytes[0]!, id3v1, bytes[1]!, bytes[0]!]));
    await expectSound(path, ['s.flac', 'low.flac', 's.flac'], {decibels: 90});
  });

  test.each(['s.flac', 's.oga'])(
    '%s without its last two thirds is noticed, whatever is there',
    async (file) => {
      const bytes = await studio.read(file);
      const path = await studio.save(
        `third-${file}`,
        Buffer.concat([bytes.subarray(0, bytes.length / 3), noise]),
      );
      expect((await problemOf(path)).code).toMatch(/^audio\/(damaged|truncated)$/);
    },
  );
});

describe('Ogg', () => {
  const hour = 3600n * 48_000n;
  const kinds = ['s.ogg', 's.opus', 's.oga', 'mono.ogg', 'mono.opus'];

  test.each(kinds)('%s cut from a longer recording keeps its positions', async (file) => {
    const path = await studio.save(`late-${file}`, later(await studio.read(file), hour));
    await expectSound(path, [file]);
    expect((await probeAudio(path)).frames).toBeNull(); // the last position says nothing of the length
  });

  test.each(['s.opus', 's.oga'])('%s without its first page of sound', async (file) => {
    const pages = pagesOf(await studio.read(file));
    const sound = pages.findIndex((page) => page.readBigInt64LE(6) > 0n);
    const left = Number(pages.at(-1)!.readBigInt64LE(6) - pages[sound]!.readBigInt64LE(6));
    const path = await studio.save(`headless-${file}`, Buffer.concat(pages.filter((_, i) => i !== sound)));
    const {seconds, parts} = await ours(path);
    expect(Math.abs(seconds - left / parts[0]!.sample_rate)).toBeLessThan(grace);
  });

  test.each(kinds)('%s without its last page is truncated', async (file) => {
    const pages = pagesOf(await studio.read(file));
    const path = await studio.save(`endless-${file}`, Buffer.concat(pages.slice(0, -1)));
    expect((await problemOf(path)).code).toMatch(/^audio\/(truncated|damaged|empty)$/);
  });

  test('a page missing in the middle is damage', async () => {
    await studio.sh(
      'sox -V1 -n -r 44100 -c 2 -b 16 long.wav synth 4 whitenoise gain -10; oggenc -Q -q9 long.wav; opusenc --quiet long.wav long.opus',
    );
    for (const file of ['long.ogg', 'long.opus']) {
      const pages = pagesOf(await studio.read(file));
      const path = await studio.save(
        `gap-${file}`,
        Buffer.concat(pages.filter((_, i) => i !== pages.length - 2)),
      );
      expect((await problemOf(path)).code).toBe('audio/damaged');
    }
  });

  test.each([
    {name: 'alike', parts: ['s.ogg', 's.ogg']},
    {name: 'mono behind stereo', parts: ['s.ogg', 'mono.ogg']},
    {name: 'stereo behind mono', parts: ['mono.ogg', 's.ogg']},
    {name: 'another rate', parts: ['s.ogg', 'low.ogg']},
    {name: 'another rate first', parts: ['low.ogg', 's.ogg']},
    {name: 'vorbis and opus', parts: ['s.ogg', 's.opus']},
    {name: 'opus, flac, vorbis, opus', parts: ['mono.opus', 's.oga', 'low.ogg', 's.opus']},
  ])('chains: $name', async ({name, parts}) => {
    const files = await Promise.all(parts.map((part) => studio.read(part)));
    await expectSound(await studio.save(`chain-${name}`, Buffer.concat(files)), parts, {decibels: 30});
    const alike = files.map((file) => withSerial(file, 7));
    await expectSound(await studio.save(`serial-${name}`, Buffer.concat(alike)), parts, {decibels: 30});
  });

  test('a chain whose second recording is speex is refused by name', async () => {
    const [header, ...rest] = pagesOf(await studio.read('mono.ogg'));
    header!.write('Speex   ', 28, 'latin1');
    const other = withSerial(Buffer.concat([header!, ...rest]), 9);
    const path = await studio.save('speex.ogg', Buffer.concat([await studio.read('s.ogg'), other]));
    expect(await problemOf(path)).toMatchObject({
      code: 'audio/joined',
      message: expect.stringMatching(/recording 2 .*\(Speex\)/),
    });
  });
});
