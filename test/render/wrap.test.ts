import {expect, test} from 'vitest';
import {wrapped} from '../../src/render/wrap.js';

test.each([
  {name: 'a short line stays', text: 'one two', width: 10, lines: ['one two']},
  {name: 'a break comes between words', text: 'one two three', width: 9, lines: ['one two', '  three']},
  {name: 'the indentation goes on', text: '  one two three', width: 9, lines: ['  one two', '    three']},
  {
    name: 'a path is never broken',
    text: 'see /a/very/long/path now',
    width: 8,
    lines: ['see', '  /a/very/long/path', '  now'],
  },
  {
    name: 'a code frame that fits stays',
    text: '    13 | train:\n  > 14 | adapter: {rnk: 64}\n       |           ^^^\n  hint: rank',
    width: 30,
    lines: ['    13 | train:', '  > 14 | adapter: {rnk: 64}', '       |           ^^^', '  hint: rank'],
  },
  {
    name: 'of a wider one the end is left out where the mark comes first',
    text: '    13 | train:\n  > 14 | adapter: {rnk: 64, alpha: 128, dropout: 0.1}\n       |           ^^^',
    width: 40,
    lines: ['    13 | train:', '  > 14 | adapter: {rnk: 64, alpha: 128,…', '       |           ^^^'],
  },
  {
    name: 'or the beginning, of every line, so that the mark stays under what it marks',
    text: '    13 | train:\n  > 14 | adapter: {rank: 64, alpha: 128, dropuot: 0.1, bias: none}\n       |                                 ^^^^^^^',
    width: 40,
    lines: ['    13 | …', '  > 14 | …ha: 128, dropuot: 0.1, bias: …', '       |           ^^^^^^^'],
  },
  {
    name: 'wide letters are counted as columns',
    text: `  > 14 | caption: 東京の夜に降る雨の音楽と静かな街, rnk: 4\n       | ${' '.repeat(43)}^^^`,
    width: 30,
    lines: ['  > 14 | …な街, rnk: 4', '       |        ^^^'],
  },
  {
    name: 'the last words of a program are no frame',
    text: '  | could not open the file',
    width: 20,
    lines: ['  | could not open the file'],
  },
  {
    name: 'colours take no room',
    text: '\u001b[31mone\u001b[39m two',
    width: 7,
    lines: ['\u001b[31mone\u001b[39m two'],
  },
  {name: 'columns of a table keep their distance', text: 'a    b', width: 10, lines: ['a    b']},
])('$name', ({text, width, lines}) => {
  expect(wrapped(text, width).split('\n')).toEqual(lines);
});
