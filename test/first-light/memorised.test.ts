import {cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {toFloat32} from '../../src/format/tensor.js';
import {isTensor, readTorchFile} from '../../src/format/torch-file.js';
import {type SavedValue, torchFile} from '../../src/format/torch-write.js';
import {type Ended, eventsOf, Project, root, training} from './project.js';

/**
 * A model that is trained on one song until it can do nothing else, and what it makes then. A random VAE's latents are mostly noise,
 * which no one learns by heart in a minute: the song's latents are written here, a pattern that repeats.
 */
const project = new Project();
const golden = `${root}test/golden`;
let ended: Ended;
afterAll(() => project.remove());

const FRAMES = 75;

function pattern(beat: number, bend: number): Float32Array {
  const latents = new Float32Array(FRAMES * 8);
  for (let frame = 0; frame < FRAMES; frame++)
    for (let channel = 0; channel < 8; channel++)
      latents[frame * 8 + channel] = 1.4 * Math.sin((2 * Math.PI * frame) / beat + channel * bend);
  return latents;
}

async function song(folder: string, name: string, latents: Float32Array): Promise<void> {
  const sample = await readTorchFile(`${golden}/e2e/a_stereo48k.pt`);
  if (!(sample instanceof Map)) throw new Error('no sample');
  const saved = new Map<string, SavedValue>();
  for (const [key, value] of sample) {
    if (key === 'target_latents') saved.set(key, {shape: [FRAMES, 8], data: latents});
    else if (isTensor(value))
      saved.set(String(key), {
        shape: value.shape,
        data: value.dtype === 'BOOL' ? Float32Array.from(value.data) : toFloat32(value),
      });
  }
  mkdirSync(project.file(folder), {recursive: true});
  writeFileSync(project.file(folder, `${name}.pt`), torchFile(saved));
}

beforeAll(async () => {
  cpSync(`${golden}/tiny_checkpoint`, project.file('checkpoints'), {recursive: true});
  await song('song', 'loop', pattern(15, Math.PI));
  for (const [i, beat] of [7, 11, 19].entries()) await song('others', `other-${i}`, pattern(beat, 1.7 + i));
  const listen = (songs: string, strengths: number[]) => ({
    uses: 'generate',
    with: {
      model: '${stages.model}',
      adapter: '${stages.train}',
      training_songs: `./${songs}`,
      strengths,
      prompts: [{caption: 'a tune', duration: 2}],
      steps: 16,
      seeds: [7],
      output_dir: `clips/${songs}`,
    },
  });
  project.writePipeline({
    model: {uses: 'scan', with: {checkpoint_dir: 'checkpoints', model: 'turbo'}},
    train: training('train', {
      tensors: './song',
      adapter: {
        type: 'lora',
        rank: 32,
        alpha: 32,
        dropout: 0,
        target_modules: [
          'proj_in.1',
          'q_proj',
          'k_proj',
          'v_proj',
          'o_proj',
          'gate_proj',
          'up_proj',
          'down_proj',
        ],
      },
      optimizer: {type: 'adamw', learning_rate: 6e-3, weight_decay: 0},
      schedule: {type: 'cosine', warmup_steps: 20},
      cfg_dropout: 0,
      epochs: 5000,
      max_steps: 1000,
    }),
    heard: listen('song', [0, 1]),
    strangers: listen('others', [1]),
  });
  ended = await project.run();
}, 600_000);

test('a clip of a model that knows one song by heart repeats it; without the adapter, and beside other songs, it does not', () => {
  expect(ended.code, ended.stderr).toBe(0);
  const warned = eventsOf(ended, 'stage_warning').filter(
    ({problem}) => problem.code === 'generate/memorised',
  );
  expect(warned.map(({stage}) => stage)).toEqual(['heard']);
  expect(warned[0]!.problem.message).toMatch(/strength1.*like loop/);
  const nearest = (file: string) =>
    (project.json('clips', `${file}.nearest.json`) as {nearest: {song: string; similarity: number}}).nearest;
  expect(nearest('song/a-tune-seed7-strength1').similarity).toBeGreaterThan(0.5);
  expect(nearest('song/a-tune-seed7-strength0').similarity).toBeLessThan(0.25);
  expect(nearest('others/a-tune-seed7-strength1').similarity).toBeLessThan(0.25);
});
