import {expect, test} from 'vitest';
import type {Fingerprint} from '../../src/base/hash.js';
import type {Problem} from '../../src/base/problem.js';
import {stageId} from '../../src/base/stage-id.js';
import type {RunEvent} from '../../src/event/event.js';
import type {StageResult} from '../../src/event/stage-result.js';
import {annotation, githubAnnotations} from '../../src/render/github.js';
import {githubGroups} from '../../src/render/github-groups.js';
import {groupingWarnings} from '../../src/render/grouped-warnings.js';
import {jsonLines} from '../../src/render/json-lines.js';
import {failureText} from '../../src/render/outcome-text.js';
import {palette} from '../../src/render/palette.js';
import {plainLines} from '../../src/render/plain.js';
import {problemsText, problemText} from '../../src/render/problem-text.js';
import {harmless, type Renderer} from '../../src/render/renderer.js';
import {summaryMarkdown, summaryText} from '../../src/render/summary.js';
import type {TextOutput} from '../../src/render/text-output.js';
import {wrapped} from '../../src/render/wrap.js';

const plain = palette('plain');
const a = stageId('a');
const b = stageId('b');
const fingerprint = 'f'.repeat(64) as Fingerprint;
const problem: Problem = {
  code: 'command/exit-code',
  message: 'false ended with exit code 1',
  position: {file: '/repo/p.yaml', line: 3, column: 5},
  frame: '3 | a: {uses: command}\n  | ^',
  hint: 'read its output in the log',
};
const failed: StageResult = {
  kind: 'failed',
  stage: a,
  problem,
  attempts: 2,
  duration_ms: 1500,
  log: '/repo/a.log',
};
const crashed: StageResult = {
  kind: 'crashed',
  stage: a,
  signal: 'SIGKILL',
  exit_code: undefined,
  stderr_tail: 'last words\n',
  attempts: 1,
  duration_ms: 1500,
  log: '/repo/a.log',
};
const started: RunEvent = {
  kind: 'run_started',
  run: '20260101-000000-abcd',
  pipeline: 'blues',
  stages: [
    {stage: a, uses: 'command', verdict: 'stale', memory: null},
    {stage: b, uses: 'command', verdict: 'cached', memory: null},
  ],
};

function finished(
  outcome: 'done' | 'failed' | 'interrupted',
  results: readonly StageResult[],
  outputs = 0,
): Extract<RunEvent, {kind: 'run_finished'}> {
  return {
    kind: 'run_finished',
    run: '20260101-000000-abcd',
    outcome,
    duration_ms: 3000,
    results,
    outputs: Array.from({length: outputs}, (_, index) => ({
      stage: a,
      output: `o${index}`,
      path: `/out/${index}`,
    })),
  };
}

function collect(): {text: () => string; output: TextOutput} {
  const written: string[] = [];
  const write = (text: string): void => {
    written.push(text);
  };
  return {text: () => written.join(''), output: {columns: () => undefined, write}};
}

/** What a renderer makes of some events, all at the same second. */
async function shown(
  make: (output: TextOutput) => Renderer,
  ...events: readonly RunEvent[]
): Promise<string> {
  const {text, output} = collect();
  const renderer = make(output);
  for (const event of events) renderer.show(event, new Date(2026, 0, 1, 14, 3, 27).getTime());
  await renderer.close();
  return text();
}

test('plain lines: start, end, and a failure once with frame, hint and log', async () => {
  const text = await shown(
    (output) => plainLines(output, plain),
    started,
    {
      kind: 'stage_started',
      stage: a,
      fingerprint,
      attempt: 1,
      log: '/repo/a.log',
      start: {kind: 'beginning'},
    },
    {kind: 'stage_finished', stage: a, result: failed},
    {kind: 'stage_finished', stage: b, result: {kind: 'cached', stage: b, fingerprint, saved_ms: 0}},
    finished('failed', [failed]),
  );
  expect(text).toBe(`14:03:27 blues: 2 stages, 1 to run  run 20260101-000000-abcd
14:03:27 a  started
14:03:27 ✖ a failed
  /repo/p.yaml:3:5 error: false ended with exit code 1  [command/exit-code]
    3 | a: {uses: command}
      | ^
    hint: read its output in the log
  log: /repo/a.log
`);
});

