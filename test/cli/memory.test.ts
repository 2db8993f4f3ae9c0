import {copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {torchFile} from '../../src/format/torch-write.js';
import {readSilenceLatent} from '../../src/model/silence-latent.js';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {documentOf, Folder} from './sidestep.js';

/** What stages will take is said beforehand; what cannot fit is refused before anything has run. */

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** The tiny model with 30 s of silence: no song here is too long for it. */
const checkpoints = mkdtempSync(join(tmpdir(), 'sidestep-test-'));
afterAll(() => rmSync(checkpoints, {recursive: true}));
beforeAll(async () => {
  cpSync(join(golden, 'tiny_checkpoint'), checkpoints, {recursive: true});
  const silence = join(checkpoints, 'acestep-v15-turbo/silence_latent.pt');
  const {channels} = await readSilenceLatent(silence);
  writeFileSync(silence, torchFile({shape: [1, channels, 750], data: new Float32Array(channels * 750)}));
});

const preprocessing = `
  songs: {uses: dataset, with: {audio_dir: songs}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}", max_duration: 20}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}`;

function pipeline({before = '', tensors, train}: {before?: string; tensors: string; train: string}): string {
  return `sidestep: 1
name: memory
defaults: {device: cpu}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}${before}
  train: {uses: train, with: {model: "\${stages.model}", tensors: ${tensors}, epochs: 1, ${train}}}
`;
}

function project(train: string, limitGib?: number): Folder {
  const folder = new Folder({
    'pipeline.yaml': pipeline({before: preprocessing, tensors: '"${stages.conditions}"', train}),
  });
  mkdirSync(folder.file('songs'));
  writeFileSync(folder.file('songs/long.wav'), waveFile(synthesise(42, 1, 21)));
  if (limitGib !== undefined) folder.write('.config/settings.yaml', `memory_limit_gib: ${limitGib}\n`);
  return folder;
}

interface Memory {
  readonly kind: string;
  readonly total_bytes: number;
  readonly overhead_bytes: number;
  readonly limit_bytes: number;
  readonly fits: string;
  readonly latent_frames: number | null;
  readonly recomputation?: {
    readonly layers: number;
    readonly kept_layers: number;
    readonly work_saved: number;
  };
  readonly suggestions: readonly {readonly change: string; readonly total_bytes: number}[];
}

async function planned(folder: Folder, ...args: readonly string[]): Promise<Record<string, Memory | null>> {
  const {stdout} = await folder.run(['plan', '--json', ...args]);
  const {stages} = documentOf(stdout, 'plan') as {stages: {stage: string; memory: Memory | null}[]};
  return Object.fromEntries(stages.map(({stage, memory}) => [stage, memory]));
}

const absurd = 'adapter: {type: lora, rank: 4096, alpha: 4096}, batch_size: 2';
/** Less than this rank's parameters alone. */
const TOO_LITTLE = 0.03;

test('a plan forecasts what encodes and trains, by the longest songs there may be, and remembers it', async () => {
  const folder = project('adapter: {type: lora, rank: 8, alpha: 8}');
  const memory = await planned(folder);
  expect(Object.entries(memory).flatMap(([stage, found]) => (found === null ? [] : [stage]))).toEqual([
    'latents',
    'conditions',
    'train',
  ]);
  expect(memory.train).toMatchObject({kind: 'known', fits: 'yes', lengths: 'at_most', latent_frames: 500});
  const {stdout} = await folder.run(['plan']);
  expect(stdout).toMatch(/needs [\d.]+ MiB of [\d.]+ \wiB on cpu for songs of at most 20 s/);
  const smaller = await planned(project('adapter: {type: lora, rank: 4, alpha: 8}'));
  expect(smaller.train!.total_bytes).toBeLessThan(memory.train!.total_bytes);
});

test('a run that can never fit is refused with exit code 2, the place, and what would make it fit', async () => {
  const folder = project(absurd, TOO_LITTLE);
  const {code, stderr} = await folder.run(['run']);
  expect(code).toBe(2);
  expect(stderr).toContain('run/memory-insufficient');
  expect(stderr).toMatch(/pipeline\.yaml:9:3 error: train needs [\d.]+ \wiB on cpu, which has 30\.7 MiB/);
  expect(stderr).toContain('batch_size: 1 with gradient_accumulation_steps: 8');
  expect(stderr).toMatch(/adapter: \{rank: \d+\}/);
  expect(stderr).toContain('nothing has run');
  const {suggestions} = (await planned(folder)).train!;
  expect(suggestions.map(({total_bytes}) => total_bytes)).toEqual(
    suggestions.map(({total_bytes}) => total_bytes).toSorted((a, b) => b - a),
  );
  expect(suggestions.at(-1)!.total_bytes).toBeLessThan(TOO_LITTLE * 2 ** 30);
});

test('what is kept follows the memory there is: a plan says so, and what was trained stays trained', async () => {
  const rank8 = 'adapter: {type: lora, rank: 8, alpha: 8}';
  const least = (await planned(project(`${rank8}, gradient_checkpointing: {ratio: 1}`))).train!;
  expect(least.recomputation).toMatchObject({layers: 2, kept_layers: 1, work_saved: 0});
  // A CPU's memory is also everybody else's: a quarter stays free.
  const folder = project(
    `${rank8}, gradient_checkpointing: auto`,
    ((least.total_bytes + 1) * 4) / 3 / 2 ** 30,
  );
  const tight = (await planned(folder)).train!;
  expect(tight).toEqual({...least, limit_bytes: tight.limit_bytes});
  expect((await folder.run(['plan'])).stdout).toMatch(/^ {6}keeps the activations of 1 of 2 layers$/m);
  const ran = await folder.run(['run', '--plain']);
  expect(ran.code).toBe(0);
  expect(ran.stderr).toMatch(/ train {2}needs [^\n(]+ would not fit\n/); // what of: `plan`
  folder.write('.config/settings.yaml', 'memory_limit_gib: 1\n');
  expect((await folder.run(['plan', '--only', 'train'])).stdout).toMatch(/train\s+cached/);
  const ample = (await planned(project(rank8))).train!;
  expect(ample.recomputation).toMatchObject({layers: 2, kept_layers: 2});
  expect(ample.total_bytes).toBeGreaterThan(tight.total_bytes);
  expect((await project(rank8).run(['plan'])).stdout).toMatch(
    /^ {6}keeps all activations: \d+% less work a step than/m,
  );
});

test('what connects the cards of several ranks is in the plan of each', async () => {
  const ofRanks = async (ranks: number, ...args: readonly string[]) => {
    const folder = project(
      'adapter: {type: lora, rank: 8, alpha: 8}, gradient_checkpointing: {enabled: false}, gradient_accumulation_steps: 2',
    );
    const text = folder
      .read('pipeline.yaml')
      .replace('train: {uses: train,', `train: {uses: train, resources: {device: auto, ranks: ${ranks}},`);
    folder.write('pipeline.yaml', text);
    return (await planned(folder, ...args)).train!;
  };
  const [one, two] = [await ofRanks(1, '--card', '3060'), await ofRanks(2, '--card', '3060')];
  expect(two).toMatchObject({kind: 'known', ranks: 2});
  expect(two.overhead_bytes - one.overhead_bytes).toBe(196 * 2 ** 20);
  expect((await ofRanks(2)).overhead_bytes, 'processes on a CPU').toBe(0);
});

test('songs that may turn out shorter are no reason to refuse', async () => {
  const rank8 = 'adapter: {type: lora, rank: 8, alpha: 8}, gradient_checkpointing: {enabled: false}';
  const folder = project(rank8, 0.002);
  expect((await planned(folder)).train).toMatchObject({fits: 'perhaps'});
});

test('what only the stage itself can know, it checks before it loads the model', async () => {
  const folder = new Folder({
    'pipeline.yaml': pipeline({tensors: 'upstream', train: absurd}),
    '.config/settings.yaml': `memory_limit_gib: ${TOO_LITTLE}\n`,
  });
  mkdirSync(folder.file('upstream'));
  copyFileSync(`${golden}e2e/a_stereo48k.pt`, folder.file('upstream/a.pt'));
  expect((await planned(folder)).train).toMatchObject({kind: 'later'});
  const {code, stderr} = await folder.run(['run', '--plain']);
  expect(code).toBe(1);
  expect(stderr).toContain('run/memory-insufficient');
  expect(stderr).toMatch(/adapter: \{rank: \d+\}/);
});
