/**
 * Whether somebody on another machine still lives, told from a sign that changes with every beat of theirs. Clocks of two
 * machines may differ by minutes, and those of file servers too, so that no time that was written down says anything: a sign
 * is watched, and only the watcher's own clock counts, one that no one sets and that stands still while it sleeps.
 */
export type Pulse =
  /** It was seen to change. */
  | 'beating'
  /** Not watched for long enough yet: it counts as alive. */
  | 'unsure'
  /** Watched for too long without a change. */
  | 'none';

/** Milliseconds of this process's own clock. */
export type Clock = () => number;

export const monotonic: Clock = () => performance.now();

/** Beats that may be missed in a row: a slow disk or a short sleep is no death. */
export const SILENT_FOR_BEATS = 6;

interface Sighting {
  readonly sign: string;
  /** When it was first seen so, by our clock. */
  readonly since: number;
  readonly changed: boolean;
}

/** What this process has seen of others' signs, by path. */
const seen = new Map<string, Sighting>();

/** Looks once more at a sign that was just read. */
export function pulseOf(
  path: string,
  sign: string,
  {silent_after_ms, now}: {readonly silent_after_ms: number; readonly now: number},
): Pulse {
  const before = seen.get(path);
  if (before?.sign !== sign) {
    seen.set(path, {sign, since: now, changed: before !== undefined});
    return before === undefined ? 'unsure' : 'beating';
  }
  if (now - before.since >= silent_after_ms) return 'none';
  return before.changed ? 'beating' : 'unsure';
}
