import {copyFileSync, mkdirSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {toFloat32} from '../../src/format/tensor.js';
import {readTorchTensors} from '../../src/format/torch-file.js';
import {type Ended, eventsOf, linesOf, Project, problemsOf, root, training} from './project.js';

/** Trained on one song until it is known by heart, judged by its opposite; and with a learning rate at which nothing moves. */
const project = new Project();
const golden = `${root}test/golden`;
let ended: Ended;

beforeAll(async () => {
  for (const folder of ['songs', 'held']) mkdirSync(project.file(folder));
  copyFileSync(`${golden}/e2e/a_stereo48k.pt`, project.file('songs/song.pt'));
  await writeOpposite(project.file('held/opposite.safetensors'));
  const judged = (name: string, learning_rate: number) =>
    training(name, {
      tensors: 'songs',
      epochs: 16,
      cfg_dropout: 0,
      adapter: {type: 'lora', rank: 16, alpha: 32, dropout: 0},
      schedule: {type: 'constant', warmup_steps: 0},
      optimizer: {type: 'adamw', learning_rate},
      validation: {tensors: 'held'},
      checkpoint: {every_epochs: 0},
    });
  const model = {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}};
  const unheld = training('unheld', {tensors: 'songs', epochs: 1});
  project.writePipeline({model, heart: judged('heart', 0.01), still: judged('still', 1e-9), unheld});
  ended = await project.run();
});
afterAll(() => project.remove());

/** What is learned of a song is wrong of its opposite. */
async function writeOpposite(path: string): Promise<void> {
  const tensors = await readTorchTensors(`${golden}/e2e/a_stereo48k.pt`);
  const latents = tensors.get('target_latents')!;
  const turned = toFloat32(latents).map((value) => -4 * value);
  tensors.set('target_latents', floatTensor(turned, latents.shape, 'F32'));
  await writeSafetensors(path, {tensors: [...tensors].map(([name, tensor]) => ({name, ...tensor}))});
}

function warnings(stage: string): string[] {
  return eventsOf(ended, 'stage_warning')
    .filter((event) => event.stage === stage)
    .map(({problem}) => `${problem.code}: ${problem.message}`);
}

test('a song known by heart is overfitted, with the state to use', () => {
  expect(ended.code, problemsOf(ended)).toBe(0);
  const panel = eventsOf(ended, 'validation_finished').filter(({stage}) => stage === 'heart');
  const losses = panel.map(({loss}) => loss!);
  const lowest = losses.indexOf(Math.min(...losses)); // an epoch is one validation, and one was before the first
  expect(lowest).toBeGreaterThan(0);
  expect(warnings('heart')).toEqual([
    `train/overfitted: overfitted since epoch ${lowest}: use \`checkpoint: best\` (epoch ${lowest})`,
  ]);
});

test('a rate at which nothing moves has no effect', () => {
  expect(warnings('still')).toEqual([expect.stringMatching(/^train\/no-effect: no effect/)]);
});

test('without held-out songs nothing is judged', () => {
  expect(warnings('unheld')).toEqual([]);
  expect(linesOf(ended, 'unheld').join('\n')).toContain('not judged: no song was held out');
});

test('a cached training repeats its verdict', async () => {
  const again = await project.run();
  expect(JSON.stringify(again.events)).toContain('train/no-effect');
});
