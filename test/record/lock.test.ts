import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {contentHash, fingerprintOf} from '../../src/base/hash.js';
import type {Json} from '../../src/base/json.js';
import {compareLock} from '../../src/record/lock-compare.js';
import type {LockFile, StageRecord} from '../../src/record/lock-file.js';
import {parseLock, printLock} from '../../src/record/lock-text.js';

const record: StageRecord = {
  uses: 'train',
  version: 2,
  fingerprint: fingerprintOf({a: 1}),
  params: {'adapter.rank': 64, epochs: 100, note: 'a: "b"\n# c', targets: ['q_proj', 'v_proj']},
  inputs: {model: contentHash('model')},
  files: {},
  numerics: {backend: 'cpu', precision: 'f32'},
  outputs: {adapter: contentHash('adapter')},
};
const lock: LockFile = {sidestep_lock: 1, stages: {'train[rank=8]': record, yes: record}};

test('the text is YAML that says the same, one line a value', () => {
  const text = printLock(lock);
  expect(parse(text)).toEqual(lock);
  expect(text).toContain('      adapter.rank: 64\n');
});

test('what was written is read back, whatever the values', () => {
  const text = fc.string();
  const name = fc
    .string({minLength: 1})
    .filter((key) => key !== '__proto__' && !/[\n\r]/.test(JSON.stringify(key)));
  const property = fc.property(
    fc.dictionary(name, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text))),
    (params) => {
      const one: LockFile = {
        sidestep_lock: 1,
        stages: {s: {...record, params: {...params} as Record<string, Json>}},
      };
      const back = parseLock(printLock(one), 'p.lock.yaml');
      expect(back).toEqual({ok: true, value: one});
    },
  );
  fc.assert(property);
});

test.each([
  {
    name: 'a merge conflict',
    text: printLock(lock).replace('    version: 2\n', '<<<<<<< ours\n    version: 2\n'),
    line: 6,
  },
  {name: 'a tab', text: printLock(lock).replace('    version', '\tversion'), line: 6},
  {
    name: 'a value twice',
    text: printLock(lock).replace('    version: 2\n', '    version: 2\n    version: 3\n'),
    line: 7,
  },
])('$name is a problem with its line', ({text, line}) => {
  const result = parseLock(text, 'p.lock.yaml');
  expect(result).toMatchObject({
    ok: false,
    problems: [{code: 'record/damaged-lock-file', position: {file: 'p.lock.yaml', line}}],
  });
});

test.each([
  {
    name: 'a parameter',
    change: {params: {...record.params, epochs: 200}},
    difference: {what: 'param', key: 'epochs', old: 100, new: 200},
  },
  {name: 'an input', change: {inputs: {model: contentHash('x')}}, difference: {what: 'input', key: 'model'}},
  {
    name: 'a file',
    change: {files: {audio: contentHash('x')}},
    difference: {what: 'file', key: 'audio', old: undefined},
  },
  {name: 'the version', change: {version: 3}, difference: {what: 'version', old: 2, new: 3}},
  {name: 'the numerics', change: {numerics: null}, difference: {what: 'numerics'}},
  {
    name: 'an output',
    change: {outputs: {adapter: contentHash('x')}},
    difference: {what: 'output', key: 'adapter'},
  },
])('another $name is one difference', ({change, difference}) => {
  const current = new Map([
    ['train[rank=8]', {...record, ...change}],
    ['yes', record],
  ]);
  expect(compareLock(lock, current)).toMatchObject([
    {kind: 'changed', stage: 'train[rank=8]', ...difference},
  ]);
});

test('stages that came, went or cannot be known are differences', () => {
  const current = new Map<string, StageRecord | undefined>([
    ['yes', undefined],
    ['new', record],
  ]);
  expect(compareLock(lock, current)).toEqual([
    {kind: 'unknown', stage: 'yes'},
    {kind: 'stage_added', stage: 'new'},
    {kind: 'stage_removed', stage: 'train[rank=8]'},
  ]);
});
