import {expect, test} from 'vitest';
import type {ContentHash} from '../../src/base/hash.js';
import {stageId} from '../../src/base/stage-id.js';
import type {StaleReason} from '../../src/plan/plan.js';
import {graphDrawing} from '../../src/render/graph-drawing.js';
import {dotText, mermaidText} from '../../src/render/graph-text.js';
import {palette} from '../../src/render/palette.js';
import {isUpToDate, planText, statusText} from '../../src/render/plan-text.js';
import {reasonText} from '../../src/render/reason.js';
import {whyText} from '../../src/render/why-text.js';
import {train} from '../../src/stage/train.js';
import {cached, neverRun, planned, planOf} from './plan-fixture.js';

const plain = palette('plain');
const position = {file: 'p.yaml', line: 14, column: 11};
const hash = (digit: string): ContentHash => digit.repeat(64) as ContentHash;
const rankChanged: StaleReason = {kind: 'param_changed', param: 'adapter.rank', old: 32, new: 64, position};

const pipeline = planOf(
  planned('model', cached),
  planned('songs', cached),
  planned('latents', cached, {reads: ['model', 'songs']}),
  planned('conditions', cached, {reads: ['model', 'latents']}),
  planned('rank', {...neverRun, reasons: [rankChanged]} as never, {
    reads: ['model', 'conditions'],
    last_duration_ms: 60_000,
  }),
  planned('train', {...neverRun, reasons: [{kind: 'upstream_stale', stage: stageId('rank')}]} as never, {
    reads: ['model', 'conditions'],
    waits_for: ['rank'],
  }),
);

test('the drawing ends a lane where its last reader is', () => {
  const lines = graphDrawing(pipeline, plain).trimEnd().split('\n');
  expect(lines).toEqual([
    '✔      model       command',
    '│ ✔    songs       command',
    '├─✔    latents     command',
    '├─✔    conditions  command',
    '├─┼─●  rank        command',
    '●─┴─┘  train       command',
  ]);
});

test('a lane that is only passed is crossed, not joined', () => {
  const plan = planOf(
    planned('a', cached),
    planned('b', cached),
    planned('c', neverRun, {reads: ['a']}),
    planned('d', neverRun, {reads: ['a']}),
    planned('e', neverRun, {reads: ['b', 'c', 'd']}),
  );
  expect(
    graphDrawing(plan, plain)
      .split('\n')
      .map((line) => line.slice(0, 7).trimEnd()),
  ).toEqual([
    '✔', //
    '│ ✔',
    '├─│─●',
    '● │ │',
    '●─┴─┘',
    '',
  ]);
});

test('an empty plan draws nothing', () => {
  expect(graphDrawing(planOf(), plain)).toBe('\n');
});

test('mermaid and dot quote what their syntax would trip over', () => {
  const plan = planOf(
    planned('train[rank=8]', cached),
    planned('say "hi"', neverRun, {reads: ['train[rank=8]']}),
  );
  expect(mermaidText(plan)).toContain('  s0["train[rank=8]<br/><small>command</small>"]:::cached\n');
  expect(mermaidText(plan)).toContain('s1["say #quot;hi#quot;');
  expect(mermaidText(plan)).toContain('  s0 --> s1\n');
  expect(dotText(plan)).toContain('"train[rank=8]" -> "say \\"hi\\"";');
});

test('a plan names every stage with the reasons', () => {
  expect(planText(pipeline, plain)).toBe(`✔ model       cached  command  saves 1 min 02 s
✔ songs       cached  command  saves 1 min 02 s
✔ latents     cached  command  saves 1 min 02 s
✔ conditions  cached  command  saves 1 min 02 s
● rank        runs  command
    because adapter.rank: 32 → 64  (p.yaml:14:11)
? train       may run  command
    because rank must run first; if its output stays the same, this does not run

6 stages: 2 to run, 4 cached; about 1 min 00 s plus 1 stage of unknown length
`);
});

test('that a stage never ran is on its own line, a further reason below', () => {
  const never = {...neverRun, reasons: [{kind: 'never_run'}]} as never;
  expect(planText(planOf(planned('a', never)), plain)).toMatch(/^● a {2}runs {2}[\w.]+, it never ran\n\n/);
  const forced = {...neverRun, reasons: [{kind: 'never_run'}, {kind: 'forced'}]} as never;
  expect(planText(planOf(planned('a', forced)), plain)).toMatch(
    /^● a {2}runs {2}[\w.]+\n {4}because it never ran\n {4}because forced on the command line\n/,
  );
});

