import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {type FloatDType, floatTensor} from '../format/float-bits.js';
import {isFloating, type Tensor, wholeNumber} from '../format/tensor.js';
import {isLowRank} from '../stage/adapter-kinds.js';
import type {Adapter, AdapterKind} from './adapter.js';
import type {AdapterFile} from './adapter-file.js';
import type {FoundModule, Parts} from './found-module.js';
import {kindOfTensors, kindWorks} from './kinds.js';
import {decoderModule, PEFT_PREFIX} from './module-name.js';
import {lycorisSettings} from './read-lycoris.js';
import {parseTensorName, type TensorPart} from './tensor-name.js';

/** What a file's tensors are, under the rule of the program that wrote them. */
export function adapterOf(file: AdapterFile): Adapter {
  const {modules, biases} = group(file);
  const kind = kindOf(file, modules);
  return {
    kind,
    modules: modules.map((module) => kindWorks[kind].read(module, file)),
    config: file.config ?? lycorisSettings(file.metadata[`${kind}_config`]),
    dtype: commonDtype(modules),
    metadata: file.metadata,
    others: biases,
  };
}

interface Grouped {
  readonly modules: readonly FoundModule[];
  readonly biases: Readonly<Record<string, Tensor>>;
}

function group(file: AdapterFile): Grouped {
  const modules = new Map<string, {path: string; parts: Partial<Record<TensorPart, Tensor>>}>();
  const biases: Record<string, Tensor> = {};
  const adapter_names = new Set<string>();
  const strangers: string[] = [];
  const twice: Doubled[] = [];
  for (const [name, tensor] of file.tensors) {
    const parsed = parseTensorName(name);
    if (parsed?.adapter_name !== undefined) adapter_names.add(parsed.adapter_name);
    if (parsed?.part === 'bias') {
      if (/\.lora_[AB](\.[^.]+)?\.bias$/.test(name)) throw factorBias(name, file);
      biases[biasName(name)] = tensor;
      continue;
    }
    const module = parsed && decoderModule(parsed.path);
    if (module === undefined) {
      strangers.push(name);
      continue;
    }
    const found = modules.get(module) ?? {path: withoutPeftPrefix(parsed!.path), parts: {}};
    if (found.parts[parsed!.part] !== undefined) twice.push({name, module});
    found.parts[parsed!.part] = numbers(tensor, {name, part: parsed!.part, file});
    modules.set(module, found);
  }
  refuse({file, strangers, twice, adapter_names, modules: modules.size});
  const inOrder = [...modules].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    modules: inOrder.map(([name, {path, parts}]) => ({name, path, parts, where: `${file.path}: ${name}`})),
    biases,
  };
}

/** Some trainers save alpha as an integer; whatever else is no floating-point number is no adapter that can be read. */
function numbers(
  tensor: Tensor,
  {name, part, file}: {readonly name: string; readonly part: TensorPart; readonly file: AdapterFile},
): Tensor {
  if (isFloating(tensor.dtype)) return tensor;
  const whole = part === 'alpha' ? wholeNumber(tensor) : undefined;
  if (whole !== undefined) return floatTensor(Float32Array.of(whole), [], 'F32');
  throw new SidestepError({
    code: 'tensor/not-floating',
    message: `${shownPath(file.path)}: ${name} is ${tensor.dtype}; adapters are read in F32, F64, F16 and BF16`,
    hint: 'Save the adapter again in one of these.',
  });
}

/** Of two the later one would count, and the other be lost silently. */
function saidTwice({name, module}: Doubled, file: AdapterFile): SidestepError {
  return new SidestepError({
    code: 'adapter/layout-unknown',
    message: `${shownPath(file.path)} holds a tensor of ${module} twice, under different names: ${name} is the second`,
    hint: 'The file was joined from two, or saved under two prefixes: save one of them by itself.',
  });
}

function factorBias(name: string, file: AdapterFile): SidestepError {
  return new SidestepError({
    code: 'adapter/layout-unknown',
    message: `${shownPath(file.path)}: ${name} is a bias of a LoRA factor (PEFT's lora_bias), which no other program reads`,
    hint: 'Train it without `lora_bias`.',
  });
}

function withoutPeftPrefix(path: string): string {
  return path.startsWith(PEFT_PREFIX) ? path.slice(PEFT_PREFIX.length) : path;
}

