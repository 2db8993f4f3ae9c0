import {appendFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readNewLines} from '../../src/record/new-lines.js';
import {temporaryFolder} from '../temporary-folder.js';

test('lines come once, whole, in order, whatever pieces the file grows in', async () => {
  const path = join(await temporaryFolder(), 'log');
  const {read, rest} = readNewLines(path);
  expect(read()).toEqual([]); // not there yet
  const text = 'eins\n\nzwölf 月曜\nlast';
  const told: string[] = [];
  for (const byte of Buffer.from(text)) {
    appendFileSync(path, Buffer.from([byte])); // letters are cut in two as well
    told.push(...read());
  }
  expect(told).toEqual(['eins', '', 'zwölf 月曜']);
  expect(rest()).toBe('last');
});

test('a file of many blocks', async () => {
  const path = join(await temporaryFolder(), 'log');
  const lines = Array.from({length: 20_000}, (_, index) => `line ${index}`);
  appendFileSync(path, `${lines.join('\n')}\n`);
  expect(readNewLines(path).read()).toEqual(lines);
});