test('a stage that turns out to be cached is told, one known to be cached is only counted', async () => {
  const cachedNow = (stage: typeof a): RunEvent => ({
    kind: 'stage_finished',
    stage,
    result: {kind: 'cached', stage, fingerprint, saved_ms: 0},
  });
  const text = await shown((output) => plainLines(output, plain), started, cachedNow(a), cachedNow(b));
  expect(text).toContain('a  cached');
  expect(text).not.toContain('b  cached');
});

test('plain lines report progress every fifteen seconds, not at every event', () => {
  const {text, output} = collect();
  const renderer = plainLines(output, plain);
  renderer.show(
    {kind: 'stage_started', stage: a, fingerprint, attempt: 1, log: 'x', start: {kind: 'beginning'}},
    0,
  );
  for (let done = 0; done <= 310; done += 1) {
    renderer.show({kind: 'stage_progress', stage: a, done, total: 400, unit: 'samples'}, done * 100);
  }
  const lines = text().trimEnd().split('\n');
  expect(lines.slice(1).map((line) => line.slice(9))).toEqual([
    'a  150/400 samples · ETA 25.0 s · elapsed 15.0 s · 10.0 samples/s',
    'a  300/400 samples · ETA 10.0 s · elapsed 30.0 s · 10.0 samples/s',
  ]);
});

test('the command that shows curves can be pasted, with a blank in the path too', async () => {
  const opened: RunEvent = {kind: 'board_opened', stage: a, path: '/songs of mine/board'};
  const text = await shown((output) => plainLines(output, plain), opened);
  expect(text).toContain("a  curves: tensorboard --logdir '/songs of mine/board'\n");
});

test('a killed process is explained', async () => {
  const text = await shown((output) => plainLines(output, plain), {
    kind: 'stage_finished',
    stage: a,
    result: crashed,
  });
  expect(text).toContain('a crashed: its process ended with signal SIGKILL\n');
  expect(text).toContain('ran out of memory');
  expect(text).toContain('  | last words\n  log: /repo/a.log');
});

test.each([
  {signal: 'SIGBUS', words: '', says: /cut short or replaced meanwhile/},
  {signal: 'SIGABRT', words: 'FATAL ERROR: JavaScript heap out of memory\n', says: /not enough memory/},
  {signal: 'SIGABRT', words: 'terminate called\n', says: /defect of the engine/},
  {signal: 'SIGXCPU', words: '', says: /ulimit -t/},
] as const)('a process that ended with $signal ($words) is explained', async ({signal, words, says}) => {
  const result: StageResult = {...crashed, signal, stderr_tail: words};
  const text = await shown((output) => plainLines(output, plain), {kind: 'stage_finished', stage: a, result});
  expect(text).toMatch(says);
  expect(text.includes('and said nothing')).toBe(words === '');
});

test('JSON lines: one object a line, the time first', async () => {
  const text = await shown(jsonLines, started, {kind: 'stop_requested', how: 'graceful'});
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({kind}) => kind)).toEqual(['run_started', 'stop_requested']);
  expect(Object.keys(lines[0])[0]).toBe('at');
});

test('a broken renderer is silent afterwards, complains once, and is still closed', async () => {
  const calls: string[] = [];
  const broken: Renderer = {
    show: () => {
      calls.push('show');
      throw new Error('no terminal');
    },
    close: async () => void calls.push('close'),
  };
  const renderer = harmless(broken, (error) => calls.push(String(error)));
  renderer.show(started, 0);
  renderer.show(started, 0);
  await renderer.close();
  expect(calls).toEqual(['show', 'Error: no terminal', 'close']);
});

