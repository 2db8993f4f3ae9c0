import {statSync} from 'node:fs';

/**
 * The bundle of an entry of the compiled program (`scripts/bundle.mjs`), which starts in half the time, or else the module
 * itself: where there is no bundle, or where the compiler ran after it. `dist` is the folder of both, ending in a slash.
 */
export function bundledEntry(dist: URL, entry: {readonly bundle: string; readonly module: string}): URL {
  const bundle = new URL(entry.bundle, dist);
  const made = timeOf(bundle);
  const compiled = timeOf(new URL('.tsbuildinfo', dist)); // not in a package
  return made === undefined || (compiled !== undefined && compiled > made)
    ? new URL(entry.module, dist)
    : bundle;
}

function timeOf(file: URL): number | undefined {
  return statSync(file, {throwIfNoEntry: false})?.mtimeMs;
}
