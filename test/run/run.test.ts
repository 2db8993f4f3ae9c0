import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';
import {look, outputText, pipelineOf, ref, run, type StageSketch, shell} from './rig.js';

const upperCase: StageSketch = shell('tr a-z A-Z < $1 > $2', {inputs: {text: ref('a')}});

test('a chain runs once and then comes from the cache', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {a: shell('printf hello > $1'), b: upperCase});
  const first = await run(pipeline);
  expect(first.ran).toEqual(['a', 'b']);
  expect(outputText(first, 'b')).toBe('HELLO');
  const second = await run(pipeline);
  expect(second).toMatchObject({outcome: 'done', ran: []});
  expect(outputText(second, 'b')).toBe('HELLO');
});

test('a stage whose inputs came out the same is found in the cache after all', async () => {
  const dir = await temporaryFolder();
  await run(pipelineOf(dir, {a: shell('printf hello > $1'), b: upperCase}));
  const edited = pipelineOf(dir, {a: shell('printf hel > $1; printf lo >> $1'), b: upperCase});
  const {plan} = await look(edited);
  expect(plan.stages[1]!.verdict).toMatchObject({
    kind: 'stale',
    reasons: [{kind: 'upstream_stale', stage: 'a'}],
  });
  const second = await run(edited);
  expect(second.ran).toEqual(['a']);
  expect(second.by.b!.kind).toBe('cached');
});

test.each([
  {
    name: 'another value',
    edit: {version: '2'},
    reason: {kind: 'param_changed', param: 'version', old: '1', new: '2', position: {line: 1}},
  },
  {name: 'another script', edit: {script: 'printf b > $1'}, reason: {kind: 'param_changed', param: 'argv.2'}},
])('$name makes the stage stale, and why says what changed', async ({edit, reason}) => {
  const dir = await temporaryFolder();
  const sketch = {script: 'printf a > $1', version: '1'};
  const pipeline = ({script, version}: typeof sketch) => pipelineOf(dir, {a: shell(script, {version})});
  await run(pipeline(sketch));
  const {plan} = await look(pipeline({...sketch, ...edit}));
  expect(plan.stages[0]!.verdict).toMatchObject({kind: 'stale', reasons: [reason]});
});

test('an input file counts by its bytes: touching it runs nothing, editing it does, and why names it', async () => {
  const dir = await temporaryFolder();
  const file = join(dir, 'song.txt');
  writeFileSync(file, 'la');
  const pipeline = pipelineOf(dir, {a: shell('cat $1 > $2', {inputs: {song: file}})});
  await run(pipeline);
  utimesSync(file, 1_000_000, 1_000_000);
  expect((await run(pipeline)).ran).toEqual([]);
  writeFileSync(file, 'lala');
  const {plan} = await look(pipeline);
  expect(plan.stages[0]!.verdict).toMatchObject({
    kind: 'stale',
    reasons: [{kind: 'file_changed', param: 'inputs.song', path: file}],
  });
  expect(outputText(await run(pipeline), 'a')).toBe('lala');
});

test('of a folder, why names the files that came, went and changed', async () => {
  const dir = await temporaryFolder();
  const folder = join(dir, 'songs');
  mkdirSync(folder);
  for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name);
  const pipeline = pipelineOf(dir, {a: shell('ls $1 > $2', {inputs: {songs: folder}})});
  await run(pipeline);
  writeFileSync(join(folder, 'a'), 'other');
  renameSync(join(folder, 'c'), join(folder, 'd'));
  const {plan} = await look(pipeline);
  const changes = [
    {path: 'a', what: 'changed'},
    {path: 'c', what: 'removed'},
    {path: 'd', what: 'added'},
  ];
  expect(plan.stages[0]!.verdict).toMatchObject({reasons: [{kind: 'file_changed', changes}]});
});

