import {mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readFileHashes} from '../../src/cache/file-hashes.js';
import {observeFiles} from '../../src/run/observe-files.js';
import {command} from '../../src/stage/command.js';
import {dataset} from '../../src/stage/dataset.js';
import {temporaryFolder} from '../temporary-folder.js';
import {pipelineOf} from './rig.js';

/** What planning sees of a dataset JSON's place, after an edit of the folder it is in. */
async function placeAfter(edit: (folder: string) => void): Promise<[before: string, after: string]> {
  const folder = await temporaryFolder();
  const json = join(folder, 'songs.json');
  writeFileSync(json, JSON.stringify({samples: [{audio_path: 'a.wav'}, {filename: 'b.wav'}]}));
  writeFileSync(join(folder, 'a.wav'), 'sound');
  utimesSync(join(folder, 'a.wav'), 1000, 1000);
  const place = async () => {
    const pipeline = pipelineOf(folder, {songs: {uses: 'dataset', params: {dataset_json: json}}});
    const hashes = readFileHashes(join(folder, 'hashes.json'));
    const seen = await observeFiles(pipeline.stages, new Map([['dataset', dataset]]), hashes);
    const observation = [...seen.values()][0];
    if (observation?.kind !== 'found') throw new Error('Expected the file to be found');
    return String(observation.place);
  };
  const before = await place();
  edit(folder);
  return [before, await place()];
}

test.each([
  {
    name: 'a song that was edited',
    edit: (folder: string) => writeFileSync(join(folder, 'a.wav'), 'another sound'),
    same: false,
  },
  {
    name: 'a song touched with its old size',
    edit: (folder: string) => utimesSync(join(folder, 'a.wav'), 1, 1),
    same: false,
  },
  {
    name: 'a song whose tags were edited by a program that sets its time back',
    edit: (folder: string) => {
      writeFileSync(join(folder, 'a.wav'), 'SOUND');
      utimesSync(join(folder, 'a.wav'), 1000, 1000);
    },
    same: false,
  },
  {
    name: 'a song that appeared',
    edit: (folder: string) => writeFileSync(join(folder, 'b.wav'), 'sound'),
    same: false,
  },
  {
    name: 'a sidecar that appeared',
    edit: (folder: string) => writeFileSync(join(folder, 'a.lyrics.txt'), 'la'),
    same: false,
  },
  {
    name: 'a file that no one names',
    edit: (folder: string) => writeFileSync(join(folder, 'c.wav'), 'sound'),
    same: true,
  },
])('$name is noticed: same = $same', async ({edit, same}) => {
  const [before, after] = await placeAfter(edit);
  expect(before === after).toBe(same);
});

test('in a folder a file called __proto__ counts as any other', async () => {
  const folder = await temporaryFolder();
  const content = async () => {
    const pipeline = pipelineOf(folder, {c: {uses: 'command', params: {inputs: {i: join(folder, 'in')}}}});
    const hashes = readFileHashes(join(folder, 'hashes.json'));
    const seen = await observeFiles(pipeline.stages, new Map([['command', command]]), hashes);
    return [...seen.values()].map((each) => (each.kind === 'found' ? each : undefined));
  };
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in/__proto__'), 'one');
  const [before] = await content();
  expect(Object.keys(before!.listing)).toEqual(['__proto__']);
  writeFileSync(join(folder, 'in/__proto__'), 'another');
  const [after] = await content();
  expect(after!.content).not.toBe(before!.content);
});
