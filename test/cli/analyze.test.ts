import {readdirSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {Dataset} from '../../src/dataset/sample.js';
import {madeUpSong} from '../made-up-song.js';
import {Folder} from './sidestep.js';

const pipeline = (copy: string, more = '') => `sidestep: 1
stages:
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  numbers: {uses: analyze, with: {dataset: "\${stages.songs}"${more}}}
  out:
    uses: command
    with: {argv: [sh, -c, 'cp "$0" "$1"; cp "$0" "$2"', "\${inputs.d}", "\${outputs.o}", "${copy}"], inputs: {d: "\${stages.numbers}"}, outputs: {o: o.json}}
`;

function studio(): Folder {
  const folder = new Folder({});
  folder.write('pipeline.yaml', pipeline(folder.file('numbers.json')));
  folder.write('songs/band.wav', madeUpSong({tempo: 104, seconds: 14, tonic: 9}));
  folder.write('songs/drums.wav', madeUpSong({tempo: 132, seconds: 10}));
  folder.write('songs/said.wav', madeUpSong({tempo: 90, seconds: 10, tonic: 2}));
  folder.write('songs/said.json', '{"caption": "mine", "bpm": 45, "keyscale": "E minor"}');
  return folder;
}

interface Finished {
  readonly kind: string;
  readonly stage?: string;
  readonly computed?: readonly string[];
}

test('untagged songs get tempo, key and meter; what somebody said stays; files beside songs are completed when asked for', async () => {
  const folder = studio();
  const first = await folder.run(['run', '--json']);
  expect(first.code, first.stdout + first.stderr).toBe(0);
  const {samples} = JSON.parse(folder.read('numbers.json')) as Dataset;
  expect(samples.map(({name, bpm, keyscale}) => [name, bpm, keyscale])).toEqual([
    ['band.wav', '104', 'A major'],
    ['drums.wav', '132', ''],
    ['said.wav', '45', 'E minor'],
  ]);
  expect(samples[0]!.timesignature).toBe('4/4');
  expect(samples[0]!.prompt.text).toContain('- bpm: 104\n- timesignature: 4/4\n- keyscale: A major\n');
  expect(samples[0]!.origins).toMatchObject({bpm: 'analyze_stage', keyscale: 'analyze_stage'});
  expect(samples[2]!.origins).toMatchObject({bpm: 'sidecar'});
  expect(samples[1]!.measurements!.key_confidence).toBeLessThan(0.2);
  expect(samples[2]!.measurements).toMatchObject({key: 'D major'});
  expect(Math.abs(samples[2]!.measurements!.tempo - 90)).toBeLessThan(0.2);
  expect(samples[2]!.measurements!.loudness).toBeGreaterThan(-40);
  expect(readdirSync(folder.file('songs'))).toEqual(['band.wav', 'drums.wav', 'said.json', 'said.wav']);

  folder.write(
    'pipeline.yaml',
    pipeline(folder.file('numbers.json'), ', merge: overwrite_bpm, write_sidecars: overwrite'),
  );
  const second = await folder.run(['run', '--json']);
  expect(second.code, second.stderr).toBe(0);
  const measured = second.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Finished)
    .filter(({kind, stage}) => kind === 'sample_finished' && stage === 'numbers');
  expect(measured.flatMap(({computed}) => computed)).toEqual([]); // each song is measured once
  expect(folder.read('songs/said.json')).toBe(
    '{"timesignature": "4/4", "caption": "mine", "bpm": 90, "keyscale": "E minor"}',
  );
  expect(JSON.parse(folder.read('songs/drums.json'))).toMatchObject({bpm: 132});
  expect(JSON.parse(folder.read('songs/drums.json'))).not.toHaveProperty('keyscale');

  const before = JSON.parse(folder.read('numbers.json')) as Dataset;
  const third = await folder.run(['run', '--json']); // now from what was written
  expect(third.code, third.stderr).toBe(0);
  const after = JSON.parse(folder.read('numbers.json')) as Dataset;
  expect(after.samples.map(({prompt}) => prompt.text)).toEqual(before.samples.map(({prompt}) => prompt.text));
  expect(after.samples.map(({caption, origins}) => [caption, origins.caption])).toEqual([
    ['band', 'file_name'], // still none of its own: a caption stage would ask for one
    ['drums', 'file_name'],
    ['mine', 'sidecar'],
  ]);
});
