import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {isFileError} from '../../base/durable.js';
import {type Problem, SidestepError} from '../../base/problem.js';
import {removeFile} from '../../base/remove.js';
import {writeFile} from '../../base/write-file.js';
import {type SampleBits, wavFile} from '../../format/wav-write.js';

/** The VAE's rate. */
export const SAMPLE_RATE = 48_000;

export interface ClipFormat {
  readonly format: 'wav' | 'flac';
  readonly bits: SampleBits;
}

/** What a listener should know of a clip apart from its sound. */
export interface Loudness {
  /** Largest amplitude the model made; above 1 is beyond full scale. */
  readonly peak: number;
  /** What the samples were multiplied by so that they fit; 1: nothing was changed. */
  readonly gain: number;
}

export interface WrittenClip extends Loudness {
  /** What the file holds, before its samples were rounded. */
  readonly channels: readonly Float32Array[];
}

/**
 * Writes a clip. Integers end at full scale: sound beyond it is made quieter as a whole, as upstream's inference does, and the
 * gain is told. Throws `generate/nonfinite`, `generate/no-ffmpeg`.
 */
export async function writeClip(
  path: string,
  channels: readonly Float32Array[],
  {format, bits}: ClipFormat,
): Promise<WrittenClip> {
  const peak = peakOf(channels);
  const gain = bits !== 'float' && peak > 1 ? 1 / peak : 1;
  const scaled = gain === 1 ? channels : channels.map((channel) => channel.map((value) => value * gain));
  const bytes = wavFile({channels: scaled, sample_rate: SAMPLE_RATE}, bits);
  if (format === 'wav') await writeFile(path, bytes);
  else await writeFlac(path, bytes, bits);
  return {peak, gain, channels: scaled};
}

function peakOf(channels: readonly Float32Array[]): number {
  let peak = 0;
  for (const channel of channels) {
    for (const value of channel) {
      if (!Number.isFinite(value)) throw nonfinite();
      peak = Math.max(peak, Math.abs(value));
    }
  }
  return peak;
}

/** Pure: what to say of a clip that did not fit; undefined when it did. */
export function loudnessProblem(clip: string, {peak, gain}: Loudness, bits: SampleBits): Problem | undefined {
  if (peak <= 1) return undefined;
  const over = `${clip} goes ${decibels(peak)} dB beyond full scale`;
  return {
    code: 'generate/beyond-full-scale',
    message:
      gain === 1 ? `${over}; players will cut it there` : `${over} and was made ${decibels(peak)} dB quieter`,
    hint:
      bits === 'float'
        ? 'Turn it down before playing.'
        : 'Compare clips at equal loudness; `bits: float` keeps it as the model made it.',
  };
}

function decibels(ratio: number): string {
  return (20 * Math.log10(ratio)).toFixed(1);
}

async function writeFlac(path: string, wave: Uint8Array, bits: SampleBits): Promise<void> {
  const temporary = `${path}.wav`;
  await writeFile(temporary, wave);
  try {
    await ffmpeg([
      ...['-v', 'error', '-nostdin', '-y', '-i', `file:${temporary}`, '-map_metadata', '-1'],
      ...['-fflags', '+bitexact', '-flags:a', '+bitexact', '-c:a', 'flac'],
      ...[
        '-sample_fmt',
        bits === '24' ? 's32' : 's16',
        '-bits_per_raw_sample',
        bits,
        '-f',
        'flac',
        `file:${path}`,
      ],
    ]);
  } finally {
    await removeFile(temporary);
  }
}

async function ffmpeg(args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', args, {stdio: ['ignore', 'ignore', 'pipe']});
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
  });
  const [status] = (await once(child, 'close').catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) throw noFfmpeg();
    throw error;
  })) as [number | null];
  if (status !== 0)
    throw new SidestepError({
      code: 'generate/ffmpeg-failed',
      message: `ffmpeg could not write FLAC: ${complaints.trim()}`,
    });
}

/** Before anything is computed: a clip that cannot be written was made for nothing. Throws `generate/no-ffmpeg`. */
export async function expectEncoder({format}: ClipFormat): Promise<void> {
  if (format === 'flac') await ffmpeg(['-v', 'error', '-version']);
}

function noFfmpeg(): SidestepError {
  return new SidestepError({
    code: 'generate/no-ffmpeg',
    message: 'FLAC is written by ffmpeg, and there is none on the PATH',
    hint: 'Install ffmpeg, or write `format: wav`.',
  });
}

function nonfinite(): SidestepError {
  return new SidestepError({
    code: 'generate/nonfinite',
    message: 'The model made values that are no finite numbers',
    hint: 'The adapter may have diverged: listen to an earlier checkpoint, or lower the strength. With `precision: f16` large values overflow.',
  });
}