test.each([
  {name: 'a missing file', make: () => {}, code: 'run/file-missing'},
  {
    name: 'a folder that links back to itself',
    make: (path: string) => {
      mkdirSync(path);
      symlinkSync(path, join(path, 'loop'));
    },
    code: 'run/link-loop',
  },
])('$name blocks its stage, with a position, and nothing else', async ({make, code}) => {
  const dir = await temporaryFolder();
  const path = join(dir, 'input');
  make(path);
  const pipeline = pipelineOf(dir, {
    a: shell('cat $1 > $2', {inputs: {it: path}}),
    b: upperCase,
    c: shell('printf c > $1'),
  });
  const {plan} = await look(pipeline);
  expect(plan.stages.map(({verdict}) => verdict.kind)).toEqual(['blocked', 'blocked', 'stale']);
  expect(plan.problems[0]).toMatchObject({code, position: {line: 1}});
  const report = await run(pipeline, {options: {after_failure: 'keep_going'}});
  expect(report).toMatchObject({
    outcome: 'failed',
    by: {a: {kind: 'failed', problem: {code}}, b: {kind: 'blocked', by: 'a'}, c: {kind: 'succeeded'}},
  });
});

test.each([
  {does: 'throw', result: {kind: 'failed', problem: {code: 'worker/bug'}}},
  {does: 'crash', result: {kind: 'crashed', signal: 'SIGSEGV'}},
  {does: 'exit', result: {kind: 'crashed', exit_code: 7, stderr_tail: 'the last words'}},
  {does: 'nothing', result: {kind: 'failed', problem: {code: 'run/output-missing'}}},
  {does: 'hang', result: {kind: 'failed', problem: {code: 'run/timeout'}}, timeout_s: 0.5},
])('a worker that does "$does" is one failed stage', async ({does, result, timeout_s}) => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {a: {uses: 'test.worker', params: {does}, timeout_s}});
  const report = await run(pipeline, {options: {grace_ms: 100}});
  expect(report.outcome).toBe('failed');
  expect(report.by.a).toMatchObject(result);
  expect((await look(pipeline)).plan.stages[0]!.verdict.kind).toBe('stale'); // nothing half-done passes for finished
});

test('a bug leaves its whole stack in the log of the stage', async () => {
  const dir = await temporaryFolder();
  const {by} = await run(pipelineOf(dir, {a: {uses: 'test.worker', params: {does: 'throw'}}}));
  const {log} = by.a as {log: string};
  expect(readFileSync(log, 'utf8')).toMatch(/Error: unforeseen\n +at worker/);
});

test('a crash is tried again as often as retries says', async () => {
  const dir = await temporaryFolder();
  const flag = join(dir, 'flag');
  const crashing = {uses: 'test.worker', params: {does: 'crash once', flag}};
  const report = await run(pipelineOf(dir, {a: {...crashing, retries: 1}}));
  expect(report.by.a!.kind).toBe('succeeded');
  expect(report.events.filter(({kind}) => kind === 'stage_retrying')).toMatchObject([
    {attempt: 2, problem: {code: 'run/worker-crashed'}},
  ]);
});

test.each([
  {after_failure: 'stop' as const, other: {kind: 'not_started', after: 'a'}},
  {after_failure: 'keep_going' as const, other: {kind: 'succeeded'}},
])('after a failure, $after_failure', async ({after_failure, other}) => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {
    a: shell('exit 3'),
    b: upperCase,
    other: shell('printf x > $1', {needs: []}),
  });
  const report = await run(pipeline, {options: {after_failure, jobs: 1}});
  expect(report.by).toMatchObject({
    a: {kind: 'failed', problem: {code: 'run/command-failed'}},
    b: {kind: 'blocked', by: 'a'},
    other,
  });
});

