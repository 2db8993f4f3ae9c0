import {existsSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {removeTree} from '../src/base/remove.js';

/**
 * An empty folder that is removed when the running test ends. `memory`: where the system has such a place, for tests that write
 * durably a thousand times and do not ask whether it lasts.
 */
export async function temporaryFolder(on: 'disk' | 'memory' = 'disk'): Promise<string> {
  const place = on === 'memory' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(place, 'sidestep-test-'));
  onTestFinished(() => removeTree(folder));
  return folder;
}
