import {wavFile} from '../src/format/wav-write.js';

const RATE = 24_000;

export interface MadeUpSong {
  /** Beats a minute. */
  readonly tempo: number;
  readonly seconds: number;
  /** Semitones above C of a major key; absent: drums alone. */
  readonly tonic?: number;
}

/** A WAV of a kick on every odd beat, a noise on every even one, a tick between them, and I-IV-V-I in bass and chords. */
export function madeUpSong({tempo, seconds, tonic}: MadeUpSong): Uint8Array {
  const sound = new Float32Array(Math.round(seconds * RATE));
  const add = (start: number, length: number, wave: (t: number) => number): void => {
    const first = Math.round(start * RATE);
    for (let i = 0; i < length * RATE && first + i < sound.length; i += 1)
      sound[first + i]! += wave(i / RATE);
  };
  let drawn = 1;
  const noise = (): number => {
    drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
    return drawn / 2 ** 31 - 1;
  };
  const note = (start: number, length: number, semitones: number, strength: number): void => {
    const hz = 261.6256 * 2 ** (semitones / 12);
    add(start, length, (t) => {
      const level = strength * Math.min(1, t / 0.006, (length - t) / 0.02);
      return level * (Math.sin(2 * Math.PI * hz * t) + 0.4 * Math.sin(4 * Math.PI * hz * t));
    });
  };
  const beat = 60 / tempo;
  for (let i = 0; i * beat < seconds; i += 1) {
    const at = 0.02 + i * beat;
    if (i % 2 === 0) add(at, 0.15, (t) => 0.6 * Math.exp(-20 * t) * Math.sin(2 * Math.PI * 60 * t));
    else add(at, 0.1, (t) => 0.3 * Math.exp(-30 * t) * noise());
    add(at + beat / 2, 0.03, (t) => 0.06 * Math.exp(-80 * t) * noise());
    if (tonic === undefined) continue;
    const root = tonic + [0, 5, 7, 0][Math.floor(i / 4) % 4]!;
    note(at, 0.9 * beat, root - 24, 0.2);
    for (const third of [0, 4, 7]) note(at, 0.7 * beat, root + third, 0.05);
  }
  return wavFile({channels: [sound, sound], sample_rate: RATE}, '16');
}