test('annotations name the file relative to the checkout and escape what the runner would read', async () => {
  const text = await shown((output) => githubAnnotations(output, '/repo', new Map()), {
    kind: 'stage_finished',
    stage: a,
    result: failed,
  });
  expect(text).toBe(
    '::error file=p.yaml,line=3,col=5,title=command/exit-code::a: false ended with exit code 1%0Aread its output in the log\n',
  );
  expect(annotation('warning', {code: 'x/y', message: '100%\r\n'}, '/')).toBe(
    '::warning title=x/y::100%25%0D%0A\n',
  );
  expect(
    annotation('error', {...problem, position: {file: '/repo/a,b:c.yaml', line: 1, column: 1}}, '/repo'),
  ).toContain('file=a%2Cb%3Ac.yaml,');
});

test('an annotation without a place of its own is where its stage is written', async () => {
  const places = new Map([['a', {file: '/repo/p.yaml', line: 8, column: 3}]]);
  const annotated = (event: RunEvent) => shown((output) => githubAnnotations(output, '/repo', places), event);
  expect(await annotated({kind: 'stage_finished', stage: a, result: crashed})).toMatch(
    /^::error file=p\.yaml,line=8,col=3,title=run\/crashed::a: /,
  );
  expect(await annotated({kind: 'stage_warning', stage: a, problem: {code: 'x/y', message: 'odd'}})).toBe(
    '::warning file=p.yaml,line=8,col=3,title=x/y::odd\n',
  );
  expect(await annotated({kind: 'stage_finished', stage: a, result: failed})).toContain('line=3,col=5');
});

test('a file with several problems ends with their number; a usage error does not', () => {
  expect(problemsText([problem, problem], plain)).toMatch(/2 problems; nothing has run\.\n$/);
  expect(problemsText([{code: 'usage/x', message: 'no'}], plain)).toBe('error: no  [usage/x]\n');
});

test('further places of a problem are below it', () => {
  const related = [{position: {file: 'p.yaml', line: 1, column: 2}, message: 'first written here'}];
  expect(problemText({code: 'x/y', message: 'twice', related}, plain, 'warning')).toBe(
    'warning: twice  [x/y]\n  p.yaml:1:2: first written here',
  );
});

const ok: StageResult = {
  kind: 'succeeded',
  stage: b,
  fingerprint,
  objects: [],
  duration_ms: 1,
  samples: undefined,
};
const fromCache: StageResult = {kind: 'cached', stage: b, fingerprint, saved_ms: 125_000};
test.each([
  [
    'all from cache',
    finished('done', [fromCache]),
    'Nothing to do: everything is up to date (3.0 s)\n  1 from cache\n  2 min 05 s of work came from the cache\n',
  ],
  [
    'some ran',
    finished('done', [ok, fromCache]),
    'Done in 3.0 s\n  1 ran, 1 from cache\n  2 min 05 s of work came from the cache\n',
  ],
  [
    'a failure',
    finished('failed', [ok, failed]),
    'Failed after 3.0 s\n  1 ran, 1 failed\n  next: fix a and run the same command again. What finished (1 stage) is kept.\n',
  ],
  [
    'an interruption',
    finished('interrupted', [ok, {kind: 'interrupted', stage: a, resumable: true, duration_ms: 1}]),
    'Interrupted after 3.0 s\n  1 ran, 1 interrupted\n  next: the same command continues where this run stopped.\n',
  ],
])('summary of %s', (_name, run, text) => {
  expect(summaryText(run, plain)).toBe(text);
});

test('the summary shows the last ten outputs and counts the rest', () => {
  const lines = summaryText(finished('done', [ok], 12), plain).split('\n');
  expect(lines).toContain('    … and 2 more');
  expect(lines.at(-2)).toBe('    a o11  /out/11');
});

