import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {homedir, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {completePath} from '../../src/wizard/path-completion.js';

const cwd = mkdtempSync(join(tmpdir(), 'sidestep-paths-'));
afterAll(() => rmSync(cwd, {recursive: true}));

beforeAll(() => {
  for (const folder of ['songs', 'songs/live', 'Stems', '.hidden', 'my music', 'bj\u006f\u0308rk'])
    mkdirSync(join(cwd, folder));
  for (const file of ['songs.json', 'songs/a.wav', 'notes.txt', 'bell\u0007.json', 'songs/live/set.json'])
    writeFileSync(join(cwd, file), '');
  symlinkSync('songs', join(cwd, 'stage'));
  symlinkSync('nowhere', join(cwd, 'stale'));
});

test.each([
  {
    typed: '',
    kind: 'folder',
    text: '',
    names: ['Stems/', 'bj\u006f\u0308rk/', 'my music/', 'songs/', 'stage/'],
  },
  {typed: 'so', kind: 'folder', text: 'songs/', names: ['songs/']},
  {typed: 'so', kind: 'folder_or_json', text: 'songs', names: ['songs.json', 'songs/']},
  {typed: 's', kind: 'folder', text: 's', names: ['songs/', 'stage/']},
  {typed: 'n', kind: 'folder_or_json', text: 'n', names: []},
  {typed: 'n', kind: 'file', text: 'notes.txt', names: ['notes.txt']},
  {typed: './so', kind: 'folder', text: './songs/', names: ['songs/']},
  {typed: 'songs/', kind: 'folder_or_json', text: 'songs/live/', names: ['live/']},
  {typed: 'stage/l', kind: 'folder', text: 'stage/live/', names: ['live/']},
  {typed: 'my', kind: 'folder', text: 'my music/', names: ['my music/']},
  {typed: 'ste', kind: 'folder', text: 'Stems/', names: ['Stems/']},
  {typed: 'S', kind: 'folder', text: 'Stems/', names: ['Stems/']},
  {typed: 'bj\u00f6', kind: 'folder', text: 'bj\u006f\u0308rk/', names: ['bj\u006f\u0308rk/']},
  {typed: 'be', kind: 'folder_or_json', text: 'be', names: []},
  {typed: '.', kind: 'folder', text: '.hidden/', names: ['.hidden/']},
  {typed: 'nowhere/x', kind: 'folder', text: 'nowhere/x', names: []},
  {typed: 'songs.json/', kind: 'folder', text: 'songs.json/', names: []},
  {typed: '~', kind: 'folder', text: '~/', names: []},
] as const)('$typed as $kind becomes $text', ({typed, kind, text, names}) => {
  expect(completePath(typed, cwd, kind)).toEqual({text, names});
});

test('from the home folder, and from the root', () => {
  expect(completePath(`${cwd}/so`, '/', 'folder').text).toBe(`${cwd}/songs/`);
  expect(completePath('~/', cwd, 'folder').names).toEqual(completePath(`${homedir()}/`, cwd, 'folder').names);
});
