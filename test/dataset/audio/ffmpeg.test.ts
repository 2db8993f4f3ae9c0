import {chmod, mkdtemp, readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {SidestepError} from '../../../src/base/problem.js';
import {decodeAudio} from '../../../src/dataset/audio/decode.js';
import {probeAudio} from '../../../src/dataset/audio/probe.js';
import {decodeStereo} from '../../../src/dataset/audio/stereo.js';

/** Stand-ins for the two programs, so that these tests say the same on machines with and without ffmpeg. */
let folder: string;
let song: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ffmpeg-'));
  song = join(folder, 'song.m4a');
  await writeFile(song, 'neither wav nor mp3');
  vi.stubEnv('PATH', [folder, dirname(process.execPath)].join(delimiter));
});
afterEach(() => vi.unstubAllEnvs());

async function program(name: 'ffmpeg' | 'ffprobe', script: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, `#!${process.execPath}\n${script}`);
  await chmod(path, 0o755);
}

const report = {streams: [{sample_rate: '8000', channels: 1, duration: '0.0005'}], format: {duration: '0.1'}};
const probeReport = `console.log(${JSON.stringify(JSON.stringify(report))})`;
const fourSamples = 'process.stdout.write(Buffer.from(Float32Array.of(0, 0.5, -0.5, 1).buffer))';

async function problemOf(attempt: Promise<unknown>): Promise<{code: string; message: string}> {
  const error = await attempt.catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a problem, got ${String(error)}`);
  return error.problem;
}

test('what ffmpeg writes is what comes out', async () => {
  await program('ffprobe', probeReport);
  await program('ffmpeg', fourSamples);
  expect(await probeAudio(song)).toEqual({
    codec: 'ffmpeg',
    sample_rate: 8000,
    channels: 1,
    frames: 4,
  });
  const audio = await decodeStereo(song, {max_seconds: null});
  expect([...audio.samples]).toEqual([0, 0.5, -0.5, 1, 0, 0.5, -0.5, 1]);
});

test('the file is named as a local file, whatever it is called, and no network is allowed', async () => {
  const log = join(folder, 'arguments.json');
  await program('ffprobe', probeReport);
  await program(
    'ffmpeg',
    `require('node:fs').writeFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv)); ${fourSamples}`,
  );
  await decodeStereo(song, {max_seconds: null});
  const args = JSON.parse(await readFile(log, 'utf8')) as string[];
  expect(args).toContain(`file:${song}`);
  expect(args[args.indexOf('-protocol_whitelist') + 1]).toBe('file,pipe');
  expect(args).toContain('-nostdin');
});

test.each([
  {
    name: 'a complaint',
    script: `${fourSamples}; console.error('invalid band type')`,
    says: 'invalid band type',
  },
  {name: 'a failure', script: `${fourSamples}; process.exitCode = 1`, says: 'could not be decoded'},
])('$name of ffmpeg is damage', async ({script, says}) => {
  await program('ffprobe', probeReport);
  await program('ffmpeg', script);
  const problem = await problemOf(decodeStereo(song, {max_seconds: null}));
  expect(problem).toMatchObject({code: 'audio/damaged', message: expect.stringContaining(says)});
});

test('a file without sound is unknown', async () => {
  await program('ffprobe', 'console.log("{}")');
  expect((await problemOf(probeAudio(song))).code).toBe('audio/unknown');
});

test('without ffmpeg the message says what to install', async () => {
  vi.stubEnv('PATH', folder);
  expect((await problemOf(probeAudio(song))).code).toBe('audio/ffmpeg-missing');
});

test('a consumer that stops early ends the program, even one that minds no broken pipe', async () => {
  const log = join(folder, 'pid');
  await program('ffprobe', probeReport);
  const forever =
    'process.stdout.on("error", () => {}); setInterval(() => process.stdout.write(Buffer.alloc(4000)), 1)';
  await program(
    'ffmpeg',
    `require('node:fs').writeFileSync(${JSON.stringify(log)}, String(process.pid)); ${forever}`,
  );
  for await (const {planes} of decodeAudio(song, await probeAudio(song))) if (planes[0]!.length > 0) break;
  const pid = Number(await readFile(log, 'utf8'));
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), {timeout: 120_000});
});