test('the step summary is a Markdown table', () => {
  expect(summaryMarkdown(finished('failed', [ok, failed], 1))).toContain(
    '| stage | result | time |\n| --- | --- | --- |\n| b | succeeded | 1 ms |\n| a | failed | 1.5 s |\n\n- **a**: `/repo/p.yaml:3:5` false ended with exit code 1 (`command/exit-code`)<br>read its output in the log\n\n- a o0: `/out/0`',
  );
});

test("in GitHub's log each stage has a group, one after the other; what failed is below its own", async () => {
  const begun = (stage: typeof a): RunEvent => ({
    kind: 'stage_started',
    stage,
    fingerprint,
    attempt: 1,
    log: '',
    start: {kind: 'beginning'},
  });
  const said = (stage: typeof a, line: string): RunEvent => ({kind: 'log', stage, level: 'warning', line});
  const ended = (result: StageResult): RunEvent => ({kind: 'stage_finished', stage: result.stage, result});
  const text = await shown(
    (output) => githubGroups(output, (lines) => plainLines(lines, plain)),
    begun(a),
    begun(b),
    said(b, 'beside it'),
    said(a, 'first'),
    ended(failed),
    ended(ok),
  );
  expect(text.replaceAll('14:03:27 ', '')).toBe(`::group::a
a  started
a  first
::endgroup::
${failureText(failed, plain)}
::group::b
b  started
b  beside it
b  done in 1 ms
::endgroup::
`);
});

test('a song that failed is reported with its code and what helps', async () => {
  const bad: Problem = {
    code: 'text/wrong-encoding',
    message: 'a.txt is not UTF-8',
    hint: 'Save it as UTF-8.',
  };
  const text = await shown((output) => plainLines(output, plain), {
    ...{kind: 'sample_failed', stage: a, sample: 'a.wav', problem: bad},
  });
  expect(text.replace('14:03:27 ', '')).toBe(
    'a  sample a.wav: error: a.txt is not UTF-8  [text/wrong-encoding]\n  hint: Save it as UTF-8.\n',
  );
});

test('a kind of warning is reported at once, and the rest of its kind together when the stage has ended', async () => {
  const warning = (code: string, message: string): RunEvent => ({
    kind: 'stage_warning',
    stage: a,
    problem: {code, message, hint: `Fix ${code}.`},
  });
  const text = await shown(
    (output) => groupingWarnings(plainLines(output, plain)),
    ...Array.from({length: 100}, (_, index) => warning('song/odd', `song ${index} is odd`)),
    warning('song/cut', 'song 3 is cut'),
    {kind: 'stage_finished', stage: a, result: {kind: 'cached', stage: a, fingerprint, saved_ms: 0}},
  );
  expect(text.replaceAll('14:03:27 ', '')).toBe(`a  warning: song 0 is odd  [song/odd]
  hint: Fix song/odd.
a  warning: song 3 is cut  [song/cut]
  hint: Fix song/cut.
a  warning: 99 more:  [song/odd]
  song 1 is odd
  song 2 is odd
  song 3 is odd
  and 96 more
  hint: Fix song/odd.
a  cached
`);
});

/** A training of 1,000 short epochs with a checkpoint each, on a clock of its own. */
function* longTraining(): Generator<readonly [number, RunEvent]> {
  yield [0, {kind: 'stage_started', stage: a, fingerprint, attempt: 1, log: 'x', start: {kind: 'beginning'}}];
  for (let epoch = 1; epoch <= 1000; epoch += 1) {
    const at = epoch * 100;
    const [loss, global_step] = [2 - epoch / 1000, epoch];
    const step = {global_step, total_steps: 1000, epoch, loss, learning_rate: 1e-4, gradient_norm: 1};
    yield [at, {kind: 'step_finished', stage: a, ...step, duration_ms: 90}];
    yield [at, {kind: 'epoch_finished', stage: a, epoch, epochs: 1000, mean_loss: loss, duration_ms: 90}];
    yield [at, {kind: 'validation_finished', stage: a, global_step, loss: loss + 1, bands: {}}];
    yield [
      at,
      {kind: 'checkpoint_saved', stage: a, global_step, epoch, path: '/x', reason: `epoch_${epoch}`},
    ];
  }
  yield [100_050, {kind: 'stage_finished', stage: a, result: succeeded}];
}

