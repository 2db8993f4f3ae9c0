import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {shellWord} from '../../src/base/shell-word.js';

const words = ['songs.yaml', 'my songs.yaml', "it's", 'a"b', '$HOME', '100%', '`id`', 'a,b', '(x)', 'ü 音楽'];

test.skipIf(process.platform === 'win32')('a shell reads each word as it was', () => {
  const line = `printf '%s\\n' ${words.map((word) => shellWord(word, 'linux')).join(' ')}`;
  expect(execFileSync('/bin/sh', ['-c', line], {encoding: 'utf8'}).trimEnd().split('\n')).toEqual(words);
});

test.each([
  {word: 'C:\\songs\\a.yaml', pasted: 'C:\\songs\\a.yaml'},
  {word: 'C:\\my songs\\a.yaml', pasted: '"C:\\my songs\\a.yaml"'},
  {word: "it's", pasted: '"it\'s"'},
  {word: 'a,b', pasted: '"a,b"'},
  {word: '@file', pasted: '"@file"'},
  {word: '~x', pasted: '"~x"'},
  {word: '(x) & y', pasted: '"(x) & y"'},
  {word: "$it's", pasted: "'$it''s'"},
  {word: '50% "off"', pasted: '\'50% "off"\''},
])('on Windows $word is pasted as $pasted', ({word, pasted}) => {
  expect(shellWord(word, 'win32')).toBe(pasted);
});
