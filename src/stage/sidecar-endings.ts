/** What the files beside `song.wav` that say something of it are called behind `song`; the more special one wins. */
export const sidecarEndings = ['.caption.txt', '.lyrics.txt', '.lrc', '.json', '.txt'] as const;
export type SidecarEnding = (typeof sidecarEndings)[number];
