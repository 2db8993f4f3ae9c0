import {rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: said
vars: {word: hello}
stages:
  greet:
    uses: command
    with: {argv: [sh, -c, 'echo "$0"; echo done > "$1"', "\${vars.word}", "\${outputs.o}"], outputs: {o: o}}
`;

test('what a stage from the cache said is shown from the run that made it', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect((await folder.run(['run'])).code).toBe(0);
  const own = await folder.run(['logs', 'greet']);
  expect(own).toMatchObject({stdout: 'hello\n', stderr: ''});
  expect((await folder.run(['run', '--set', 'vars.word=other'])).code).toBe(0); // said something else of that name
  expect((await folder.run(['run'])).code).toBe(0);
  const again = await folder.run(['logs', 'greet']);
  expect(again.stdout).toBe('hello\n');
  expect(again.stderr).toMatch(
    /^greet came from the cache; what follows is of run \d{8}-\S+, which made it\n$/,
  );
});

test('where that record is gone, it says so', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  expect((await folder.run(['run'])).code).toBe(0);
  rmSync(folder.file('.sidestep/runs'), {recursive: true});
  expect((await folder.run(['run'])).code).toBe(0);
  expect(await folder.run(['logs', 'greet'])).toMatchObject({
    stdout: '',
    stderr: expect.stringContaining('greet said nothing'),
  });
});
