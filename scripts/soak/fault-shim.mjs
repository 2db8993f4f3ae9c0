// Builds fault-shim.c, which makes system calls fail.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const source = fileURLToPath(new URL('fault-shim.c', import.meta.url));

/** `{kind: 'built', path}`, or why there is none in words. */
export function buildShim() {
  if (process.platform !== 'linux')
    return {kind: 'none', reason: 'the shim needs LD_PRELOAD, which is of Linux.'};
  const path = join(mkdtempSync(join(tmpdir(), 'sidestep-soak-shim-')), 'fault-shim.so');
  const {error, status, stderr} = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', path, source, '-ldl'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return {kind: 'none', reason: 'there is no C compiler (cc).'};
  if (status !== 0) return {kind: 'none', reason: `cc could not compile the shim: ${stderr.trim()}`};
  return {kind: 'built', path, remove: () => rmSync(dirname(path), {recursive: true})};
}
