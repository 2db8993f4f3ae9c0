/**
 * The compiled program of a thread that listens to songs. Named here, not in the folder that starts it: bundles are one folder
 * below dist/ as this module does, so that the path is right from both.
 */
export const listeningThread = new URL('../dataset/audio/listening-thread.js', import.meta.url);
