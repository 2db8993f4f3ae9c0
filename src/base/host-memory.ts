import {totalmem} from 'node:os';

/** Bytes of memory of this machine, or what its container may use of them. */
export function hostMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
