import {type FileHandle, open} from 'node:fs/promises';
import {onTestFinished, vi} from 'vitest';
import type {FaultHook} from '../src/base/durable.js';

/** Writes down, until the test ends, the steps that `fault` hears of and every sync that really reaches the system. */
export async function syncSteps(): Promise<{readonly seen: string[]; readonly fault: FaultHook}> {
  const seen: string[] = [];
  const handle = await open('/', 'r');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const sync = prototype.sync;
  const spy = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
    seen.push((await this.stat()).isDirectory() ? 'folder synced' : 'file synced');
    return sync.call(this);
  });
  onTestFinished(() => spy.mockRestore());
  return {seen, fault: (step) => void seen.push(step)};
}
