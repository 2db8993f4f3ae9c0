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
import type {Problem} from '../../src/base/problem.js';
import type {StageResult} from '../../src/event/stage-result.js';
import {stopSwitch} from '../../src/run/stop.js';
import {temporaryFolder} from '../temporary-folder.js';
import {
  allTypes,
  look,
  outputText,
  pipelineOf,
  type RunReport,
  ref,
  run,
  type StageSketch,
  shell,
} from './rig.js';

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

test('the log that a failed stage names is there, and its last line says why', async () => {
  const dir = await temporaryFolder();
  const {by} = await run(pipelineOf(dir, {a: shell('exit 3')}));
  const failed = by.a as Extract<StageResult, {kind: 'failed'}>;
  expect(readFileSync(failed.log!, 'utf8')).toMatch(/failed: .*\[run\/command-failed\]\n$/);
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

test.each([
  {name: 'a file', input: 'in.txt', edited: 'in.txt', read: 'cat "$1"'},
  {name: 'a file in a folder', input: 'in', edited: 'in/a.txt', read: 'cat "$1"/a.txt'},
])(
  '$name edited while its stage runs: nothing is kept, and the old text finds no result of the new',
  async ({input, edited, read}) => {
    const dir = await temporaryFolder();
    mkdirSync(join(dir, 'in'));
    writeFileSync(join(dir, 'in.txt'), 'one');
    writeFileSync(join(dir, 'in/a.txt'), 'one');
    const stage = (edit: string) => shell(`${edit}; ${read} > "$2"`, {inputs: {i: join(dir, input)}});
    const path = join(dir, 'edit.sh');
    writeFileSync(path, `printf two > '${join(dir, edited)}'`);
    const pipeline = pipelineOf(dir, {a: stage(`. '${path}'`)});
    const {by} = await run(pipeline);
    expect(by.a).toMatchObject({kind: 'failed', problem: {code: 'run/input-changed'}});
    expect((by.a as {problem: Problem}).problem.message).toContain(join(dir, edited));
    writeFileSync(path, ''); // as if no one edited any more
    writeFileSync(join(dir, edited), 'one');
    const again = await run(pipeline);
    expect(again.by.a?.kind).toBe('succeeded');
    expect(outputText(again, 'a')).toBe('one');
  },
);

test('what a program leaves in a folder that it was given is told, and no failure', async () => {
  const dir = await temporaryFolder();
  mkdirSync(join(dir, 'tool'));
  writeFileSync(join(dir, 'tool/main.py'), '');
  const script = 'mkdir "$1"/__pycache__; touch "$1"/__pycache__/main.pyc; echo 1 > "$2"';
  const {by, events} = await run(pipelineOf(dir, {a: shell(script, {inputs: {i: join(dir, 'tool')}})}));
  expect(by.a?.kind).toBe('succeeded');
  const told = events.flatMap((event) => (event.kind === 'stage_warning' ? [event.problem] : []));
  expect(told).toMatchObject([
    {code: 'run/input-grew', message: expect.stringContaining('tool/__pycache__/main.pyc came')},
  ]);
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
  ...(existsSync('/dev/full')
    ? [{does: 'fill a disk', result: {kind: 'failed', problem: {code: 'run/disk-full'}}}]
    : []),
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

test('between attempts it waits, twice as long each time', async () => {
  const dir = await temporaryFolder();
  const began = Date.now();
  const report = await run(pipelineOf(dir, {a: shell('exit 3', {retries: 3})}), {
    options: {retry_delay_ms: 40},
  });
  expect(report.by.a).toMatchObject({kind: 'failed', attempts: 4});
  const delays = report.events.flatMap((event) => (event.kind === 'stage_retrying' ? [event.delay_ms] : []));
  expect(delays).toEqual([40, 80, 160]);
  expect(Date.now() - began).toBeGreaterThan(250); // a lower bound holds on any machine
});

test('a stop while waiting for the next attempt is the end of it', async () => {
  const dir = await temporaryFolder();
  const stop = stopSwitch();
  const report = await run(pipelineOf(dir, {a: shell('exit 3', {retries: 3})}), {
    stop,
    options: {retry_delay_ms: 60_000},
    onEvent: ({kind}) => {
      if (kind === 'stage_retrying') stop.request();
    },
  });
  expect(report).toMatchObject({outcome: 'interrupted', by: {a: {kind: 'failed', attempts: 1}}});
  expect(report.events.filter(({kind}) => kind === 'stage_started')).toHaveLength(1);
});

test('a command that takes too long is asked to end, then killed, with all it started', async () => {
  const dir = await temporaryFolder();
  const file = join(dir, 'pid');
  const stubborn = `trap '' TERM; sleep 600 & echo $! > ${file}; sleep 600; sleep 600`;
  const report = await run(
    pipelineOf(dir, {
      polite: shell('exec sleep 600', {timeout_s: 0.3}),
      stubborn: shell(stubborn, {timeout_s: 0.3}),
    }),
    {options: {jobs: 2, after_failure: 'keep_going'}},
  );
  const tooLong = {kind: 'failed', problem: {code: 'run/timeout'}};
  expect(report.by).toMatchObject({polite: tooLong, stubborn: tooLong});
  const pid = Number(readFileSync(file, 'utf8'));
  await expect.poll(() => isGone(pid), {timeout: 30_000}).toBe(true);
});

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.startsWith('Z');
  } catch {
    return true;
  }
}

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
  const told = report.events.flatMap((event) =>
    event.kind === 'stage_started' || event.kind === 'stage_finished' ? [`${event.kind} ${event.stage}`] : [],
  );
  expect(told.indexOf('stage_started late')).toBeGreaterThan(told.indexOf('stage_finished c'));
  expect(report.by).toMatchObject({a: {kind: 'skipped', condition: 'vars.fast'}, b: {kind: 'skipped'}});
});

