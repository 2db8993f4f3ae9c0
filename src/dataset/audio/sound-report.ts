import type {DecodedSound, Planar} from './audio-format.js';
import {decodeAudio} from './decode.js';
import {HeardTime} from './heard-time.js';
import {probeAudio} from './probe.js';

/** What listening to a whole file tells; decided by its bytes alone, so it can be remembered by content hash. */
export interface SoundReport {
  /** Decoded length. */
  readonly seconds: number;
  readonly sample_rate: number;
  readonly channels: number;
  /** Largest absolute sample; 1 is full scale. */
  readonly peak: number;
  /** Share of samples in runs of three or more at full scale. */
  readonly clipped_share: number;
  /** Share of the tenth-of-a-second blocks that stay below -60 dBFS. */
  readonly quiet_share: number;
}

const fullScale = 0.9999;
const shortestClip = 3;
const quiet = 0.001; // -60 dBFS

/** Decodes a file from end to end, in bounded memory. Throws the decoders' `audio/*` problems. */
export async function listen(path: string, signal?: AbortSignal): Promise<SoundReport> {
  const format = await probeAudio(path);
  const meter = newMeter();
  for await (const sound of decodeAudio(path, format)) {
    signal?.throwIfAborted();
    feed(meter, sound);
    await nextTurn(); // the decoders are synchronous: let events and signals through
  }
  if (meter.inBlock > 0) closeBlock(meter);
  return {
    seconds: meter.time.seconds,
    sample_rate: format.sample_rate,
    channels: format.channels,
    peak: meter.peak,
    clipped_share: meter.samples === 0 ? 0 : meter.clipped / meter.samples,
    quiet_share: meter.blocks === 0 ? 1 : meter.quietBlocks / meter.blocks,
  };
}

interface Meter {
  readonly time: HeardTime;
  peak: number;
  clipped: number;
  /** Of all channels. */
  samples: number;
  /** Samples at full scale in a row, per channel. */
  runs: number[];
  blockPeak: number;
  inBlock: number;
  blocks: number;
  quietBlocks: number;
}

function newMeter(): Meter {
  return {
    time: new HeardTime(),
    peak: 0,
    clipped: 0,
    samples: 0,
    runs: [],
    blockPeak: 0,
    inBlock: 0,
    blocks: 0,
    quietBlocks: 0,
  };
}

function feed(meter: Meter, {planes, sample_rate}: DecodedSound): void {
  const frames = planes[0]!.length;
  const blockFrames = Math.max(1, Math.round(sample_rate / 10));
  for (let start = 0; start < frames; ) {
    const end = Math.min(frames, start + Math.max(1, blockFrames - meter.inBlock));
    meter.blockPeak = Math.max(meter.blockPeak, ...measureAll(meter, planes, {start, end}));
    meter.inBlock += end - start;
    if (meter.inBlock >= blockFrames) closeBlock(meter);
    start = end;
  }
  meter.time.add(frames, sample_rate);
  meter.samples += frames * planes.length;
}

function measureAll(meter: Meter, planes: Planar, {start, end}: {start: number; end: number}): number[] {
  return planes.map((samples, channel) => measure(meter, channel, samples.subarray(start, end)));
}

/** Counts clipped runs and gives the largest absolute sample. */
function measure(meter: Meter, channel: number, samples: Float32Array): number {
  let peak = 0;
  let run = meter.runs[channel] ?? 0;
  for (let i = 0; i < samples.length; i += 1) {
    const size = Math.abs(samples[i]!);
    if (size > peak) peak = size;
    run = size >= fullScale ? run + 1 : 0;
    if (run === shortestClip) meter.clipped += shortestClip;
    else if (run > shortestClip) meter.clipped += 1;
  }
  meter.runs[channel] = run;
  return peak;
}

function closeBlock(meter: Meter): void {
  meter.blocks += 1;
  if (meter.blockPeak < quiet) meter.quietBlocks += 1;
  meter.peak = Math.max(meter.peak, meter.blockPeak);
  meter.blockPeak = 0;
  meter.inBlock = 0;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
