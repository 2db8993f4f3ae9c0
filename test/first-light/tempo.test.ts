import {cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {afterAll, expect, test} from 'vitest';
import {parse} from 'yaml';
import {wavFile} from '../../src/format/wav-write.js';
import {Project, problemsOf, root, type Stages} from './project.js';

const project = new Project();
afterAll(() => project.remove());

const RATE = 22050;

/** Twelve seconds of a short drum on every beat. */
function drums(beats_per_minute: number): Uint8Array {
  const beat = (60 * RATE) / beats_per_minute;
  const sound = Float32Array.from({length: 12 * RATE}, (_, i) => {
    const since = (i % beat) / RATE;
    return 0.6 * Math.sin(2 * Math.PI * 160 * since) * Math.exp(-40 * since);
  });
  return wavFile({channels: [sound], sample_rate: RATE}, '16');
}

/** The example, but for what needs a model. */
function exampleStages(): Stages {
  const {stages, vars} = parse(readFileSync(`${root}pipelines/tempo.yaml`, 'utf8'));
  const text = JSON.stringify({tempo: stages.tempo, songs: stages.songs});
  return JSON.parse(text.replaceAll('${vars.songs}', vars.songs.replace('../', './')));
}

test('pipelines/tempo.yaml measures every song, and what is written beside one counts more', async () => {
  mkdirSync(project.file('my_audio/live'), {recursive: true});
  cpSync(`${root}pipelines/tempo.mjs`, project.file('tempo.mjs'));
  writeFileSync(project.file('my_audio/slow.wav'), drums(72));
  writeFileSync(project.file('my_audio/live/quick one.wav'), drums(128));
  writeFileSync(project.file('my_audio/told.wav'), drums(96));
  writeFileSync(project.file('my_audio/told.txt'), 'caption: drums\nbpm: 48\n');
  project.writePipeline(exampleStages());
  const ended = await project.run();
  expect(ended.code, problemsOf(ended) + ended.stderr).toBe(0);
  const tempo = (name: string): unknown => {
    const {stdout} = project.command(['show', 'sample', name, '--json']);
    return (JSON.parse(stdout) as {sample: {bpm: string}}).sample.bpm;
  };
  expect(['slow.wav', 'live/quick one.wav', 'told.wav'].map(tempo)).toEqual(['72', '128', '48']);
});
