import {expect, test} from 'vitest';
import {lastWords, lineSplitter} from '../../src/run/child-output.js';

test('last words are a screen of them: the last dozen lines, each cut', () => {
  const {take, words} = lastWords();
  for (let line = 1; line <= 40; line += 1) take(`${line} ${'x'.repeat(100_000)}`);
  expect(words()).toHaveLength(12);
  expect(words()[0]).toMatch(/^29 x{237} …$/);
  expect(words().join('').length).toBeLessThan(4_000);
});

test.each([
  {name: 'LF', pieces: ['a\nb\n'], lines: ['a', 'b']},
  {name: 'CR LF in two pieces', pieces: ['a\r', '\nb'], lines: ['a', 'b']},
  {name: 'CR, of progress bars', pieces: ['1%\r2%\r3%'], lines: ['1%', '2%', '3%']},
  {name: 'no end', pieces: ['a', 'b'], lines: ['ab']},
  {name: 'empty lines', pieces: ['\n\n'], lines: ['', '']},
])('lines that end with $name', ({pieces, lines}) => {
  const heard: string[] = [];
  const splitter = lineSplitter((line) => heard.push(line));
  for (const piece of pieces) splitter.take(piece);
  splitter.end();
  expect(heard).toEqual(lines);
});
