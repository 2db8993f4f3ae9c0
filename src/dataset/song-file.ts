/** How a song's name is like the one that an entry gives: equal, but for case, or but for its ending too. */
export type NameLikeness = 'same' | 'case' | 'ending';

/** A song on disk, as entries are matched to it. */
export interface SongFile {
  /** Absolute. */
  readonly path: string;
  /** Below the audio folder, with `/`; `undefined` for a song from outside. */
  readonly relative?: string;
}
