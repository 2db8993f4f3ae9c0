import {appendFileSync, chmodSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {documentOf, Folder, linesOf} from './sidestep.js';

/** `a` counts its runs in the file `ran`, `b` reads what it wrote. */
const pipeline = `sidestep: 1
name: demo
vars: {word: hello}
stages:
  a:
    uses: command
    with:
      argv: [sh, -c, "echo a >> ran; cat \${inputs.x} > \${outputs.o}; echo \${vars.word} >> \${outputs.o}"]
      inputs: {x: ./x.txt}
      outputs: {o: o.txt}
  b:
    uses: command
    with: {argv: [sh, -c, "echo b >> ran; cp \${inputs.x} \${outputs.o}"], inputs: {x: "\${stages.a}"}, outputs: {o: o.txt}}
`;

function demo(text = pipeline): Folder {
  return new Folder({'pipeline.yaml': text, 'x.txt': 'one\n'});
}

function ran(folder: Folder): string {
  return existsSync(folder.file('ran')) ? folder.read('ran').replaceAll('\n', '') : '';
}

test('a run runs, the next one has nothing to do, an edit redoes what it reaches', async () => {
  const folder = demo();
  const first = await folder.run(['run']);
  expect(first.code).toBe(0);
  expect(first.stdout).toContain('2 ran');
  const second = await folder.run(['run']);
  expect(second.stdout).toMatch(/^Nothing to do: everything is up to date/);
  expect(ran(folder)).toBe('ab');
  folder.write('x.txt', 'two\n');
  expect((await folder.run(['run'])).stdout).toContain('2 ran');
  expect(ran(folder)).toBe('abab');
});

test('events as JSON lines fit their schema, and nothing else is on stdout', async () => {
  const folder = demo();
  const {code, stdout, stderr} = await folder.run(['run', '--json']);
  expect({code, stderr}).toEqual({code: 0, stderr: ''});
  const kinds = linesOf(stdout, 'run').map(({kind}) => kind);
  expect(kinds[0]).toBe('run_started');
  expect(kinds.at(-1)).toBe('run_finished');
  expect(kinds.filter((kind) => kind === 'stage_finished')).toHaveLength(2);
});

test('a wrong file: all problems at once with their places, exit code 2, nothing ran', async () => {
  const folder = demo(
    pipeline.replace('name: demo', 'nam: demo').replace('./x.txt', './x.txt}\n      typo: 1 #'),
  );
  const people = await folder.run(['run']);
  expect(people).toMatchObject({code: 2, stdout: ''});
  expect(people.stderr).toMatch(/pipeline\.yaml:2:1 /);
  expect(people.stderr).toContain('typo');
  expect(ran(folder)).toBe('');
  const programs = await folder.run(['run', '--json']);
  expect(programs).toMatchObject({code: 2, stderr: ''});
  const {problems} = documentOf(programs.stdout, 'problems') as {problems: {position: object}[]};
  expect(problems.length).toBeGreaterThan(1);
  expect(problems.every(({position}) => position !== undefined)).toBe(true);
});

test('a failing stage: exit code 1, told once with the path of its log, what needs it does not run', async () => {
  const folder = demo(pipeline.replace('echo a >> ran;', 'echo oh no >&2; exit 7;'));
  const {code, stdout, stderr} = await folder.run(['run']);
  expect(code).toBe(1);
  expect(stderr.match(/exit code 7/g)).toHaveLength(1);
  const log = /log: (.*)$/m.exec(stderr)?.[1];
  expect(readFileSync(log!, 'utf8')).toContain('oh no');
  expect(stdout).toContain('1 failed, 1 blocked');
  expect(ran(folder)).toBe('');
});

test('--keep-going still runs what does not depend on the failure', async () => {
  const text = `${pipeline}  broken: {uses: command, with: {argv: ["false"]}}
  late: {uses: command, needs: [b], with: {argv: [sh, -c, "echo late >> ran"]}}
`;
  const folder = demo(text.replace('echo a >> ran', 'sleep 0.5; echo a >> ran'));
  expect((await folder.run(['run', '--keep-going'])).code).toBe(1);
  expect(ran(folder)).toBe('ablate');
});

test('--set, --only, --from and --force choose', async () => {
  const folder = demo();
  await folder.run(['run', '--only', 'a']);
  expect(ran(folder)).toBe('a');
  await folder.run(['run', '--set', 'vars.word=bye']);
  expect(ran(folder)).toBe('aab');
  await folder.run(['run', '--set', 'vars.word=bye', '--force', 'b']);
  expect(ran(folder)).toBe('aabb');
  await folder.run(['run', '--set', 'vars.word=bye', '--from', 'a']);
  expect(ran(folder)).toBe('aabbab');
  await folder.run(['run', '--set', 'vars.word=bye', '--force']);
  expect(ran(folder)).toBe('aabbabab');
  expect(await folder.run(['run', '--only', 'c'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('unknown-stage'),
  });
  expect(await folder.run(['run', '--jobs', '0'])).toMatchObject({code: 2});
});

test('--only takes along what a stage reads, and what it waits for', async () => {
  const folder =
    demo(`${pipeline}  late: {uses: command, needs: [b], with: {argv: [sh, -c, "echo late >> ran"]}}
  other: {uses: command, with: {argv: [sh, -c, "echo other >> ran"]}}
`);
  await folder.run(['run', '--only', 'late']);
  expect(ran(folder)).toBe('ablate');
});

test('--jobs 1, or the setting, is one stage at a time', async () => {
  const alone = (name: string) =>
    `  ${name}: {uses: command, with: {argv: [sh, -c, "mkdir lock && sleep 0.3 && rmdir lock", ${name}], working_dir: .}}\n`;
  const folder = demo(`sidestep: 1\nstages:\n${['a', 'b', 'c'].map(alone).join('')}`);
  expect(await folder.run(['run', '--force', '--jobs', '1'])).toMatchObject({code: 0});
  folder.write('.config/settings.yaml', 'sidestep: 1\njobs: 1\n');
  expect(await folder.run(['run', '--force'])).toMatchObject({code: 0});
  expect(await folder.run(['run', '--force', '--jobs', '3'])).toMatchObject({code: 1});
});

test('--dry-run prints the plan and leaves nothing behind', async () => {
  const folder = demo();
  const {code, stdout} = await folder.run(['run', '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toContain('2 to run');
  expect(existsSync(folder.file('pipeline.lock.yaml'))).toBe(false);
  expect(documentOf((await folder.run(['run', '--dry-run', '--json'])).stdout, 'plan')).toMatchObject({
    up_to_date: false,
  });
});

test('--frozen: refuses before anything runs, with exit code 3; a faithful checkout passes', async () => {
  const folder = demo();
  expect(await folder.run(['run', '--frozen'])).toMatchObject({code: 3, stdout: ''});
  expect(ran(folder)).toBe('');
  await folder.run(['run']);
  expect(await folder.run(['run', '--frozen'])).toMatchObject({code: 0});
  const refused = await folder.run(['run', '--frozen', '--set', 'vars.word=bye']);
  expect(refused).toMatchObject({code: 3, stderr: expect.stringContaining('run/frozen-differs')});
  const elsewhere = new Folder({
    'pipeline.yaml': pipeline,
    'x.txt': 'one\n',
    'pipeline.lock.yaml': folder.read('pipeline.lock.yaml'),
  });
  expect(await elsewhere.run(['run', '--frozen'])).toMatchObject({code: 0});
  expect(ran(elsewhere)).toBe('ab');
});

test('--frozen refuses a stage that the lock file has and the pipeline has not', async () => {
  const folder = demo();
  await folder.run(['run']);
  folder.write('pipeline.yaml', pipeline.slice(0, pipeline.indexOf('  b:')));
  const refused = await folder.run(['run', '--frozen']);
  expect(refused).toMatchObject({code: 3, stderr: expect.stringContaining('has a stage b')});
});

test('status --check says with exit code 3 that something is stale', async () => {
  const folder = demo();
  expect(await folder.run(['status', '--check'])).toMatchObject({code: 3});
  expect(await folder.run(['status'])).toMatchObject({code: 0});
  await folder.run(['run']);
  expect(await folder.run(['status', '--check'])).toMatchObject({
    code: 0,
    stdout: 'Everything is up to date (2 stages).\n',
  });
  expect(documentOf((await folder.run(['status', '--json'])).stdout, 'status')).toMatchObject({
    up_to_date: true,
  });
});

test('status --check is no more content than run --frozen', async () => {
  const folder = demo();
  await folder.run(['run']);
  const other = folder.read('pipeline.lock.yaml');
  folder.write('pipeline.yaml', pipeline.replace('word: hello', 'word: bye'));
  await folder.run(['run']);
  folder.write('pipeline.lock.yaml', other); // both are cached; the lock file is of the other
  expect(await folder.run(['status'])).toMatchObject({code: 0});
  const checked = await folder.run(['status', '--check']);
  expect(checked).toMatchObject({code: 3, stdout: expect.stringContaining('The lock file says otherwise:')});
  expect(await folder.run(['run', '--frozen'])).toMatchObject({code: 3});
  const {lock_differences} = documentOf((await folder.run(['status', '--check', '--json'])).stdout, 'status');
  expect(lock_differences).toMatchObject([{code: 'run/frozen-differs'}, {code: 'run/frozen-differs'}]);
});

test('what cannot run is exit code 2 for plan and for run', async () => {
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1
stages:
  songs: {uses: dataset, with: {audio_dir: ./music}}
  after: {uses: command, needs: [songs], with: {argv: ["true"]}}
`,
    'music/broken.wav': 'RIFF....WAVEfmt nothing',
  });
  const codes = async (): Promise<(number | null)[]> => [
    (await folder.run(['plan'])).code,
    (await folder.run(['run'])).code,
  ];
  expect(await codes()).toEqual([2, 2]); // a song that cannot be read
  folder.write('pipeline.yaml', folder.read('pipeline.yaml').replace('./music', './none'));
  expect(await codes()).toEqual([2, 2]); // a folder that is not there
  const {stderr} = await folder.run(['run']);
  expect(stderr).toMatch(/^ {2}pipeline\.yaml:3:\d+ error: songs, audio_dir: none does not exist/m); // as one would write them here
});

test('why names the key, old and new value, the place and what it reaches', async () => {
  const folder = demo();
  await folder.run(['run']);
  folder.write('pipeline.yaml', pipeline.replace('word: hello', 'word: bye'));
  const {stdout} = await folder.run(['why', 'a']);
  expect(stdout).toMatch(/argv\.2: .*echo hello.* → .*echo bye.* {2}\(pipeline\.yaml:8:22\)/);
  expect(stdout).toContain('reaches: b');
  const document = documentOf((await folder.run(['why', 'a', '--json'])).stdout, 'why');
  expect(document).toMatchObject({
    verdict: {kind: 'stale', reasons: [{kind: 'param_changed'}]},
    reaches: ['b'],
  });
  expect(await folder.run(['why', 'c'])).toMatchObject({code: 2});
});

test('graph draws, and speaks Mermaid, dot and JSON', async () => {
  const folder = demo();
  expect((await folder.run(['graph'])).stdout).toBe('●  a  command\n●  b  command\n');
  expect((await folder.run(['graph', '--as', 'mermaid'])).stdout).toMatch(/^flowchart TD\n/);
  expect((await folder.run(['graph', '--as', 'dot'])).stdout).toContain('"a" -> "b";');
  expect(documentOf((await folder.run(['graph', '--json'])).stdout, 'graph')).toMatchObject({
    edges: [{from: 'a', to: 'b', kind: 'reads'}],
  });
});

test('history remembers every run', async () => {
  const folder = demo();
  await folder.run(['run']);
  await folder.run(['run', '--set', 'a.argv=[nothing-of-that-name]']);
  const {runs} = documentOf((await folder.run(['history', '--json'])).stdout, 'runs') as {runs: object[]};
  expect(runs).toMatchObject([
    {outcome: 'done', pipeline: 'demo', stages: [{stage: 'a', result: 'succeeded'}, {stage: 'b'}]},
    {
      outcome: 'failed',
      stages: [
        {stage: 'a', result: 'failed'},
        {stage: 'b', result: 'blocked'},
      ],
    },
  ]);
  expect(runs[1]).toMatchObject({
    best_loss: null,
    adapters: [],
    experiment: expect.stringMatching(/^argv=_nothing-of-that-name_-[0-9a-f]{8}$/),
    set: ['a.argv=[nothing-of-that-name]'],
  });
  const lines = (await folder.run(['history'])).stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe('    a.argv=[nothing-of-that-name]');
  expect((await folder.run(['history', '--last', '1'])).stdout.split('\n')[2]).toContain(
    'nothing-of-that-name',
  );
});

test('the cache lists, collects and verifies', async () => {
  const folder = demo();
  await folder.run(['run', '--set', 'vars.word=bye']);
  await folder.run(['run']);
  const list = documentOf((await folder.run(['cache', 'ls', '--json'])).stdout, 'cache-ls');
  expect(list.entries).toHaveLength(4);
  const kept = documentOf((await folder.run(['cache', 'gc', '--dry-run', '--json'])).stdout, 'cache-gc');
  expect(kept.entries, 'what an experiment made stays as long as it').toEqual([]);
  expect(await folder.run(['runs', 'rm', 'word=bye'])).toMatchObject({code: 0});
  const dry = documentOf((await folder.run(['cache', 'gc', '--dry-run', '--json'])).stdout, 'cache-gc');
  expect(dry).toMatchObject({dry_run: true});
  expect(dry.entries).toHaveLength(2);
  expect(await folder.run(['cache', 'gc'])).toMatchObject({code: 0});
  expect((await folder.run(['run'])).stdout).toContain('Nothing to do');
  expect(await folder.run(['cache', 'verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('All sound'),
  });
});

test('a damaged object is found, removed, and made again', async () => {
  const folder = demo();
  await folder.run(['run']);
  const [object] = readdirSync(folder.file('.sidestep/cache/objects'), {
    recursive: true,
    withFileTypes: true,
  }).filter((entry) => entry.isFile());
  const path = join(object!.parentPath, object!.name);
  chmodSync(path, 0o600);
  writeFileSync(path, 'onE\nhello\n');
  const found = await folder.run(['cache', 'verify', '--json']);
  expect(found.code).toBe(1);
  expect(documentOf(found.stdout, 'cache-verify')).toMatchObject({
    evicted: [{reason: 'wrong_hash'}],
    all_removed: true,
  });
  expect(await folder.run(['cache', 'verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^All sound/),
  });
  expect((await folder.run(['run'])).stdout).toMatch(/[12] ran/);
});

test('GitHub Actions gets annotations and a step summary', async () => {
  const folder = demo(pipeline.replace('echo a >> ran;', "echo 'no *luck*' >&2; exit 7;"));
  const env = {CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: folder.file('summary.md')};
  const {stderr} = await folder.run(['run'], env);
  expect(stderr).toMatch(/^::error file=pipeline\.yaml,line=\d+,col=\d+,.*::a: /m);
  const [reason] = /^- \*\*a\*\*: .*$/m.exec(folder.read('summary.md')) ?? [];
  expect(reason).toMatch(/exit code 7 .*<br>no \\\*luck\\\*<br>/);
  expect(stderr).toMatch(/^::group::a\n(.|\n)*^::endgroup::$/m);
  folder.write('pipeline.yaml', 'sidestep: 1\nname: x\nstagse: {}\n');
  expect((await folder.run(['run'], env)).stderr).toMatch(/^::error file=pipeline\.yaml,line=3,col=1,/m);
  expect(folder.read('summary.md'), 'also when nothing could run').toContain(
    '`pipeline.yaml:3:1` Unknown key',
  );
});

test('confirm: ask is never asked where no one is there', async () => {
  const folder = demo();
  await folder.run(['settings', 'set', 'confirm', 'ask']);
  expect(await folder.run(['run'])).toMatchObject({code: 2, stderr: expect.stringContaining('--yes')});
  expect(await folder.run(['run', '--yes'])).toMatchObject({code: 0});
});

test('two runners at once do the work once', async () => {
  const folder = demo(pipeline.replace('echo a >> ran;', 'sleep 0.7; echo a >> ran;'));
  const both = await Promise.all([folder.run(['run']), folder.run(['run'])]);
  expect(both.map(({code}) => code)).toEqual([0, 0]);
  expect(ran(folder)).toBe('ab');
});

test('a reader that goes away does not end the run', async () => {
  const folder = demo(pipeline.replace('echo a >> ran;', 'sleep 0.3; echo a >> ran;'));
  const running = folder.start(['run', '--json']);
  await running.shows(/run_started/);
  running.child.stdout!.destroy();
  expect(await running.finished).toMatchObject({code: 0, stderr: ''});
  expect(ran(folder)).toBe('ab');
});

test('appending to an input is noticed', async () => {
  const folder = demo();
  await folder.run(['run']);
  appendFileSync(folder.file('x.txt'), 'more\n');
  expect((await folder.run(['why', 'a'])).stdout).toMatch(/inputs\.x: x\.txt changed {2}\(pipeline\.yaml:/);
});

test('validate says what is written but has no effect, at its place, and that the file is valid all the same', async () => {
  const text = `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./c}}
  train:
    uses: train
    matrix: {rank: [4, 8]}
    with: {model: "\${stages.model}", tensors: ./t, mode: vanilla, cfg_dropout: 0.2, adapter: {rank: "\${matrix.rank}"}}
`;
  const folder = new Folder({'pipeline.yaml': text});
  const people = await folder.run(['validate']);
  expect(people).toMatchObject({code: 0, stdout: '✔ pipeline.yaml: 3 stages\n'});
  expect(people.stderr.match(/no effect/g)).toHaveLength(1);
  expect(people.stderr).toMatch(
    /pipeline\.yaml:7:\d+ warning: cfg_dropout of train has no effect: `mode: vanilla`/,
  );
  const {stdout} = await folder.run([
    'validate',
    '--json',
    '--set',
    'train.mode=fixed',
    '--set',
    'train.snr_gamma=3',
  ]);
  expect(documentOf(stdout, 'validate')).toMatchObject({
    pipelines: [{stages: 3, warnings: [{code: 'config/no-effect', position: {file: '--set'}}]}],
  });
});