/** Trained biases keep PEFT's names, whatever wrapper the model was trained in. */
function biasName(name: string): string {
  const inner = /(layers\.\d+\..*|time_embed.*|condition_embedder.*|proj_in.*|proj_out.*)$/.exec(name)?.[1];
  return inner === undefined ? name : PEFT_PREFIX + inner;
}

/** A tensor that has the part in a module that another one has already. */
interface Doubled {
  readonly name: string;
  readonly module: string;
}

interface Refusal {
  readonly file: AdapterFile;
  readonly strangers: readonly string[];
  readonly twice: readonly Doubled[];
  readonly adapter_names: ReadonlySet<string>;
  readonly modules: number;
}

/** A tensor that no module of the decoder takes would be lost silently. */
function refuse({file, strangers, twice, adapter_names, modules}: Refusal): void {
  if (adapter_names.size > 1)
    throw new SidestepError({
      code: 'adapter/layout-unknown',
      message: `${file.path} holds several adapters: ${[...adapter_names].sort().join(', ')}`,
      hint: 'Save one of them by itself (PEFT: save_pretrained with selected_adapters).',
    });
  if (twice[0] !== undefined) throw saidTwice(twice[0], file);
  const [first] = strangers;
  if (modules > 0 && first === undefined) return;
  if (modules === 0 && !strangers.some((name) => parseTensorName(name)))
    throw new SidestepError({
      code: 'adapter/layout-unknown',
      message: `${file.path} is no adapter that sidestep knows: its first tensor is ${JSON.stringify(first ?? 'missing')}`,
      hint: 'Known: PEFT folders, and safetensors files as LyCORIS, kohya, ai-toolkit, ComfyUI and diffusers write them.',
    });
  throw new SidestepError({
    code: 'adapter/unknown-module',
    message: `${file.path} holds ${strangers.length} tensors of no module of ACE-Step's decoder, such as ${first}`,
    hint: 'Expected modules such as layers.0.self_attn.q_proj, with or without the prefix of PEFT, ComfyUI, kohya or torch.compile. The adapter was made for another model, or names its modules in a way that sidestep does not know.',
  });
}

/** By the tensors, which cannot be wrong about it. */
function kindOf(file: AdapterFile, modules: readonly FoundModule[]): AdapterKind {
  const kinds = new Map<AdapterKind, string>();
  for (const {name, parts} of modules) kinds.set(kindOfParts(parts), name);
  const plain_too = kinds.has('dora') && kinds.delete('lora');
  const [kind] = kinds.keys();
  if (kinds.size === 1 && kind !== undefined) {
    checkDora(file, kind, plain_too ? 'some' : 'all');
    return kind;
  }
  throw new SidestepError({
    code: 'adapter/layout-unknown',
    message: `${file.path} mixes kinds of adapters: ${[...kinds].map(([each, name]) => `${name} is ${each}`).join(', ')}`,
    hint: 'sidestep reads one kind at a time.',
  });
}

function kindOfParts(parts: Parts): AdapterKind {
  const decomposed = parts.magnitude !== undefined || parts.dora_scale !== undefined;
  return kindOfTensors(Object.keys(parts)) ?? (decomposed ? 'dora' : 'lora');
}

/** Settings and tensors that contradict each other: PEFT would load something else than was trained. */
function checkDora({path, config}: AdapterFile, kind: AdapterKind, decomposed: 'all' | 'some'): void {
  if (config === undefined || !isLowRank(kind)) return;
  const says = config.use_dora === true;
  if (says === (kind === 'dora') && (!says || decomposed === 'all')) return;
  throw new SidestepError({
    code: 'adapter/incomplete',
    message: says
      ? `${shownPath(path)}: its settings say use_dora, and modules have no lora_magnitude_vector`
      : `${shownPath(path)} holds DoRA magnitudes, and its settings say that use_dora is off`,
    hint: 'Settings and tensors belong to different adapters, or a program lost the magnitudes.',
  });
}

/** Alphas and magnitudes stay in f32 whatever the factors are, and do not count. */
function commonDtype(modules: readonly FoundModule[]): FloatDType {
  const exact = new Set<string>(['alpha', 'scalar', 'magnitude', 'dora_scale']);
  const found = new Set(
    modules.flatMap(({parts}) =>
      Object.entries(parts as Readonly<Record<string, Tensor>>).flatMap(([part, tensor]) =>
        exact.has(part) ? [] : [tensor.dtype],
      ),
    ),
  );
  const [only] = found;
  return found.size === 1 && (only === 'BF16' || only === 'F16') ? only : 'F32';
}
