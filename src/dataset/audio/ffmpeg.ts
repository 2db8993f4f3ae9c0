import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {fsPath, isUtf8Path} from '../../base/path-bytes.js';
import {type AudioFormat, audioProblem, type DecodedSound} from './audio-format.js';
import {deinterleave} from './pcm.js';
import {expectKept} from './promise.js';

/**
 * Asks ffprobe for rate, channels and length of a file that the built-in decoders do not know (m4a, aac, wma, …).
 * Throws `audio/ffmpeg-missing` and `audio/unknown`.
 */
export async function probeWithFfmpeg(path: string): Promise<AudioFormat> {
  const query = [
    '-select_streams',
    'a:0',
    '-show_entries',
    'stream=sample_rate,channels,duration:format=duration',
    '-of',
    'json',
  ];
  const {stdout, stderr, status} = await collect(
    start('ffprobe', path, (input) => ['-v', 'error', ...localFilesOnly, ...query, input]),
    path,
  );
  const report = status === 0 ? parseReport(stdout) : {};
  const [stream] = report.streams ?? [];
  const sample_rate = Number(stream?.sample_rate);
  const channels = stream?.channels ?? 0;
  if (!(sample_rate > 0) || channels < 1)
    throw audioProblem(
      'audio/unknown',
      path,
      `is not audio that can be read (${firstLine(stderr) || 'no sound in it'})`,
    );
  const seconds = Number(stream?.duration ?? report.format?.duration);
  const frames = Number.isFinite(seconds) ? Math.round(seconds * sample_rate) : null;
  return {codec: 'ffmpeg', sample_rate, channels, frames};
}

/** Whatever is on the PATH under that name may print anything. */
function parseReport(text: string): ProbeReport {
  try {
    return JSON.parse(text) as ProbeReport;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

interface ProbeReport {
  readonly streams?: readonly {
    readonly sample_rate?: string;
    readonly channels?: number;
    readonly duration?: string;
  }[];
  readonly format?: {readonly duration?: string};
}

/**
 * Decodes through the ffmpeg command. Whatever ends the iteration also ends the process; when this program is killed,
 * ffmpeg stops at its next write to the broken pipe. Throws `audio/ffmpeg-missing`, and `audio/damaged` when ffmpeg
 * complains about the file or gives much less than it promises.
 */
export async function* decodeWithFfmpeg(path: string, format: AudioFormat): AsyncGenerator<DecodedSound> {
  const output = [
    '-map',
    '0:a:0',
    '-f',
    'f32le',
    '-c:a',
    'pcm_f32le',
    '-ac',
    `${format.channels}`,
    '-ar',
    `${format.sample_rate}`,
  ];
  const child = start('ffmpeg', path, (input) => [
    '-v',
    'error',
    '-nostdin',
    '-xerror',
    ...localFilesOnly,
    '-i',
    input,
    ...output,
    'pipe:1',
  ]);
  const frameBytes = 4 * format.channels;
  const complaints = textOf(child.stderr!);
  const ended = statusOf(child, path);
  ended.catch(() => {}); // awaited below; until then a failed start must not count as unhandled
  const {channels, sample_rate} = format;
  let frames = 0;
  try {
    let pending = new Uint8Array(0);
    for await (const chunk of child.stdout!) {
      const bytes = Buffer.concat([pending, chunk as Buffer]);
      const whole = bytes.length - (bytes.length % frameBytes);
      frames += whole / frameBytes;
      const samples = {encoding: 'f32', byte_order: 'little', channels} as const;
      yield {sample_rate, planes: deinterleave(bytes.subarray(0, whole), samples)};
      pending = new Uint8Array(bytes.subarray(whole));
    }
    const status = await ended;
    const complaint = firstLine(await complaints);
    if (status !== 0 || complaint !== '')
      throw audioProblem('audio/damaged', path, `could not be decoded: ${complaint}`);
  } finally {
    child.kill('SIGKILL');
  }
  const looser = toleratedSeconds * sample_rate;
  const promised = (format.frames ?? 0) - looser;
  if (frames > 0 && promised > frames)
    expectKept(path, {code: 'audio/damaged', promised: promised + looser, found: frames, sample_rate});
}

/** Containers read by ffmpeg state their length loosely. */
const toleratedSeconds = 0.5;

/** A file that is really a playlist must not make ffmpeg open other files or the network. */
const localFilesOnly = ['-protocol_whitelist', 'file,pipe'];

/**
 * Arguments are text, and names need not be: a file that cannot be named is opened here and handed over open. Only Linux has
 * such names, and there a program may open what it holds once more, so it can seek in it like in any file.
 */
function start(
  program: 'ffmpeg' | 'ffprobe',
  path: string,
  args: (input: string) => readonly string[],
): ChildProcess {
  if (isUtf8Path(path))
    return spawn(program, args(`file:${path}`), {stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true});
  const opened = openSync(fsPath(path), 'r');
  try {
    return spawn(program, args('file:/dev/fd/3'), {stdio: ['ignore', 'pipe', 'pipe', opened]});
  } finally {
    closeSync(opened);
  }
}

/** Exit status once the program has ended and its output is read; rejects with `audio/ffmpeg-missing`. */
function statusOf(child: ChildProcess, path: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', () =>
      reject(audioProblem('audio/ffmpeg-missing', path, 'needs the ffmpeg command, which was not found')),
    );
    child.on('close', resolve);
  });
}

async function collect(
  child: ChildProcess,
  path: string,
): Promise<{stdout: string; stderr: string; status: number | null}> {
  const [stdout, stderr, status] = await Promise.all([
    textOf(child.stdout!),
    textOf(child.stderr!),
    statusOf(child, path),
  ]);
  return {stdout, stderr, status};
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(0, 100_000);
  return text;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
