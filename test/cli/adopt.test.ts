import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const pipeline = `sidestep: 1
stages:
  slow:
    uses: command
    checks: {out: {min_bytes: 4}}
    with: {argv: [sh, -c, "touch ran; echo made > $0", "\${outputs.out}"], outputs: {out: out.txt}}
  after:
    uses: command
    with: {argv: [sh, -c, "cat $0 $0 > $1", "\${inputs.in}", "\${outputs.out}"], inputs: {in: "\${stages.slow}"}, outputs: {out: two.txt}}
`;

test('files that are there become a stage’s result, and that is said wherever it is used', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'mine.txt': 'mine\n', 'short.txt': 'x'});
  const short = await folder.run(['adopt', 'slow', 'short.txt']);
  expect(short.code).not.toBe(0);
  expect(short.stderr).toMatch(/run\/output-check-failed/);
  expect((await folder.run(['adopt', 'after', 'mine.txt'])).stderr).toMatch(/adopt\/inputs-missing/);
  const taken = await folder.run(['adopt', 'slow', 'mine.txt', '--json']);
  expect(documentOf(taken.stdout, 'adopt')).toMatchObject({stage: 'slow', outputs: ['out']});
  folder.write('mine.txt', 'other\n'); // the cache has its own copy
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  expect(ran.stdout + ran.stderr).toMatch(
    /The outputs of slow were adopted on \d{4}-\d\d-\d\d.*\[run\/adopted\]/,
  );
  folder.write('two.txt', 'mine\nmine\n');
  const {stdout} = await folder.run(['lineage', 'two.txt']);
  expect(stdout).toMatch(/slow \(command, adopted\)/);
  const again = await folder.run(['adopt', 'slow', 'mine.txt']);
  expect(again).toMatchObject({code: 2, stderr: expect.stringMatching(/adopt\/there-already/)});
  const forced = await folder.run(['run', '--plain', '--force', 'slow']);
  expect(forced.code, forced.stdout + forced.stderr).toBe(0);
  expect(folder.read('ran')).toBe('');
  expect((await folder.run(['run', '--plain'])).stdout).not.toContain('adopted');
});
