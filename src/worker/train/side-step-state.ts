import {join} from 'node:path';
import {lycorisName, PEFT_PREFIX} from '../../adapter/module-name.js';
import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {floatTensor} from '../../format/float-bits.js';
import {type Tensor, toFloat32} from '../../format/tensor.js';
import {isTensor, readTorchFile, type TorchValue} from '../../format/torch-file.js';
import {isListed} from '../../format/user-file.js';
import {decoderLinearNames} from '../../stage/targets.js';

/** What Side-Step leaves beside a checkpoint's adapter. */
export const SIDE_STEP_STATE = 'training_state.pt';

export interface SideStepState {
  readonly path: string;
  readonly global_step: number;
  /** What the state says of its run, under Side-Step's names; empty in states of before. */
  readonly config: ReadonlyMap<string | number, TorchValue>;
  readonly optimizer: ReadonlyMap<string | number, TorchValue> | undefined;
}

/** Reads it without executing anything; undefined where there is none. Throws `train/state-mismatch`, `torch-file/*`, `pickle/*`. */
export async function readSideStepState(folder: string): Promise<SideStepState | undefined> {
  const path = join(folder, SIDE_STEP_STATE);
  if (!isListed(path)) return undefined;
  const value = await readTorchFile(path);
  const step = value instanceof Map ? value.get('global_step') : undefined;
  if (!(value instanceof Map) || typeof step !== 'number')
    throw mismatch(path, 'it is no training state of Side-Step: it counts no steps');
  const map = (key: string) => {
    const found = value.get(key) as TorchValue | undefined;
    return found instanceof Map ? found : undefined;
  };
  return {
    path,
    global_step: step,
    config: map('config_meta') ?? new Map(),
    optimizer: map('optimizer_state_dict'),
  };
}

/** Where the lists of the engine's optimizers are in PyTorch's and bitsandbytes' states. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  exp_avg: ['exp_avg', 'state1'],
  exp_avg_sq: ['exp_avg_sq', 'state2'],
  exp_avg_codes: ['state1'],
  exp_avg_absmax: ['absmax1'],
  exp_avg_sq_codes: ['state2'],
  exp_avg_sq_absmax: ['absmax2'],
  exp_avg_sq_row: ['exp_avg_sq_row'],
  exp_avg_sq_col: ['exp_avg_sq_col'],
  s: ['s'],
  params0: ['p0'],
};

/**
 * Puts optimizer and step of Side-Step's state into a state of a run at step 0 with the checkpoint's weights. PyTorch numbers parameters
 * as the model registers them: by layer, self-attention, cross-attention, MLP, then what else the decoder has, and within each module
 * as PEFT and LyCORIS do. Throws `train/state-mismatch`, naming the parameter.
 */
export function putSideStepState(
  tensors: Map<string, Tensor>,
  state: SideStepState,
  {steps_per_epoch}: {readonly steps_per_epoch: number},
): void {
  const moments = new Moments(state, tensors);
  for (const name of tensors.keys())
    if (name.startsWith('optimizer/')) tensors.set(name, moments.tensor(name, tensors.get(name)!));
  const position = numbersOf(tensors.get('run/position')!);
  position.set([
    state.global_step,
    Math.floor(state.global_step / steps_per_epoch),
    state.global_step % steps_per_epoch,
  ]);
  tensors.set('run/position', f64(position));
  tensors.set('run/optimizer', f64(moments.scalars(numbersOf(tensors.get('run/optimizer')!))));
}

/** Side-Step's optimizer state, by the engine's names. */
class Moments {
  readonly #of: ReadonlyMap<string, ReadonlyMap<string | number, TorchValue>>;
  readonly #group: ReadonlyMap<string | number, TorchValue>;
  readonly #state: SideStepState;

