import {audioProblem} from './audio-format.js';

/** Sound that may be missing at the end of a file without a warning: encoders count loosely, copies lose a few bytes. */
const graceSeconds = 0.05;

/** Audio samples per channel that a header promises and that are there. */
export interface Promised {
  readonly promised: number;
  readonly found: number;
  readonly sample_rate: number;
}

/** Whether so much is missing that somebody lost sound. What is there beyond a promise is no damage. */
export function isBroken({promised, found, sample_rate}: Promised): boolean {
  return promised - found > graceSeconds * sample_rate;
}

/** Throws `audio/truncated` (sound behind the end of the file) or `audio/damaged` (sound that does not decode). */
export function expectKept(
  path: string,
  promise: Promised & {readonly code: 'audio/truncated' | 'audio/damaged'},
): void {
  if (!isBroken(promise)) return;
  const seconds = (samples: number) => `${(samples / promise.sample_rate).toFixed(2)} s`;
  const found = promise.code === 'audio/truncated' ? 'are there' : 'could be decoded';
  throw audioProblem(
    promise.code,
    path,
    `promises ${seconds(promise.promised)} of sound but ${seconds(promise.found)} ${found}`,
  );
}

/** Sizes that programs invent when they write to a pipe: SoX' 0x7f000000, and the largest of 31 and of 32 bits. */
const inventedSizes = [0x7f00_0000, 2 ** 31, 2 ** 32];
/** They take header sizes off, round down to whole blocks, or add a header. */
const aroundInvented = 65_536;

/** Whether a size in bytes is one of those; only to be asked where the file does not bear it out. */
export function isInvented(stated: number, left: number): boolean {
  return stated - left >= 2 ** 31 || inventedSizes.some((size) => Math.abs(stated - size) <= aroundInvented);
}
