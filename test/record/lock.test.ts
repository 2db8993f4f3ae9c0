import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {contentHash, fingerprintOf} from '../../src/base/hash.js';
import type {Json} from '../../src/base/json.js';
import {compareLock} from '../../src/record/lock-compare.js';
import type {LockFile, StageRecord} from '../../src/record/lock-file.js';
import {printLock} from '../../src/record/lock-text.js';
import {parseLock} from '../../src/record/parse-lock.js';

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
      expect(back).toEqual({ok: true, value: {lock: one, warning: undefined}});
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
  {name: 'line ends of Windows', change: (text: string) => text.replaceAll('\n', '\r\n')},
  {name: 'a byte order mark', change: (text: string) => `\ufeff${text}`},
  {name: 'both', change: (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`},
  {name: 'no line feed at the end', change: (text: string) => text.slice(0, -1)},
  {name: 'nothing changed', change: (text: string) => text},
])('a lock file with $name is read as it was', ({change}) => {
  expect(parseLock(change(printLock(lock)), 'p.lock.yaml')).toEqual({
    ok: true,
    value: {lock, warning: undefined},
  });
});

test('cut anywhere, what is whole is used, a warning has the place of the end, and nothing is invented', () => {
  const text = printLock(lock);
  const betweenRecords = text.indexOf('  "yes":') - 1; // as if it had been written so
  for (let length = 0; length < text.length - 1; length++) {
    for (const end of ['', '\0'.repeat(50)]) {
      if (end === '' && (length === betweenRecords || length === betweenRecords + 1)) continue;
      const result = parseLock(text.slice(0, length) + end, 'p.lock.yaml');
      if (!result.ok) throw new Error(`${length}: ${result.problems[0]!.message}`);
      const {lock: rest, warning} = result.value;
      expect(warning?.code, `${length}`).toMatch(/^record\/(cut|empty)-lock-file$/);
      expect(warning?.position?.line).toBeLessThanOrEqual(text.slice(0, length).split('\n').length);
      for (const [id, found] of Object.entries(rest.stages)) expect(found).toEqual(lock.stages[id]);
    }
  }
});

test.each([
  {
    name: 'a newer format',
    change: (text: string) => text.replace('sidestep_lock: 1', 'sidestep_lock: 2'),
    problem: {code: 'record/newer-lock-file', position: {line: 2}},
  },
  {
    name: 'a newer format with lines of its own',
    change: () => '# x\nsidestep_lock: 3\nanything:\n- else\n',
    problem: {code: 'record/newer-lock-file', position: {line: 2}},
  },
  {
    name: 'a hash that is a number',
    change: (text: string) => text.replace(/model: ".*"/, 'model: 5'),
    problem: {code: 'record/damaged-lock-file', position: {line: 14}},
  },
  {
    name: 'a fingerprint that is a number',
    change: (text: string) => text.replace(/fingerprint: ".*"/, 'fingerprint: 7'),
    problem: {code: 'record/damaged-lock-file', position: {line: 7}},
  },
  {
    name: 'a number without end',
    change: (text: string) => text.replace('epochs: 100', 'epochs: 1e999'),
    problem: {code: 'record/damaged-lock-file', position: {line: 10}},
  },
  {
    name: 'lists in lists without end',
    change: (text: string) =>
      text.replace('epochs: 100', `epochs: ${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    problem: {code: 'record/damaged-lock-file', position: {line: 10}},
  },
  {
    name: 'a record that lacks a member, before another one',
    change: (text: string) => text.replace('    version: 2\n', ''),
    problem: {code: 'record/damaged-lock-file', position: {line: 4}},
  },
  {
    name: 'a merge conflict',
    change: (text: string) => text.replace('    version: 2\n', '<<<<<<< HEAD\n    version: 2\n=======\n'),
    problem: {message: 'A merge conflict is left in the lock file', position: {line: 6}},
  },
  {name: 'another text', change: () => 'hello\nworld\n', problem: {position: {line: 1}}},
])('$name is a problem with its true line', ({change, problem}) => {
  expect(parseLock(change(printLock(lock)), 'p.lock.yaml')).toMatchObject({ok: false, problems: [problem]});
});

test('no mutation of a lock file throws', () => {
  const text = printLock(lock);
  const property = fc.property(
    fc.array(fc.tuple(fc.nat(text.length), fc.nat(30), fc.string({maxLength: 20})), {
      minLength: 1,
      maxLength: 5,
    }),
    (edits) => {
      let mutated = text;
      for (const [at, removed, put] of edits)
        mutated = mutated.slice(0, at) + put + mutated.slice(at + removed);
      const result = parseLock(mutated, 'p.lock.yaml');
      if (result.ok) printLock(result.value.lock);
      else for (const {position} of result.problems) expect(position?.line).toBeGreaterThan(0);
    },
  );
  fc.assert(property, {numRuns: 1000});
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
