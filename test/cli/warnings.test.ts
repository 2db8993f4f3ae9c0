import {writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {tone} from '../dataset/dataset-rig.js';
import {Folder} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  songs: {uses: dataset, with: {audio_dir: songs}}
`;

/** What was warned of, without clock times. */
function warned({stderr}: {readonly stderr: string}): string {
  return /warning: .*(\n {2}.*)*/.exec(stderr)?.[0] ?? '';
}

test('warnings of one kind are one, and every later run says them again until they are fixed', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const write = (song: number, level: number): void => {
    folder.write(`songs/${song}.txt`, `caption: tune ${song}\nlanguage: en\n`);
    folder.write(`songs/${song}.lyrics.txt`, 'la la la\n');
    writeFileSync(folder.file(`songs/${song}.wav`), tone(200 + 10 * song, {level}));
  };
  const songs = [1, 2, 3, 4, 5, 6, 7, 8];
  for (const song of songs) write(song, 60_000); // too loud for 16 bits
  const first = await folder.run(['run', '--plain']);
  expect(first.code).toBe(0);
  expect(warned(first)).toMatch(
    /^warning: 8 times: {2}\[dataset\/clipped\]\n {2}1\.wav is clipped(.*\n){4} {2}hint: /,
  );
  expect(first.stderr.match(/warning:/g)).toHaveLength(1);
  const second = await folder.run(['run', '--plain']);
  expect(second.stdout).toContain('Nothing to do');
  expect(warned(second)).toBe(warned(first));
  for (const song of songs.slice(1)) write(song, 8000);
  const third = await folder.run(['run', '--plain']);
  expect(warned(third)).toMatch(/^warning: 1\.wav is clipped/);
  write(1, 8000);
  expect(warned(await folder.run(['run', '--plain']))).toBe('');
});
