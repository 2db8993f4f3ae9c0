import type {Planar} from './audio-format.js';
import {decodeAudio} from './decode.js';
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
  const meter = newMeter(Math.max(1, Math.round(format.sample_rate / 10)));
  for await (const chunk of decodeAudio(path, format)) {
    signal?.throwIfAborted();
    feed(meter, chunk);
    await nextTurn(); // the decoders are synchronous: let events and signals through
  }
  if (meter.inBlock > 0) closeBlock(meter);
  return {
    seconds: meter.frames / format.sample_rate,
    sample_rate: format.sample_rate,
    channels: format.channels,
    peak: meter.peak,
    clipped_share: meter.frames === 0 ? 0 : meter.clipped / (meter.frames * meter.runs.length),
    quiet_share: meter.blocks === 0 ? 1 : meter.quietBlocks / meter.blocks,
  };
}

interface Meter {
  readonly blockFrames: number;
  frames: number;
  peak: number;
  clipped: number;
  /** Samples at full scale in a row, per channel. */
  runs: number[];
  blockPeak: number;
  inBlock: number;
  blocks: number;
  quietBlocks: number;
}

function newMeter(blockFrames: number): Meter {
  return {
    blockFrames,
    frames: 0,
    peak: 0,
    clipped: 0,
    runs: [],
    blockPeak: 0,
    inBlock: 0,
    blocks: 0,
    quietBlocks: 0,
  };
}

function feed(meter: Meter, chunk: Planar): void {
  const frames = chunk[0]!.length;
  for (let start = 0; start < frames; ) {
    const end = Math.min(frames, start + meter.blockFrames - meter.inBlock);
    for (const [channel, samples] of chunk.entries()) {
      meter.blockPeak = Math.max(meter.blockPeak, measure(meter, channel, samples.subarray(start, end)));
    }
    meter.inBlock += end - start;
    if (meter.inBlock === meter.blockFrames) closeBlock(meter);
    start = end;
  }
  meter.frames += frames;
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
