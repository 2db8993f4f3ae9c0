import {cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {readSafetensorsHeader} from '../../../src/format/safetensors-read.js';
import {writeFixtureCheckpoint} from '../../../src/worker/fixture/checkpoint.js';
import {synthesise, waveFile} from '../../../src/worker/fixture/music.js';
import {Project, preparation, training} from '../../first-light/project.js';

/** A training of one project; what is made of it elsewhere has nothing of that project but the file named in each test. */
const project = new Project();
const elsewhere = new Project();
afterAll(() => {
  project.remove();
  elsewhere.remove();
});

const songs = ['march.wav', 'live/air.wav', 'live/waltz.wav'];

/** A model and songs as people keep them, words beside the songs. */
async function layOut(place: Project): Promise<void> {
  const model = {model: 'turbo', hidden_size: 32, layers: 2, seed: 42} as const;
  await writeFixtureCheckpoint(place.file('checkpoints'), model as never);
  mkdirSync(place.file('songs/live'), {recursive: true});
  for (const [i, name] of songs.entries()) {
    writeFileSync(place.file('songs', name), waveFile(synthesise(1, i, 2)));
    const stem = place.file('songs', name.replace('.wav', ''));
    writeFileSync(`${stem}.txt`, `caption: a tune called ${name}\ngenre: folk\nbpm: ${90 + i}\n`);
    if (i > 0) writeFileSync(`${stem}.lyrics.txt`, `[Verse]\nNumber ${i} is ringing clear\n`);
  }
}

beforeAll(async () => {
  await layOut(project);
  await layOut(elsewhere);
  const {latents, conditions} = preparation();
  const adapter = (name: string, formats: readonly string[], more: object = {}) => ({
    uses: 'export',
    with: {adapter: `\${stages.${name}}`, formats, name, output_dir: `out/${name}`, ...more},
  });
  await project.complete({
    model: {uses: 'scan', with: {checkpoint_dir: 'checkpoints'}},
    songs: {
      uses: 'dataset',
      with: {audio_dir: 'songs', custom_tag: 'mytag', tag_position: 'append', genre_ratio: 50},
    },
    latents: latents!,
    conditions: conditions!,
    plain: training('plain', {validation: {fraction: 0.34}, checkpoint: {every_epochs: 1}}),
    kron: training('kron', {adapter: {type: 'lokr', rank: 4, alpha: 4}, optimizer: {type: 'prodigy'}}),
    export_plain: adapter('plain', ['peft', 'comfyui', 'diffusers'], {
      dtype: 'bf16',
      metadata: {title: 'Blue', author: 'Somebody', tags: ['slow', 'guitar']},
    }),
    export_kron: adapter('kron', ['lycoris', 'comfyui']),
  });
}, 300_000);

const at = ['--songs', 'songs', '--models', 'checkpoints', '-o', 'again'];
const reproduce = (file: string, ...args: readonly string[]) =>
  elsewhere.command(['reproduce', file, ...at, '--plain', ...args]);

/** The adapter alone, in an empty place. */
function taken(...path: readonly string[]): string {
  rmSync(elsewhere.file('again'), {recursive: true, force: true});
  cpSync(project.file(...path), elsewhere.file('taken'), {recursive: true});
  return 'taken';
}
beforeEach(() => rmSync(elsewhere.file('taken'), {recursive: true, force: true}));

test.each([
  'out/plain/peft',
  'out/plain/comfyui/plain.safetensors',
  'out/plain/diffusers',
  'out/kron/lycoris/kron.safetensors',
  'out/kron/comfyui',
  'adapters/plain',
  'adapters/plain/checkpoints/epoch_1',
])('%s is made again from itself, the songs and the model', (path) => {
  const ran = reproduce(taken(path), '--run');
  expect(ran.stderr + ran.stdout).toMatch(/has the same bytes/);
  expect(ran.code).toBe(0);
});

test('the file names no song, no word and no place', async () => {
  const {metadata} = await readSafetensorsHeader(project.file('out/plain/peft/adapter_model.safetensors'));
  const text = JSON.stringify(metadata);
  expect(text).not.toMatch(/march|waltz|ringing|tune/);
  expect(text).not.toContain(project.path);
  const {lists} = JSON.parse(metadata['sidestep.recipe']!) as {lists: {songs: string[]}[]};
  expect(lists[0]!.songs).toHaveLength(3);
});

const moved = () => {
  rmSync(elsewhere.file('songs'), {recursive: true});
  cpSync(project.file('songs'), elsewhere.file('songs'), {recursive: true});
};

test('songs may be called otherwise and be elsewhere; further ones do no harm', () => {
  const file = taken('out/plain/peft');
  moved();
  for (const ending of ['wav', 'txt']) {
    renameSync(elsewhere.file(`songs/march.${ending}`), elsewhere.file(`songs/zzz.${ending}`));
    cpSync(elsewhere.file(`songs/zzz.${ending}`), elsewhere.file(`songs/more.${ending}`));
  }
  writeFileSync(elsewhere.file('songs/more.wav'), waveFile(synthesise(5, 9, 2)));
  const ran = reproduce(file, '--run');
  moved();
  expect(ran.stdout, ran.stderr).toMatch(
    /again\/export\/peft\/adapter_model\.safetensors has the same bytes/,
  );
});

const isSaid: [string, () => void, RegExp][] = [
  [
    'other audio',
    () => writeFileSync(elsewhere.file('songs/march.wav'), waveFile(synthesise(2, 0, 2))),
    /march\.wav is another recording.*\[reproduce\/other-audio\]/,
  ],
  [
    'another caption',
    () => writeFileSync(elsewhere.file('songs/live/air.txt'), 'caption: an aria\ngenre: opera\nbpm: 91\n'),
    /live\/air\.wav has other words than in the training: caption.*\[reproduce\/other-words\]/,
  ],
  [
    'other lyrics',
    () => writeFileSync(elsewhere.file('songs/live/waltz.lyrics.txt'), 'la la la\n'),
    /live\/waltz\.wav has other words than in the training: lyrics/,
  ],
  [
    'a song that is gone',
    () => rmSync(elsewhere.file('songs/live/waltz.wav')),
    /1 of the songs of the training is not here \(audio [0-9a-f]{16}\).*\[reproduce\/song-missing\]/,
  ],
  [
    'another model',
    () => {
      const folder = readdirSync(elsewhere.file('checkpoints')).find((name) => name === 'vae')!;
      const weights = readdirSync(elsewhere.file('checkpoints', folder)).find((name) =>
        name.endsWith('.safetensors'),
      )!;
      const path = elsewhere.file('checkpoints', folder, weights);
      const bytes = readFileSync(path);
      bytes[bytes.length - 2]! ^= 1;
      writeFileSync(path, bytes);
    },
    /The VAE of acestep-v15-turbo here is not the one that was used.*\[reproduce\/other-model\]/,
  ],
];

test.each(isSaid)('%s is named, and nothing is written', (_name, change, said) => {
  const file = taken('out/kron/comfyui/kron.safetensors');
  change();
  const ran = reproduce(file);
  moved();
  expect(ran.stderr).toMatch(said);
  expect(ran.code).toBe(3);
  expect(elsewhere.filesBelow('again')).toEqual([]);
});

test('another arithmetic is named, with both', () => {
  rmSync(elsewhere.file('checkpoints'), {recursive: true});
  cpSync(project.file('checkpoints'), elsewhere.file('checkpoints'), {recursive: true});
  const ran = elsewhere.command(['reproduce', taken('out/plain/peft'), ...at], {
    SIDESTEP_CPU_ISA: 'portable',
  });
  expect(ran.stderr).toMatch(
    /computed with f32 on the CPU, arithmetic \d+, and here it would be f32 on the CPU \(portable.*\[reproduce\/other-engine\]/,
  );
  expect(ran.code).toBe(3);
});

test("other programs' adapters and missing options are answered in words", () => {
  expect(elsewhere.command(['reproduce', taken('out/plain/peft')]).stderr).toMatch(/--models/);
  expect(elsewhere.command(['reproduce', 'taken', '--models', 'checkpoints']).stderr).toMatch(/--songs/);
  const foreign = join(import.meta.dirname, '../../golden/peft_files');
  const [first] = readdirSync(foreign, {recursive: true}).filter((name) =>
    String(name).endsWith('.safetensors'),
  );
  const ran = elsewhere.command(['reproduce', join(foreign, String(first)), ...at]);
  expect(ran).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/reproduce\/nothing-remembered|adapter\//),
  });
});
