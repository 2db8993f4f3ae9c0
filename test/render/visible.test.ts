import {expect, test} from 'vitest';
import {messageLines, visible, visibly} from '../../src/render/visible.js';

test.each([
  {name: 'lines that go on with two spaces are the message’s own', text: 'a\n  b', lines: ['a', '  b']},
  {
    name: 'other line ends came with a name',
    text: 'a\n15:00:00 train  done',
    lines: ['a\\n15:00:00 train  done'],
  },
  {name: 'and so did carriage returns', text: 'a\r  b', lines: ['a\\r  b']},
])('$name', ({text, lines}) => {
  expect(messageLines(text)).toEqual(lines);
});

test.each([
  {name: 'a command of GitHub Actions', text: '::error::x', shown: '\\u003a:error::x'},
  {name: 'an indented one', text: '  ::error::x', shown: '  \\u003a:error::x'},
  {name: 'an old one, anywhere', text: 'a ##[error]x', shown: 'a \\u0023#[error]x'},
  {name: 'one of Azure', text: '##vso[task.x]', shown: '\\u0023#vso[task.x]'},
  {name: 'escape sequences', text: '\u001b[2J\u009b2J', shown: '\\u001b[2J\\u009b2J'},
  {name: 'marks that turn the writing direction', text: 'a\u202eb\u2066', shown: 'a\\u202eb\\u2066'},
  {name: 'colons and signs that mean nothing', text: 'a::b # ## c', shown: 'a::b # ## c'},
])('$name is shown, not obeyed', ({text, shown}) => {
  expect(visible(text)).toBe(shown);
  expect(visibly({deep: [{name: text}]})).toEqual({deep: [{name: shown}]});
});
