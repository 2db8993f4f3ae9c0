/** Where the program of a rank is, as seen from a module of this folder and from the bundle of workers alike. */
export const rankProgram = new URL('../worker/rank-main.js', import.meta.url);
