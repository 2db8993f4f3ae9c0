import {mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {computedParts, eventsOf, Project, problemsOf, root, type Stages} from './project.js';

/** A folder of a user's own songs: how little is done again when something about them changes. Tests build on each other. */
const project = new Project();

interface Entry {
  readonly filename: string;
  readonly caption: string;
  readonly lyrics?: string;
}

const song = (i: number): Entry => ({filename: `clip-${i}.wav`, caption: `a tune, number ${i}`});
const three = [song(1), song(2), song(3)];
const four = [...three, song(4)];
const edited = four.map((entry, i) => (i === 1 ? {...entry, caption: 'a march'} : entry));
const sung = edited.map((entry, i) => (i === 2 ? {...entry, lyrics: '[Verse]\nla la'} : entry));

function stages(model: 'turbo' | 'base', conditioning: 'inference' | 'upstream'): Stages {
  return {
    model: {uses: 'scan', with: {checkpoint_dir: `${root}test/golden/tiny_checkpoint`, model}},
    songs: {uses: 'dataset', with: {audio_dir: 'songs', dataset_json: 'dataset.json'}},
    latents: {
      uses: 'preprocess.pass1',
      with: {model: '${stages.model}', dataset: '${stages.songs}', conditioning},
    },
    conditions: {uses: 'preprocess.pass2', with: {model: '${stages.model}', latents: '${stages.latents}'}},
  };
}

/** The parts that were made, by stage and sample. */
async function made(
  samples: readonly Entry[],
  model: 'turbo' | 'base' = 'turbo',
  conditioning: 'inference' | 'upstream' = 'inference',
) {
  for (const {filename} of samples) {
    const number = Number(/\d+/.exec(filename)![0]);
    writeFileSync(project.file('songs', filename), waveFile(synthesise(42, number, 1)));
  }
  writeFileSync(project.file('dataset.json'), JSON.stringify({metadata: {custom_tag: 'mine'}, samples}));
  project.writePipeline(stages(model, conditioning));
  const ended = await project.run();
  expect(ended.code, problemsOf(ended)).toBe(0);
  return computedParts(ended);
}

beforeAll(() => mkdirSync(project.file('songs')));
afterAll(() => project.remove());

test('at first: every part of every song', async () => {
  const {latents, conditions} = await made(three);
  expect(Object.keys(latents!)).toEqual(['clip-1.wav', 'clip-2.wav', 'clip-3.wav']);
  expect(latents!['clip-1.wav']).toContain('latents');
  expect(Object.keys(conditions!)).toEqual(Object.keys(latents!));
});

test('one song more: one encode in each pass', async () => {
  expect(await made(four)).toEqual({
    latents: {'clip-4.wav': ['latents', 'text']},
    conditions: {'clip-4.wav': ['conditions']},
  });
});

test('another caption: no audio, one text, one condition', async () => {
  expect(await made(edited)).toEqual({
    latents: {'clip-2.wav': ['text']},
    conditions: {'clip-2.wav': ['conditions']},
  });
});

test('other lyrics: no audio, those lyrics, one condition', async () => {
  expect(await made(sung)).toEqual({
    latents: {'clip-3.wav': ['lyrics']},
    conditions: {'clip-3.wav': ['conditions']},
  });
});

test('from turbo to base, which shares VAE and text encoder: conditions only; and back: nothing', async () => {
  const {latents, conditions} = await made(sung, 'base');
  expect(latents).toBeUndefined();
  expect(Object.keys(conditions!)).toHaveLength(4);
  expect(await made(sung, 'turbo')).toEqual({});
});

test("from inference's conditions to upstream's: texts, lyrics and conditions, no audio; and back: nothing", async () => {
  const {latents, conditions} = await made(sung, 'turbo', 'upstream');
  expect(new Set(Object.values(latents!).flat())).toEqual(new Set(['text', 'lyrics']));
  expect(Object.keys(conditions!)).toHaveLength(4);
  expect(await made(sung)).toEqual({});
});

test('a song with another name and place: nothing', async () => {
  renameSync(project.file('songs/clip-1.wav'), project.file('songs/first 1.wav'));
  const [first, ...others] = sung;
  expect(await made([{...first!, filename: 'first 1.wav'}, ...others])).toEqual({});
});

test('a song that is no audio fails by itself: the others are encoded, and the stage says which is missing', async () => {
  writeFileSync(project.file('songs/broken.wav'), 'RIFF....WAVEfmt nothing');
  const samples = [...sung.slice(1), {filename: 'broken.wav', caption: 'nothing'}];
  writeFileSync(project.file('dataset.json'), JSON.stringify({samples}));
  const ended = await project.run();
  expect(ended.code).toBe(2); // as `plan` has it: nothing else was computed
  const said = [...eventsOf(ended, 'sample_failed').map(({sample}) => sample), problemsOf(ended)].join('\n');
  expect(said).toContain('broken.wav');
});
