import {execFile} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {decodeAudio} from '../../../src/dataset/audio/decode.js';
import {probeAudio} from '../../../src/dataset/audio/probe.js';

const run = promisify(execFile);

/** Decoded sound with what is compared of it: its first two channels, mono in both. */
export interface Heard {
  readonly seconds: number;
  /** Channels of the first piece. */
  readonly channels: number;
  /** One after the other where the rate changes. */
  readonly parts: readonly HeardPart[];
}

export interface HeardPart {
  readonly sample_rate: number;
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** The file as the product decodes it. */
export async function ours(path: string): Promise<Heard> {
  const parts: {sample_rate: number; left: Float32Array[]; right: Float32Array[]}[] = [];
  let channels: number | undefined;
  for await (const {sample_rate, planes} of decodeAudio(path, await probeAudio(path))) {
    channels ??= planes.length;
    if (parts.at(-1)?.sample_rate !== sample_rate) parts.push({sample_rate, left: [], right: []});
    parts.at(-1)!.left.push(planes[0]!.slice());
    parts.at(-1)!.right.push((planes[1] ?? planes[0]!).slice());
  }
  const whole = parts.map(({sample_rate, left, right}) => ({
    sample_rate,
    left: concat(left),
    right: concat(right),
  }));
  return {channels: channels ?? 0, parts: whole, seconds: secondsOf(whole)};
}

const judged = new Map<string, Promise<Heard>>();

/** The file as ffmpeg decodes it, every channel as it is. */
export function ffmpegs(path: string): Promise<Heard> {
  const known = judged.get(path) ?? decodeByFfmpeg(path);
  judged.set(path, known);
  return known;
}

async function decodeByFfmpeg(path: string): Promise<Heard> {
  const decode = ['-v', 'error', '-i', path, '-map', '0:a:0', '-f', 'wav', '-c:a', 'pcm_f32le', '-'];
  const {stdout} = await run('ffmpeg', decode, {encoding: 'buffer', maxBuffer: 2 ** 28});
  const fmt = stdout.indexOf('fmt ') + 8;
  const [channels, sample_rate] = [stdout.readUInt16LE(fmt + 2), stdout.readUInt32LE(fmt + 4)];
  const all = new Float32Array(Uint8Array.from(stdout.subarray(stdout.indexOf('data') + 8)).buffer);
  const channel = (index: number) =>
    Float32Array.from({length: Math.floor(all.length / channels)}, (_, i) => all[i * channels + index]!);
  const part = {sample_rate, left: channel(0), right: channel(channels > 1 ? 1 : 0)};
  return {channels, parts: [part], seconds: secondsOf([part])};
}

function secondsOf(parts: readonly HeardPart[]): number {
  return parts.reduce((sum, {left, sample_rate}) => sum + left.length / sample_rate, 0);
}

function concat(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Root of the mean square, and the largest sample, in dBFS. */
export function levels(samples: Float32Array): {readonly rms: number; readonly peak: number} {
  let energy = 0;
  let peak = 0;
  for (const sample of samples) {
    energy += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return {rms: 10 * Math.log10(energy / samples.length), peak: 20 * Math.log10(peak)};
}

/** Decibels of the wanted sound over the difference, as far as both go. */
export function likeness(got: Float32Array, wanted: Float32Array): number {
  let signal = 0;
  let noise = 1e-12;
  for (let i = 0; i < Math.min(got.length, wanted.length); i += 1) {
    signal += wanted[i]! ** 2;
    noise += (got[i]! - wanted[i]!) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

/** A folder in which songs are made by the programs that people use. */
export class Studio {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async save(name: string, bytes: Uint8Array): Promise<string> {
    await writeFile(this.path(name), bytes);
    return this.path(name);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  /** A shell line in the folder, so that real pipes are between programs. */
  async sh(line: string): Promise<void> {
    await run('bash', ['-euo', 'pipefail', '-c', line], {cwd: this.folder});
  }
}