const succeeded: Extract<StageResult, {kind: 'succeeded'}> = {
  kind: 'succeeded',
  stage: a,
  fingerprint,
  objects: [],
  duration_ms: 100_050,
  samples: undefined,
};

test('plain lines of a thousand epochs come every fifteen seconds and once at the end, with all that is to be known', () => {
  const {text, output} = collect();
  const renderer = plainLines(output, plain);
  for (const [at, event] of longTraining()) renderer.show(event, at);
  const lines = text()
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(9));
  expect(lines).toHaveLength(1 + 6 + 1 + 1); // begun, every 15 of 100 s, where it ended, done
  expect(lines[1]).toBe(
    'a  150/1000 steps · loss 1.859 · best validation 2.851 (epoch 149) · ETA 1 min 25 s · elapsed 15.0 s · epoch 150/1000 · 10.0 steps/s · lr 1.00e-4 · validation 2.851 · checkpoint epoch_149',
  );
  expect(lines[7]).toMatch(
    /^a {2}1000\/1000 steps · .*best validation 2 \(epoch 1000\) .*epoch 1000\/1000 .*checkpoint epoch_1000$/,
  );
  expect(lines[8]).toBe('a  done in 1 min 40 s');
});

test('what follows something that was stopped was not blocked by a failure', async () => {
  const stopped: StageResult = {
    kind: 'interrupted',
    stage: a,
    resumable: true,
    ended: 'itself',
    duration_ms: 5000,
  };
  const text = await shown(
    (output) => plainLines(output, plain),
    {kind: 'stage_finished', stage: a, result: stopped},
    {kind: 'stage_finished', stage: b, result: {kind: 'not_started', stage: b, after: 'stop'}},
  );
  expect(text).toContain('a  interrupted after 5.0 s, continues from here next time');
  expect(text).toContain('b  not started: the run was stopped');
});

test.each([
  {ended: 'itself', resumable: true, words: 'continues where this run stopped.'},
  {ended: 'killed', resumable: true, words: 'continues: a from what it saved last.'},
  {ended: 'killed', resumable: false, words: 'continues: a from its beginning.'},
] as const)(
  'after a stop ($ended, $resumable) the summary promises no more than will be',
  ({words, ...how}) => {
    const result: StageResult = {kind: 'interrupted', stage: a, duration_ms: 5000, ...how};
    expect(summaryText(finished('interrupted', [result]), plain)).toContain(
      `next: the same command ${words}`,
    );
  },
);

const longPath = '/home/someone/music/a folder with blanks/output/my-adapter/comfyui/my-adapter.safetensors';
test.each([40, 60, 80, 120])('at %i columns a path of the summary is whole on one line', (columns) => {
  const outputs = [{stage: a, output: 'files', path: longPath}];
  const run = {...finished('done', []), outputs};
  const text = wrapped(summaryText(run, plain, {boards: [longPath], columns}), columns);
  const lines = text.split('\n');
  expect(lines.filter((line) => line.endsWith(longPath))).toHaveLength(1);
  expect(lines).toContain(`    tensorboard --logdir '${longPath}'`);
  if (columns < 100) expect(lines).toContain(`      ${longPath}`);
});

test('so does the log of a failed stage', () => {
  const text = wrapped(failureText({...failed, log: longPath} as never, plain), 40);
  expect(text.split('\n')).toContain(`  log: ${longPath}`);
});
