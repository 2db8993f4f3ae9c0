import {expect, test} from 'vitest';
import {completedSidecar, newSidecar} from '../../src/dataset/sidecar-json.js';

const facts = {bpm: 120, keyscale: 'A minor'};
const completed = (text: string, policy: 'missing' | 'overwrite' = 'missing') =>
  completedSidecar({text, path: '/songs/a.json'}, facts, policy);

test.each([
  {what: 'an empty object', text: '{}', to: '{\n  "bpm": 120,\n  "keyscale": "A minor"\n}'},
  {
    what: 'one line',
    text: '{"caption": "a, b"}',
    to: '{"bpm": 120, "keyscale": "A minor", "caption": "a, b"}',
  },
  {
    what: 'lines, set as they are set',
    text: '{\n\t"caption": "x"\n}\n',
    to: '{\n\t"bpm": 120,\n\t"keyscale": "A minor",\n\t"caption": "x"\n}\n',
  },
  {
    what: 'a key of another name that says it, and one that says nothing',
    text: '{"tempo": 90.50, "key": null}',
    to: '{"tempo": 90.50, "key": "A minor"}',
  },
])('$what is completed, and nothing else in it changes', ({text, to}) => {
  expect(completed(text)).toBe(to);
  expect(completed(to)).toBeUndefined();
});

test('with overwrite what differs is replaced where it is', () => {
  expect(completed('{"tempo": 90.50, "key": "C \\"dur\\"", "x": [1]}', 'overwrite')).toBe(
    '{"tempo": 120, "key": "A minor", "x": [1]}',
  );
  expect(completed('{"bpm": "120", "keyscale": "A minor"}', 'overwrite')).toBeUndefined();
});

test.each([
  {text: '[1]', code: 'dataset/wrong-type'},
  {text: '{"bpm": [90], "keyscale": ""}', code: 'dataset/wrong-type'},
  {text: '{"bpm"', code: 'json/invalid'},
])('$text is refused', ({text, code}) => {
  expect(() => completed(text, 'overwrite')).toThrowError(
    expect.objectContaining({problem: expect.objectContaining({code})}),
  );
});

test('a new one holds the facts alone', () => {
  expect(JSON.parse(newSidecar(facts))).toEqual(facts);
});
