import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, onTestFinished, test} from 'vitest';
import {onlyEndedRemain} from '../../../src/run/light/process-group.js';

/** Bash's group, and that of what it has started and never collects: it ends once bash, which would, has become `sleep`. */
async function groups(): Promise<{readonly living: number; readonly ended: number}> {
  const ends = 'until [ "$(cat /proc/$$/comm)" = sleep ]; do sleep 0.01; done';
  const words = ['-c', `set -m; { ${ends}; } & echo $!; exec sleep 300`];
  const parent = spawn('bash', words, {detached: true, stdio: ['ignore', 'pipe', 'ignore']});
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout.setEncoding('utf8'), 'data');
  return {living: parent.pid!, ended: Number(line)};
}

test.runIf(process.platform === 'linux')(
  'a group of which only ended processes remain still takes signals, and is told from one that lives',
  async () => {
    const {living, ended} = await groups();
    await expect.poll(() => onlyEndedRemain(ended)).toBe(true);
    expect(process.kill(-ended, 0)).toBe(true);
    expect(onlyEndedRemain(living)).toBe(false);
  },
);

test('a group that is not there has nothing left', () => {
  expect(onlyEndedRemain(2 ** 22 + 1)).toBe(false); // beyond the largest process number
});
