import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const pipeline = `sidestep: 1
stages:
  first:
    uses: command
    with: {argv: [sh, -c, "mkdir -p $1; sed s/a/b/ $0 > $1/b.txt", "\${inputs.song}", "\${outputs.dir}"], inputs: {song: song.txt}, outputs: {dir: dir}}
  second:
    uses: command
    with: {argv: [sh, -c, "cat $0/b.txt $0/b.txt > $1", "\${inputs.dir}", "\${outputs.out}"], inputs: {dir: "\${stages.first}"}, outputs: {out: out.txt}}
  other:
    uses: command
    with: {argv: [sh, -c, "echo other > $0", "\${outputs.out}"], outputs: {out: out.txt}}
`;

interface Lineage {
  readonly made_by: readonly {readonly stage: string; readonly distance: number}[];
  readonly made_of_it: readonly {readonly stage: string; readonly distance: number}[];
}

test('a file is found by what is in it: who made it, from what, and what was made of it', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline,
    'song.txt': 'banana\n',
    'anywhere/copy.txt': 'bbnana\n', // what `first` leaves within its folder
    'result.txt': 'bbnana\nbbnana\n',
    'strange.txt': 'no one made this',
  });
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const of = async (file: string) => {
    const {stdout} = await folder.run(['lineage', file, '--json']);
    const {made_by, made_of_it} = documentOf(stdout, 'lineage') as unknown as Lineage;
    const short = (members: Lineage['made_by']) => members.map(({stage, distance}) => `${stage} ${distance}`);
    return {made_by: short(made_by), made_of_it: short(made_of_it)};
  };
  expect(await of('song.txt')).toEqual({made_by: [], made_of_it: ['first 1', 'second 2']});
  expect(await of('anywhere')).toEqual({made_by: ['first 1'], made_of_it: ['second 1']});
  expect(await of('result.txt')).toEqual({made_by: ['second 1', 'first 2'], made_of_it: []});
  expect(await of('strange.txt')).toEqual({made_by: [], made_of_it: []});
  const {stdout} = await folder.run(['lineage', 'result.txt']);
  expect(stdout).toMatch(
    /^result\.txt .*\nMade by\n {2}second \(command\) .*run \S+ .*\n {4}first \(command\)/,
  );
  expect(stdout).toContain('Nothing in the cache was made of it.');
  expect(await folder.run(['lineage', 'nowhere'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/file\/missing/),
  });
});
