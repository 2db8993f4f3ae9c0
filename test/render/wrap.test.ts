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
    name: 'a code frame stays',
    text: '  14 | adapter: {rnk: 64}\n     |           ^^^',
    width: 8,
    lines: ['  14 | adapter: {rnk: 64}', '     |           ^^^'],
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
