import fs, {type NoParamCallback} from 'node:fs';
import {onTestFinished, vi} from 'vitest';
import type {FaultHook} from '../src/base/durable.js';

/** Writes down, until the test ends, the steps that `fault` hears of and every sync that really reaches the system. */
export function syncSteps(): {readonly seen: string[]; readonly fault: FaultHook} {
  const seen: string[] = [];
  const {fsync} = fs;
  const spy = vi.spyOn(fs, 'fsync').mockImplementation((fd: number, done: NoParamCallback) => {
    seen.push(fs.fstatSync(fd).isDirectory() ? 'folder synced' : 'file synced');
    fsync(fd, done);
  });
  onTestFinished(() => spy.mockRestore());
  return {seen, fault: (step) => void seen.push(step)};
}