test('status leaves out what is up to date', () => {
  expect(statusText(pipeline, plain)).not.toContain('model');
  expect(statusText(pipeline, plain)).toContain('adapter.rank: 32 → 64');
  expect(isUpToDate(pipeline)).toBe(false);
  const done = planOf(planned('a', cached), planned('b', {kind: 'skipped', condition: 'false'}));
  expect(isUpToDate(done)).toBe(true);
  expect(statusText(done, plain)).toBe('Everything is up to date (2 stages).\n');
});

test('a blocked stage shows its problem once, with frame and hint', () => {
  const problem = {
    code: 'data/no-folder',
    message: 'no such folder: songs',
    position,
    frame: '14 | x',
    hint: 'create it',
  };
  const plan = {...planOf(planned('songs', {kind: 'blocked', problem})), problems: [problem]};
  const text = planText(plan, plain);
  expect(text.match(/\[data\/no-folder\]/g)).toHaveLength(1);
  expect(text).toContain('  14 | x\n  hint: create it');
  expect(isUpToDate(plan)).toBe(false);
});

test('why follows an undecided stage to where the change is', () => {
  const text = whyText(pipeline.stages[5]!, pipeline, plain);
  expect(text).toContain('rank must run first');
  expect(text).toContain('    rank runs because adapter.rank: 32 → 64  (p.yaml:14:11)');
});

test('why says how far a change reaches', () => {
  expect(whyText(pipeline.stages[1]!, pipeline, plain)).toContain(
    '  reaches: latents, conditions, rank, train; with',
  );
  expect(whyText(pipeline.stages[5]!, pipeline, plain)).toContain('reaches no other stage');
});

const reasons: readonly [StaleReason, string][] = [
  [{kind: 'never_run'}, 'it never ran'],
  [{kind: 'never_finished'}, 'it has not run to its end yet'],
  [{kind: 'other_interrupted', at: 'step 40'}, 'another version of it ran until step 40 and was interrupted'],
  [{...rankChanged, old: undefined}, 'adapter.rank: (not set) → 64  (p.yaml:14:11)'],
  [{...rankChanged, old: 'a b', new: ['peft']}, 'adapter.rank: "a b" → ["peft"]  (p.yaml:14:11)'],
  [
    {kind: 'input_changed', param: 'model', from: stageId('model'), old: hash('a'), new: hash('b')},
    'model: the output of model changed, aaaaaaaaaa → bbbbbbbbbb',
  ],
  [
    {
      kind: 'file_changed',
      param: 'inputs.x',
      path: 'x.txt',
      old: hash('a'),
      new: undefined,
      changes: [],
      position,
    },
    'inputs.x: x.txt changed, aaaaaaaaaa → (none)  (p.yaml:14:11)',
  ],
  [
    {
      kind: 'file_changed',
      param: 'inputs.script',
      path: 'cap.py',
      old: hash('a'),
      new: hash('b'),
      changes: [{path: '', what: 'changed' as const}],
      position,
    },
    'inputs.script: cap.py changed  (p.yaml:14:11)',
  ],
  [
    {
      kind: 'file_changed',
      param: 'audio_dir',
      path: 'songs',
      old: hash('a'),
      new: hash('b'),
      changes: ['a', 'b', 'c', 'd'].map((name) => ({path: `${name}.wav`, what: 'added' as const})),
      position,
    },
    'audio_dir: in songs: a.wav added, b.wav added, c.wav added and 1 more  (p.yaml:14:11)',
  ],
  [
    {kind: 'outputs_missing', objects: [hash('a')]},
    'the cache no longer holds one of its outputs (aaaaaaaaaa)',
  ],
  [
    {kind: 'version_changed', old: 1, new: 2},
    'this version of sidestep computes it differently (stage version 1 → 2)',
  ],
];
test.each(reasons)('%o in words', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});

test('a long value is cut', () => {
  expect(reasonText({...rankChanged, old: 'x'.repeat(500)}).length).toBeLessThan(120);
});

test.each([
  {
    name: 'a finished training that is asked for clips',
    verdict: cached,
    params: {samples: {every_epochs: 1}},
    says: true,
  },
  {name: 'one that is asked for none', verdict: cached, params: {}, says: false},
  {name: 'one to be done', verdict: neverRun, params: {samples: {every_epochs: 1}}, says: false},
])('$name: the plan says who makes clips: $says', ({verdict, params, says}) => {
  const stage = planned('train', verdict);
  const plan = planOf({...stage, type: train, configured: {...stage.configured, params}});
  expect(planText(plan, plain).includes('a `generate` stage makes music of it')).toBe(says);
});
