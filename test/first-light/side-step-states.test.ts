import {copyFileSync, mkdirSync} from 'node:fs';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {leaveAsSideStep, type QuantisedForm} from './as-side-step.js';
import {type Ended, eventsOf, Project, problemsOf, root, type Stage, tensorsOf, training} from './project.js';

/** Half-trained checkpoints in Side-Step's form, of each optimizer and kind of adapter, go on to the bytes of our own. */
const project = new Project();
const golden = `${root}test/golden`;
const model = {uses: 'scan', with: {checkpoint_dir: `${golden}/tiny_checkpoint`, model: 'turbo'}};
const lora = {type: 'lora', rank: 4, alpha: 8};
/** What each optimizer of PyTorch's kind calls the lists of the engine's state. */
const cases: Readonly<Record<string, {adapter: object; optimizer: object; lists: Record<string, string>}>> = {
  dora: {
    adapter: {...lora, type: 'dora'},
    optimizer: {type: 'adamw'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
  },
  oft: {
    adapter: {type: 'oft', block_size: 16},
    optimizer: {type: 'adamw'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
  },
  lokr: {
    adapter: {
      type: 'lokr',
      rank: 3,
      alpha: 4,
      factor: 4,
      scope: 'decoder',
      use_tucker: true,
      weight_decompose: true,
    },
    optimizer: {type: 'adamw'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq'},
  },
  lokr_both: {
    adapter: {type: 'lokr', rank: 1, alpha: 2, factor: 8, decompose_both: true},
    optimizer: {type: 'prodigy'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq', s: 's', params0: 'p0'},
  },
  loha: {
    adapter: {type: 'loha', rank: 2, alpha: 2, scope: 'decoder', use_tucker: true},
    optimizer: {type: 'adafactor'},
    lists: {exp_avg_sq_row: 'exp_avg_sq_row', exp_avg_sq_col: 'exp_avg_sq_col', exp_avg_sq: 'exp_avg_sq'},
  },
  prodigy: {
    adapter: lora,
    optimizer: {type: 'prodigy'},
    lists: {exp_avg: 'exp_avg', exp_avg_sq: 'exp_avg_sq', s: 's', params0: 'p0'},
  },
  adafactor: {
    adapter: lora,
    optimizer: {type: 'adafactor'},
    lists: {exp_avg_sq_row: 'exp_avg_sq_row', exp_avg_sq_col: 'exp_avg_sq_col', exp_avg_sq: 'exp_avg_sq'},
  },
  // 200 x 32 numbers are kept as 8-bit codes, 200 x 16 as they are: 4096 is the limit
  adamw8bit: {
    adapter: {type: 'lora', rank: 200, alpha: 200},
    optimizer: {type: 'adamw8bit'},
    lists: {
      exp_avg: 'state1',
      exp_avg_sq: 'state2',
      exp_avg_codes: 'state1',
      exp_avg_sq_codes: 'state2',
      exp_avg_absmax: 'absmax1',
      exp_avg_sq_absmax: 'absmax2',
    },
  },
};
const names = Object.keys(cases);
/** Of the 8-bit state: as bitsandbytes 0.50 writes it, and with one scale for eight blocks, as before 0.44 and as that is today. */
const forms: readonly QuantisedForm[] = ['wrapped', 'long_blocks', 'short_blocks'];
let ended: Ended;

const stage = (name: string, adapter: object, optimizer: object, more: object): Stage =>
  training(name, {
    schedule: {type: 'constant', warmup_steps: 0},
    checkpoint: {every_epochs: 1},
    tensors: 'songs',
    adapter,
    optimizer,
    ...more,
  });

beforeAll(async () => {
  mkdirSync(project.file('songs'));
  copyFileSync(`${golden}/e2e/b_mono44k.pt`, project.file('songs/song.pt'));
  const half = names.map((name) => [name, stage(name, cases[name]!.adapter, cases[name]!.optimizer, {})]);
  await project.complete({model, ...Object.fromEntries(half)});
  for (const name of names) await leave(name);
  for (const form of forms) await leave('adamw8bit', form);
  const on = names.flatMap((name) =>
    Object.entries({own: `adapters/${name}/checkpoints/epoch_2`, side: `side/${name}`}).map(
      ([from, resume_from]) => [
        `${name}_${from}`,
        stage(`${name}_${from}`, cases[name]!.adapter, cases[name]!.optimizer, {epochs: 4, resume_from}),
      ],
    ),
  );
  const {adapter, optimizer} = cases.adamw8bit!;
  const more = forms.map((form) => [
    form,
    stage(form, adapter, optimizer, {epochs: 4, resume_from: `side/${form}`}),
  ]);
  project.writePipeline({model, ...Object.fromEntries([...on, ...more])});
  ended = await project.run(['--keep-going']);
});
afterAll(() => project.remove());

function adapterFile(name: string): string {
  const [kind] = name.split('_');
  return kind === 'lokr' || kind === 'loha' ? `${kind}_weights.safetensors` : 'adapter_model.safetensors';
}

function leave(name: string, form?: QuantisedForm): Promise<void> {
  const {lists, optimizer} = cases[name]!;
  const {type} = optimizer as {type: string};
  const from = project.file('adapters', name, 'checkpoints/epoch_2');
  return leaveAsSideStep({
    from,
    to: project.file('side', form ?? name),
    epoch: 2,
    lists,
    optimizer: type,
    form,
  });
}

test.each(names)('%s', async (name) => {
  const steps = eventsOf(ended, 'step_finished').filter((event) => event.stage === `${name}_side`);
  expect(
    steps.map(({global_step}) => global_step),
    problemsOf(ended),
  ).toEqual([3, 4]);
  const weights = (from: string) => tensorsOf(project.file('adapters', `${name}_${from}`, adapterFile(name)));
  expect(await weights('side')).toEqual(await weights('own'));
});

test('the 8-bit state of every bitsandbytes', async () => {
  const weights = (stage: string) => tensorsOf(project.file('adapters', stage, 'adapter_model.safetensors'));
  const state = project.file('adapters/adamw8bit/checkpoints/epoch_2/training_state.safetensors');
  await using saved = await openSafetensors(state);
  const kept = [...saved.tensors.keys()];
  expect(kept.some((key) => key.startsWith('optimizer/exp_avg_codes/'))).toBe(true);
  expect(kept.some((key) => key.startsWith('optimizer/exp_avg/'))).toBe(true);
  expect(await weights('wrapped')).toEqual(await weights('adamw8bit_own'));
  expect(await weights('long_blocks')).toEqual(await weights('short_blocks'));
  expect(await weights('long_blocks')).not.toEqual(await weights('adamw8bit_own'));
});
