import {asWritten, isJsonObject, type Json} from '../base/json.js';

/** Latent frames that are compared at a time: five seconds. */
export const WINDOW_FRAMES = 125;

/** Where a clip is most like one of the songs it was trained on. */
export interface Nearest {
  readonly song: string;
  /** Highest zero-mean normalised cross-correlation of their latents over five seconds; 1 is the same music. */
  readonly similarity: number;
  /** Where these five seconds begin in the clip and in the song. */
  readonly clip_seconds: number;
  readonly song_seconds: number;
  /** What songs that are not among them, or else one of them and another, have in common so: their median. Null: nothing to compare. */
  readonly typical: number | null;
}

/** Below this nothing is a copy, however different the songs are from each other. */
const LEAST = 0.5;

/** Whether a clip repeats a song: it is nearer to being the same than to what different songs have in common. */
export function isMemorised({similarity, typical}: Pick<Nearest, 'similarity' | 'typical'>): boolean {
  return similarity >= Math.max(LEAST, (1 + (typical ?? 0)) / 2);
}

/** `like blues-2 at 1:04: 0.83, where different songs have 0.31`. */
export function nearestText({song, similarity, song_seconds, typical}: Nearest): string {
  const usual = typical === null ? '' : `, where different songs have ${typical.toFixed(2)}`;
  return `like ${song} at ${placeText(song_seconds)}: ${similarity.toFixed(2)}${usual}`;
}

/** What a clip's warning says. */
export function repeatsText(clip: string, nearest: Nearest): string {
  return `${clip} repeats a training song: ${nearestText(nearest)}`;
}

function placeText(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** As it was written; undefined where a clip was not compared. */
export function nearestIn(value: Json | undefined): Nearest | undefined {
  return isJsonObject(value) && typeof value.song === 'string' ? asWritten<Nearest>(value) : undefined;
}

/** A clip that a training made on its way, as its line in metrics.jsonl says. */
interface JudgedClip {
  readonly global_step: number;
  readonly strength: number;
  readonly nearest?: Nearest;
}

/** Of a training's newest clips: which songs they repeat, in words; empty where none does. */
export function memorisedText(clips: readonly JudgedClip[]): string {
  const made = clips.filter(({strength}) => strength !== 0);
  const last = Math.max(...made.map(({global_step}) => global_step));
  const songs = made.flatMap(({global_step, nearest}) =>
    global_step === last && nearest !== undefined && isMemorised(nearest) ? [nearest.song] : [],
  );
  return songs.length === 0 ? '' : `its clips repeat ${[...new Set(songs)].sort().join(', ')}`;
}