  constructor(state: SideStepState, tensors: ReadonlyMap<string, Tensor>) {
    this.#state = state;
    const names = [...tensors.keys()].flatMap((name) =>
      name.startsWith('param/') ? [name.slice('param/'.length)] : [],
    );
    const saved = state.optimizer?.get('state');
    const groups = state.optimizer?.get('param_groups');
    const group = Array.isArray(groups) && groups.length === 1 ? groups[0] : undefined;
    if (!(saved instanceof Map) || !(group instanceof Map))
      throw mismatch(state.path, 'it holds no optimizer state of one group');
    if (saved.size !== names.length)
      throw mismatch(state.path, `its optimizer has ${saved.size} parameters, this run's ${names.length}`);
    this.#group = group;
    this.#of = new Map(
      inRegistrationOrder(names, state.path).map((name, index) => [
        name,
        unwrapped(saved.get(index) as TorchMap),
      ]),
    );
  }

  tensor(name: string, like: Tensor): Tensor {
    const [, list = '', parameter = ''] = /^optimizer\/([^/]+)\/(.+)$/.exec(name) ?? [];
    const own = this.#of.get(parameter);
    const found = scaled(
      SOURCES[list]?.map((key) => own?.get(key)).find((value) => value !== undefined),
      {list, like},
    );
    if (found === undefined || !isTensor(found))
      throw mismatch(
        this.#state.path,
        `its optimizer has no ${list} for ${parameter}: it is another optimizer's state`,
      );
    if (size(found) !== size(like) || (like.dtype === 'U8') !== (found.dtype === 'U8'))
      throw mismatch(
        this.#state.path,
        `${list} of ${parameter} is [${found.shape}] ${found.dtype}, this run's [${like.shape}] ${like.dtype}`,
      );
    return like.dtype === 'U8'
      ? {...found, shape: like.shape}
      : floatTensor(toFloat32(found), like.shape, 'F32');
  }

  /** Counters: the updates made, and for Prodigy what it has found. */
  scalars(own: Float64Array): Float64Array {
    const [first] = this.#of.values();
    const step = first?.get('step') ?? this.#group.get('k') ?? this.#state.global_step;
    own[0] = typeof step === 'number' ? step : isTensor(step) ? toFloat32(step)[0]! : this.#state.global_step;
    for (const [index, key] of ['d', 'd_max', 'd_numerator'].entries()) {
      if (index + 1 >= own.length) break;
      const value = this.#group.get(key);
      own[index + 1] =
        typeof value === 'number'
          ? value
          : value !== undefined && isTensor(value)
            ? toFloat32(value)[0]!
            : own[index + 1]!;
    }
    return own;
  }
}

type TorchMap = ReadonlyMap<string | number, TorchValue>;

/** Where bitsandbytes puts what belongs to its codes, from 0.50 on; before, it is beside the step. */
const WRAPPED = '__bnb_optimizer_quant_state__';

function unwrapped(own: TorchMap | undefined): TorchMap {
  const within = own?.get(WRAPPED);
  return new Map([...(own ?? []), ...(within instanceof Map ? (within as TorchMap) : [])]);
}

/** bitsandbytes before 0.44 scales 2048 codes at a time: eight of the engine's blocks, whose scale that is. */
const BLOCKS_A_SCALE = 8;

function scaled(
  found: TorchValue | undefined,
  {list, like}: {readonly list: string; readonly like: Tensor},
): TorchValue | undefined {
  if (found === undefined || !isTensor(found) || !list.endsWith('_absmax')) return found;
  const blocks = size(like);
  if (size(found) === blocks || size(found) !== Math.ceil(blocks / BLOCKS_A_SCALE)) return found;
  const scales = toFloat32(found);
  const each = Float32Array.from({length: blocks}, (_, i) => scales[Math.floor(i / BLOCKS_A_SCALE)]!);
  return floatTensor(each, like.shape, 'F32');
}

/** As PEFT and LyCORIS (`modules/lokr.py`, `modules/loha.py`) register them, a kind of adapter a line. */
const WITHIN_MODULE = [
  ...['lora_A', 'lora_B', 'lora_magnitude_vector', 'oft_R'],
  ...['lokr_w1', 'lokr_w1_a', 'lokr_w1_b', 'lokr_w2', 'lokr_t2', 'lokr_w2_a', 'lokr_w2_b'],
  ...['hada_t1', 'hada_w1_a', 'hada_w1_b', 'hada_t2', 'hada_w2_a', 'hada_w2_b'],
  ...['dora_scale', 'scalar'],
];

/** The engine's parameters as PyTorch numbers them: by module, and within it as its library registers them. */
function inRegistrationOrder(names: readonly string[], path: string): string[] {
  const layers = 1 + Math.max(0, ...names.map((name) => Number(/layers[._](\d+)[._]/.exec(name)?.[1] ?? 0)));
  const modules = new Map(
    decoderLinearNames(layers).flatMap((module, i) => [
      [`${PEFT_PREFIX}${module}`, i],
      [lycorisName(module), i],
    ]),
  );
  const key = (name: string) => {
    const [, module = '', part = ''] =
      /^(.+?)\.((?:lora|oft|lokr|hada|dora_scale|scalar)\w*)(?:\.|$)/.exec(name) ?? [];
    const at = [modules.get(module), WITHIN_MODULE.indexOf(part)] as const;
    if (at[0] === undefined || at[1] < 0)
      throw mismatch(path, `where its optimizer has ${name} is not known`);
    return at[0] * WITHIN_MODULE.length + at[1];
  };
  return [...names].sort((a, b) => key(a) - key(b));
}

function size({shape}: Tensor): number {
  return shape.reduce((product, side) => product * side, 1);
}

function numbersOf({data}: Tensor): Float64Array {
  return new Float64Array(data.slice().buffer);
}

function f64(values: Float64Array): Tensor {
  return {
    dtype: 'F64',
    shape: [values.length],
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function mismatch(path: string, what: string): SidestepError {
  return new SidestepError({
    code: 'train/state-mismatch',
    message: `${shownPath(path)} cannot be continued: ${what}`,
    hint: '`resume: fork` takes its weights and begins at step 0.',
  });
}