test('jobs run at once, one per device place', async () => {
  const dir = await temporaryFolder();
  const meet = (mine: string, theirs: string) =>
    `touch ${join(dir, mine)}; while [ ! -e ${join(dir, theirs)} ]; do sleep 0.01; done; printf x > $1`;
  const pipeline = pipelineOf(dir, {
    a: shell(meet('1', '2'), {timeout_s: 20}),
    b: shell(meet('2', '1'), {timeout_s: 20}),
  });
  expect((await run(pipeline, {options: {jobs: 2}})).outcome).toBe('done');
});

test('when and needs: a skipped stage skips what reads it, needs only orders', async () => {
  const dir = await temporaryFolder();
  const position = {file: 'p', line: 1, column: 1};
  const pipeline = pipelineOf(dir, {
    late: shell('printf z > $1', {needs: ['c']}),
    a: shell('printf a > $1', {when: {kind: 'skip', condition: 'vars.fast', position}}),
    b: upperCase,
    c: shell('printf c > $1', {needs: ['a']}),
  });
  const report = await run(pipeline);
  expect(report.outcome).toBe('done');
  expect(report.ran).toEqual(['c', 'late']);
  expect(report.by).toMatchObject({a: {kind: 'skipped', condition: 'vars.fast'}, b: {kind: 'skipped'}});
});

test('a forced stage runs although it is cached; cache: ignore always runs', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {a: shell('printf a > $1'), b: {...upperCase, cache: 'ignore'}});
  await run(pipeline);
  expect((await run(pipeline)).ran).toEqual(['b']);
  expect((await run(pipeline, {forced: ['a']})).ran).toEqual(['a', 'b']);
});

test('a folder is an output too; its files keep their mode and links are refused', async () => {
  const dir = await temporaryFolder();
  const make =
    'mkdir -p $1/deep; printf x > $1/deep/f; printf "#!/bin/sh\\necho ran" > $1/go; chmod +x $1/go';
  const pipeline = pipelineOf(dir, {
    a: shell(make, {outputs: {out: 'folder'}}),
    b: shell('cd $1; cat deep/f > $2; ./go >> $2', {inputs: {folder: ref('a')}}),
  });
  expect(outputText(await run(pipeline), 'b')).toBe('xran\n');
  const linked = pipelineOf(dir, {a: shell('mkdir $1; ln -s /etc/passwd $1/p', {outputs: {out: 'folder'}})});
  expect((await run(linked)).by.a).toMatchObject({kind: 'failed', problem: {code: 'cache/not-a-plain-file'}});
});

test('nothing is left in the temporary folder', async () => {
  const dir = await temporaryFolder();
  await run(pipelineOf(dir, {a: shell('printf a > $1'), b: shell('exit 1')}));
  const cache = join(dir, '.sidestep/cache');
  expect(existsSync(join(cache, 'tmp')) ? readdirSync(join(cache, 'tmp')) : []).toEqual([]);
  expect(readdirSync(join(cache, 'claims'))).toEqual([]);
  expect(readdirSync(join(cache, 'owners'))).toEqual([]);
});

test.runIf(existsSync('/dev/full'))(
  'a disk too full for the record of a run costs the record, not the run: told once, finished work is kept',
  async () => {
    const dir = await temporaryFolder();
    const pipeline = pipelineOf(dir, {
      t: {uses: 'test.count', params: {epochs: 3}},
      a: shell('echo to the log; printf x > $1', {needs: ['t']}),
    });
    const report = await run(pipeline, {
      prepareRecord: (record) => {
        mkdirSync(join(record, 'logs'), {recursive: true});
        for (const name of ['events.jsonl', 'logs/a.log']) symlinkSync('/dev/full', join(record, name));
      },
    });
    expect(report).toMatchObject({outcome: 'done', ran: ['t', 'a']});
    const warnings = report.events.filter(({kind}) => kind === 'warning');
    expect(warnings).toMatchObject([{problem: {code: 'run/record-incomplete'}}]);
    expect((await run(pipeline)).ran).toEqual([]);
  },
);