test('a forced stage runs although it is cached; cache: ignore always runs', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {a: shell('printf a > $1'), b: {...upperCase, cache: 'ignore'}});
  await run(pipeline);
  expect((await run(pipeline)).ran).toEqual(['b']);
  expect((await run(pipeline, {forced: ['a']})).ran).toEqual(['a', 'b']);
});

test('a stage type that computes otherwise now has another version, and why says so', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {t: {uses: 'test.count', params: {epochs: 1}}});
  await run(pipeline);
  const types = new Map([...allTypes, ['test.count', {...allTypes.get('test.count')!, version: 2}]]);
  const {plan} = await look(pipeline, {types});
  expect(plan.stages[0]!.verdict).toMatchObject({
    kind: 'stale',
    reasons: [{kind: 'version_changed', old: 1, new: 2}],
  });
});

test('a forced stage starts from nothing, whatever it could continue', async () => {
  const dir = await temporaryFolder();
  const log = join(dir, 'epochs.log');
  const pipeline = pipelineOf(dir, {t: {uses: 'test.count', params: {epochs: 2, log}}});
  await run(pipeline);
  await run(pipeline, {forced: ['t']});
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(['1', '2', '1', '2']);
});

test('of what is finished no partial state is left, unless a longer run may want it', async () => {
  const dir = await temporaryFolder();
  const partial = () => readdirSync(join(dir, '.sidestep/cache/partial'));
  await run(pipelineOf(dir, {a: {uses: 'test.worker', params: {does: 'work'}}}));
  expect(partial()).toEqual([]);
  await run(pipelineOf(dir, {t: {uses: 'test.count', params: {epochs: 1}}}));
  expect(partial()).toHaveLength(1);
});

test('two stages of one pipeline that differ only in length keep their states apart', async () => {
  const dir = await temporaryFolder();
  const log = join(dir, 'epochs.log');
  const count = (epochs: number) => ({uses: 'test.count', params: {epochs, log}});
  await run(pipelineOf(dir, {short: count(2), long: count(3)}), {options: {jobs: 1}});
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(['1', '2', '1', '2', '3']);
});

/** Ctrl-C, the end of a group, and a terminal that closes. */
test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  '%s that reaches a worker by the terminal is the business of its runner',
  async (signal) => {
    const dir = await temporaryFolder();
    const flag = join(dir, 'pid');
    const report = await run(
      pipelineOf(dir, {t: {uses: 'test.count', params: {epochs: 5, pause_ms: 5, flag}}}),
      {
        onEvent: (event) => {
          if (event.kind === 'stage_progress' && event.done === 1)
            process.kill(Number(readFileSync(flag, 'utf8')), signal);
        },
      },
    );
    expect(report.by.t!.kind).toBe('succeeded');
  },
);

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

test('what a stage warned of is said again when it comes from the cache', async () => {
  const dir = await temporaryFolder();
  const warnings = ({events}: RunReport): readonly (readonly [string, string])[] =>
    events.flatMap((event) =>
      event.kind === 'stage_warning' ? [[event.stage, event.problem.code] as const] : [],
    );
  const pipeline = pipelineOf(dir, {
    dull: {uses: 'test.worker', params: {does: 'warn'}},
    quiet: {uses: 'test.worker', params: {does: 'work'}},
  });
  expect(warnings(await run(pipeline))).toEqual([['dull', 'test/dull']]);
  const again = await run(pipeline);
  expect(again.ran).toEqual([]);
  expect(warnings(again)).toEqual([['dull', 'test/dull']]);
});
