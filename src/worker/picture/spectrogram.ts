import {type Picture, pngFile} from '../../format/png.js';
import type {WavSound} from '../../format/wav-write.js';

/** Samples of one spectrum: 43 ms at 48 kHz. */
const WINDOW = 2048;
const WIDTH = 640;
const HEIGHT = 160;
/** Lowest and highest frequency shown, in hertz; rows are spaced by octaves, as pitch is heard. */
const LOWEST = 40;
const HIGHEST = 20_000;
/** What is this far below a full-scale tone is black, in decibels. */
const RANGE_DB = 90;

/**
 * What a clip sounds like, as a PNG: time from left to right, pitch upwards, loudness as colour. Spectra of Hann windows of the
 * mean of all channels; between two columns nothing is left out, each shows the loudest of its windows.
 */
export function spectrogram(sound: WavSound): Uint8Array {
  const mono = mixed(sound.channels);
  const hop = WINDOW / 2;
  const windows = Math.max(1, Math.floor((mono.length - WINDOW) / hop) + 1); // half a window would sound like a click
  const width = Math.min(WIDTH, Math.max(1, windows));
  const points = new Uint8Array(width * HEIGHT);
  const bands = bandsOf(sound.sample_rate);
  const power = new Float64Array(WINDOW / 2 + 1);
  for (let index = 0; index < windows; index++) {
    powerSpectrum(mono, index * hop, power);
    const x = Math.floor((index * width) / windows);
    for (const [row, band] of bands.entries()) {
      const at = (HEIGHT - 1 - row) * width + x;
      points[at] = Math.max(points[at]!, shade(power, band));
    }
  }
  const picture: Picture = {width, height: HEIGHT, points, palette: PALETTE};
  return pngFile(picture);
}

function mixed(channels: readonly Float32Array[]): Float64Array {
  const [first] = channels as [Float32Array];
  const sum = new Float64Array(first.length);
  for (const channel of channels)
    for (let t = 0; t < sum.length; t++) sum[t]! += channel[t]! / channels.length;
  return sum;
}

interface Band {
  readonly from: number;
  readonly to: number;
}

/** Bins of each row, from the lowest up. */
function bandsOf(sampleRate: number): Band[] {
  const highest = Math.min(HIGHEST, sampleRate / 2);
  const edge = (row: number) => LOWEST * (highest / LOWEST) ** (row / HEIGHT);
  return Array.from({length: HEIGHT}, (_, row) => {
    const from = Math.floor((edge(row) * WINDOW) / sampleRate);
    return {from, to: Math.max(from + 1, Math.floor((edge(row + 1) * WINDOW) / sampleRate))};
  });
}

/** The loudest bin of a band, 0 to 255. */
function shade(power: Float64Array, {from, to}: Band): number {
  let most = 0;
  for (let bin = from; bin < to && bin < power.length; bin++) most = Math.max(most, power[bin]!);
  const decibels = 10 * Math.log10(most + 1e-30);
  return Math.max(0, Math.min(255, Math.round(255 * (1 + decibels / RANGE_DB))));
}

const HANN = Float64Array.from({length: WINDOW}, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
const real = new Float64Array(WINDOW);
const imaginary = new Float64Array(WINDOW);

/** |X(f)|² of one window, scaled so that a full-scale sine has 1; beyond the end there is silence. */
function powerSpectrum(samples: Float64Array, start: number, power: Float64Array): void {
  for (let i = 0; i < WINDOW; i++) {
    real[i] = (samples[start + i] ?? 0) * HANN[i]!;
    imaginary[i] = 0;
  }
  transform(real, imaginary);
  const scale = (4 / WINDOW) ** 2; // half of the window's sum is a quarter of its length
  for (let bin = 0; bin < power.length; bin++) power[bin] = scale * (real[bin]! ** 2 + imaginary[bin]! ** 2);
}

/** Fast Fourier transform in place, radix 2 (Cooley and Tukey 1965). */
function transform(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      for (let i = k; i < n; i += size) {
        const j = i + size / 2;
        const x = re[j]! * c - im[j]! * s;
        const y = re[j]! * s + im[j]! * c;
        re[j] = re[i]! - x;
        im[j] = im[i]! - y;
        re[i]! += x;
        im[i]! += y;
      }
    }
  }
}

/** Black over violet and orange to a pale yellow: even steps of loudness look like even steps, also to the colour-blind. */
const STOPS = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
] as const;

const PALETTE: Picture['palette'] = Array.from({length: 256}, (_, i) => {
  const at = (i / 255) * (STOPS.length - 1);
  const low = Math.min(STOPS.length - 2, Math.floor(at));
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(STOPS[low]![channel] + (at - low) * (STOPS[low + 1]![channel] - STOPS[low]![channel]));
  return [mix(0), mix(1), mix(2)];
});
