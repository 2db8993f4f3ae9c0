import {copyFileSync, cpSync, mkdirSync, writeFileSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {toFloat32} from '../../src/format/tensor.js';
import {comfyuiWeight} from '../adapter/comfyui-rule.js';
import {leaveAsSideStep} from './as-side-step.js';
import {eventsOf, Project, root, tensorsOf, training} from './project.js';

/**
 * The first day of somebody who comes from Side-Step with files of theirs: a preset, a command line that continues a half-trained
 * checkpoint, and tensors. It ends with adapters in ComfyUI's form.
 */
const project = new Project();
const golden = `${root}test/golden`;
afterAll(() => project.remove());

const preset = {
  name: 'slow_blues',
  description: 'Blues at night',
  rank: 4,
  alpha: 8,
  dropout: 0,
  learning_rate: 0.001,
  optimizer_type: 'adamw',
  scheduler_type: 'constant',
  warmup_steps: 0,
  gradient_accumulation: 1,
  epochs: 3,
};
const line =
  'uv run train.py --yes fixed --checkpoint-dir ./checkpoints --model-variant turbo --dataset-dir ./my_tensors --output-dir ./output/my_lora --rank 4 --alpha 8 --dropout 0 --lr 1e-3 --scheduler-type constant --warmup-steps 0 --gradient-accumulation 1 --epochs 4 --save-every 1 --resume-from ./old/my_lora/checkpoints/epoch_2';

function says(args: readonly string[]): string {
  const {code, stdout, stderr} = project.command(args);
  expect(code, `sidestep ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

beforeAll(async () => {
  cpSync(`${golden}/tiny_checkpoint`, project.file('checkpoints'), {recursive: true});
  mkdirSync(project.file('my_tensors'));
  for (const name of ['a_stereo48k', 'b_mono44k'])
    copyFileSync(`${golden}/e2e/${name}.pt`, project.file(`my_tensors/${name}.pt`));
  const samples = ['a_stereo48k.pt', 'b_mono44k.pt'].map((path) => ({path}));
  writeFileSync(project.file('my_tensors/manifest.json'), JSON.stringify({samples}));
  writeFileSync(project.file('slow_blues.json'), JSON.stringify(preset));
  // What Side-Step had trained until then: two epochs of two songs.
  await project.complete({
    model: {uses: 'scan', with: {checkpoint_dir: 'checkpoints', model: 'turbo'}},
    half: training('half', {
      tensors: 'my_tensors',
      adapter: {type: 'lora', rank: 4, alpha: 8, dropout: 0},
      optimizer: {type: 'adamw', learning_rate: 0.001},
      schedule: {type: 'constant', warmup_steps: 0},
      checkpoint: {every_epochs: 1},
    }),
  });
  await leaveAsSideStep({
    from: project.file('adapters/half/checkpoints/epoch_2'),
    to: project.file('old/my_lora/checkpoints/epoch_2'),
    epoch: 2,
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
    optimizer: 'adamw',
  });
});

/** What ComfyUI adds to a weight, beside what the adapter itself says. */
async function expectPlayedAsTrained(comfyui: string, trained: string): Promise<void> {
  await using file = await openSafetensors(project.file(comfyui));
  await using own = await openSafetensors(project.file(trained, 'adapter_model.safetensors'));
  const modules = [...own.tensors.keys()].flatMap(
    (key) => /^base_model\.model\.(.*)\.lora_A\.weight$/.exec(key)?.[1] ?? [],
  );
  expect(modules).toHaveLength(16);
  for (const module of modules) {
    const factor = async (part: string) => {
      const tensor = await own.read(`base_model.model.${module}.${part}.weight`);
      return {data: toFloat32(tensor), shape: tensor.shape as [number, number]};
    };
    const [a, b] = [await factor('lora_A'), await factor('lora_B')];
    const [rows, rank] = b.shape;
    const cols = a.shape[1];
    const played = await comfyuiWeight(file, module, new Float64Array(rows * cols), [rows, cols]);
    const wanted = played.map((_, at) => {
      const [i, j] = [Math.floor(at / cols), at % cols];
      let sum = 0;
      for (let r = 0; r < rank; r++) sum += b.data[i * rank + r]! * a.data[r * cols + j]!;
      return (8 / 4) * sum;
    });
    expect(Math.hypot(...wanted)).toBeGreaterThan(0);
    const off = Math.hypot(...played.map((value, at) => value - wanted[at]!));
    expect(off / Math.hypot(...wanted), module).toBeLessThan(1e-6); // f32 rounding of the exported factors
  }
}

test('their command line goes on with their checkpoint, to ComfyUI', async () => {
  const said = says(['migrate', '-o', 'mine.yaml', '--', ...line.split(' ')]);
  expect(said).toContain('plan mine.yaml');
  const plan = says(['plan', 'mine.yaml']);
  expect(plan).toContain('goes on from old/my_lora/checkpoints/epoch_2');
  const ran = await project.run(['mine.yaml']);
  expect(ran.code, ran.stderr).toBe(0);
  const steps = eventsOf(ran, 'step_finished').map(({global_step}) => global_step);
  expect(steps, 'two epochs of two songs were done').toEqual([5, 6, 7, 8]);
  await expectPlayedAsTrained('output/my_lora-exported/comfyui/my_lora.safetensors', 'output/my_lora');
  const before = await tensorsOf(project.file('old/my_lora/checkpoints/epoch_2/adapter_model.safetensors'));
  expect(await tensorsOf(project.file('output/my_lora/adapter_model.safetensors'))).not.toEqual(before);
  says([
    'inspect',
    'output/my_lora-exported/comfyui/my_lora.safetensors',
    '--base',
    'checkpoints/acestep-v15-turbo',
  ]);
});

test('their preset and their tensors begin a new one, to ComfyUI', async () => {
  says(['presets', 'import', 'slow_blues.json']);
  const told = says([
    ...['init', '--yes', '--checkpoints', 'checkpoints', '--model', 'turbo', '--source', 'tensors'],
    ...['--songs', 'my_tensors', '--preset', 'slow_blues', '--name', 'blues', '-o', 'blues.yaml'],
  ]);
  expect(told).toMatch(/rank 4, alpha 8/);
  const ran = await project.run(['blues.yaml']);
  expect(ran.code, ran.stderr).toBe(0);
  const steps = eventsOf(ran, 'step_finished').map(({global_step, learning_rate}) => [
    global_step,
    learning_rate,
  ]);
  expect(steps.at(-1)).toEqual([6, 0.001]);
  await expectPlayedAsTrained('output/blues/comfyui/blues.safetensors', 'output/blues/peft');
});
