import fc from 'fast-check';
import {expect, test} from 'vitest';
import {equalsAfterPath, joinPath, pathsAbove, pathWords} from '../../src/base/dotted-path.js';

test('whatever the words, their path leads back to them, and no two lists of words share a path', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('', 'a', '0', 'a.b', '"', '\\', 'a"."b', ' ', '='));
  fc.assert(
    fc.property(fc.array(word, {minLength: 1, maxLength: 4}), (words) => {
      expect(pathWords(words.reduce(joinPath, ''))).toEqual(words);
    }),
  );
});

test.each([
  {words: ['adapter', 'rank'], path: 'adapter.rank'},
  {words: ['rank_pattern', 'layers.0.q_proj'], path: 'rank_pattern."layers.0.q_proj"'},
  {words: ['rank_pattern', '.*\\.k'], path: 'rank_pattern.".*\\\\.k"'},
])('$path', ({words, path}) => {
  expect(words.reduce(joinPath, '')).toBe(path);
  expect(pathWords(path)).toEqual(words);
});

test.each(['', '.', 'a.', '.a', 'a..b', 'a."b', 'a."b"c', '"\\q"', 'a"b"'])('%s is no path', (text) => {
  expect(pathWords(text)).toBeUndefined();
});

test('the paths above one, nearest first', () => {
  expect(pathsAbove('a."b.c".0')).toEqual(['a."b.c"', 'a']);
  expect(pathsAbove('a')).toEqual([]);
});

test.each([
  {text: 'a.b=1', at: 3},
  {text: 'a."x=y"=1', at: 7},
  {text: 'a.b', at: -1},
  {text: 'a."x=y', at: -1},
  {text: '=', at: 0},
])('the = of $text is at $at', ({text, at}) => {
  expect(equalsAfterPath(text)).toBe(at);
});
