import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, expect, test} from 'vitest';
import {type Listeners, openListeners} from '../../../src/dataset/audio/listeners.js';
import {listen} from '../../../src/dataset/audio/sound-report.js';
import {readDataset} from '../../../src/dataset/read-dataset.js';
import {defaults, effects, folderOf, tone} from '../../dataset/dataset-rig.js';

const clips = fileURLToPath(new URL('../../dataset/audio/clips/', import.meta.url));
const entry = new URL('../../../dist/dataset/audio/listening-thread.js', import.meta.url);

let listeners: Listeners | undefined;
afterEach(() => listeners?.close());

function open(threads: number): Listeners {
  listeners = openListeners({entry, threads});
  return listeners;
}

test.each([1, 3])('%i threads hear in every codec what this one hears', async (threads) => {
  const names = ['lame.mp3', 's16.flac', 'opus.opus', 'vorbis.ogg', 'oggflac.ogg'];
  const paths = names.map((name) => join(clips, name));
  const {listen: inThread} = open(threads);
  expect(await Promise.all(paths.map(inThread))).toEqual(
    await Promise.all(paths.map((path) => listen(path))),
  );
});

test('a dataset read several songs at once is the dataset read one by one, findings and all', async () => {
  const silence = tone(300, {level: 0});
  const songs = Array.from({length: 8}, (_, i) => [`${i}.wav`, tone(200 + i, {seconds: 1 + (i % 3)})]);
  const audio_dir = await folderOf({...Object.fromEntries(songs), 'a.wav': 'no sound', 'z.wav': silence});
  const threads = open(3);
  const several = {...effects, listen: threads.listen, songs_at_once: 3};
  const read = await readDataset({...defaults, audio_dir}, several);
  expect(read).toEqual(await readDataset({...defaults, audio_dir}, effects));
  expect(read.ok && read.value.findings.map(({code}) => code)).toContain('dataset/silent');
});

test('problems keep their code and words, the file system’s errors too, and the thread goes on', async () => {
  const folder = await folderOf({'song.flac': 'fLaC and nothing else'});
  const damaged = join(folder, 'song.flac');
  const expected = await listen(damaged).catch((error: {problem: object}) => error.problem);
  const threads = open(1);
  const absent = join(folder, 'absent.wav');
  await expect(threads.listen(damaged)).rejects.toMatchObject({problem: expected});
  await expect(threads.listen(absent)).rejects.toMatchObject({code: 'ENOENT'});
  await writeFile(absent, tone(440));
  expect((await threads.listen(absent)).seconds).toBe(1);
});

test('closing ends what is being heard and what waits', async () => {
  const folder = await folderOf({'long.wav': tone(440, {seconds: 60})});
  const threads = open(1);
  const heard = [0, 1, 2].map(() => threads.listen(join(folder, 'long.wav')));
  const ends = Promise.allSettled(heard);
  await threads.close();
  expect((await ends).map(({status}) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});
