import {existsSync} from 'node:fs';
import {cpus} from 'node:os';
import {type ContentHash, sha256} from '../base/hash.js';
import {canonicalJson} from '../base/json.js';
import type {Problem} from '../base/problem.js';
import {readState, textIfReadable, writeState} from '../base/state-file.js';
import {bootId} from '../cache/owner.js';
import type {Executor, StageResources} from '../config/pipeline.js';
import type {NumericsObservation} from '../plan/world.js';
import {type DeviceReport, type EngineReport, PROTOCOL_VERSION} from '../protocol/message.js';
import {lastWords} from './child-output.js';
import type {WorkerLauncher} from './worker-launcher.js';

/** What is known of the native engine on this machine, or why nothing is. */
export type EngineObservation =
  | {readonly kind: 'known'; readonly report: EngineReport}
  | {readonly kind: 'unavailable'; readonly problem: Problem};

export interface EngineQuestion {
  /** Absolute path of the addon; undefined when there is none. */
  readonly addon: string | undefined;
  /** What to do where there is none, or none that works: sentences for a hint. */
  readonly engine_help: string;
  readonly hashAddon: (path: string) => Promise<ContentHash>;
  readonly cuda: CudaContext;
  /** What else may change what the engine finds; default: this machine's. */
  readonly machine?: MachineMarks;
  /** Where the answer is remembered. */
  readonly remembered_at: string;
  readonly launcher: WorkerLauncher;
}

/** What decides which cards the engine finds, and how it computes on them and on the CPU. */
export interface CudaContext {
  /** `CUDA_VISIBLE_DEVICES` as the user set it. */
  readonly visible_devices: string | undefined;
  /** Where the CUDA plugin is, or would if it were built. */
  readonly plugin: string | undefined;
  /** `SIDESTEP_CUBLASLT` as the user set it: the library for matrix products. */
  readonly products: string | undefined;
  /** `SIDESTEP_NCCL` as the user set it: the library that connects cards. */
  readonly nccl?: string | undefined;
  /** `SIDESTEP_CPU_ISA` as the user set it: the widest instructions that the CPU may use. */
  readonly instruction_set?: string | undefined;
}

export interface MachineMarks {
  /** What the driver says of its version; null without one. */
  readonly driver: string | null;
  /** Changes with every boot; null where the system does not say. */
  readonly boot: string | null;
  /** The CPU's model: one home folder may serve unlike machines. */
  readonly cpu?: string | null;
}

function machineMarks(): MachineMarks {
  const driver = textIfReadable('/proc/driver/nvidia/version') ?? null;
  return {driver, boot: bootId() ?? null, cpu: cpus()[0]?.model ?? null};
}

/**
 * Asks a short-lived process what the engine can compute with. The answer holds as long as the addon's and the CUDA
 * plugin's bytes, the driver, the visible devices and the boot stay the same, so most runs do not start that process at
 * all. That a card lacks its library for products is not remembered: it may be installed at any time, anywhere.
 */
export async function observeEngine(question: EngineQuestion): Promise<EngineObservation> {
  const {addon, cuda} = question;
  if (addon === undefined) return {kind: 'unavailable', problem: notThere(question.engine_help)};
  const key = sha256(
    canonicalJson({
      addon: await question.hashAddon(addon),
      visible_devices: cuda.visible_devices ?? null,
      plugin: await hashOfPlugin(question),
      products: cuda.products ?? null,
      ...(cuda.nccl !== undefined && {nccl: cuda.nccl}),
      instruction_set: cuda.instruction_set ?? null,
      ...(question.machine ?? machineMarks()),
    }),
  );
  const known = readState(question.remembered_at) as Remembered | undefined;
  if (known?.key === key) return {kind: 'known', report: known.report};
  const observation = await probe(addon, question);
  if (observation.kind === 'known' && !observation.report.devices.some(({own_products}) => own_products))
    await writeState(question.remembered_at, {key, report: observation.report} satisfies Remembered);
  return observation;
}

/** What is asked for; threads decide nothing here. */
type Where = Pick<StageResources, 'device' | 'precision'> & Partial<StageResources>;

/** Null without one: then there are no cards, until it is built. */
async function hashOfPlugin({cuda, hashAddon}: EngineQuestion): Promise<ContentHash | null> {
  return cuda.plugin !== undefined && existsSync(cuda.plugin) ? hashAddon(cuda.plugin) : null;
}

/** Pure: what a stage's request for a device and a precision comes to on this machine. */
export function resolveNumerics(engine: EngineObservation, resources: Where): NumericsObservation {
  if (engine.kind === 'unavailable') return {kind: 'problem', problem: engine.problem};
  const {devices, no_cuda, numerics_version, cpu_arithmetic} = engine.report;
  if (resources.executor !== undefined)
    return numericsAt(resources.executor, {...resources, numerics_version});
  const device = pickDevice(devices, resources.device);
  if (device === undefined)
    return {kind: 'problem', problem: noSuchDevice(resources.device, devices, no_cuda)};
  const precision = precisionOn(device.backend, resources.precision);
  return {
    kind: 'known',
    identity: {
      backend: device.backend,
      precision: device.backend === 'cpu' ? CPU_PRECISION : precision,
      numerics_version,
      ...(device.backend === 'cpu' && cpu_arithmetic !== 'fused' && {cpu_arithmetic}),
    },
    device: device.device,
    devices: alikeTo(device, devices, resources.device),
    ...(device.compute_capability !== undefined && {compute_capability: device.compute_capability}),
    ...(device.own_products === true && {own_products: true}),
  };
}

function precisionOn(backend: DeviceReport['backend'], wanted: string): string {
  if (wanted !== 'auto') return wanted;
  return backend === 'cuda' ? 'bf16' : 'f32';
}

/**
 * Elsewhere: what its executor declares, never what this machine has. The engine is the same program there, and a job sees
 * the card it was given as its first.
 */
function numericsAt(
  {name, device: declared}: Executor,
  {device: wanted, precision: asked, numerics_version}: Where & Pick<EngineReport, 'numerics_version'>,
): NumericsObservation {
  if (/^cuda:/.test(wanted)) return {kind: 'problem', problem: cardElsewhere(wanted, name)};
  const backend = wanted === 'auto' ? declared : wanted === 'cpu' ? 'cpu' : 'cuda';
  const precision = backend === 'cpu' ? CPU_PRECISION : precisionOn(backend, asked);
  const device = backend === 'cuda' ? 'cuda:0' : 'cpu';
  return {kind: 'known', identity: {backend, precision, numerics_version}, device};
}

function cardElsewhere(wanted: string, executor: string): Problem {
  return {
    code: 'run/card-of-executor',
    message: `${wanted} is a card of one machine; ${executor} hands out its cards itself`,
    hint: 'Take `device` out, or say `device: cuda`.',
  };
}

/** `cuda:1` is that card and no other; `cuda` and `auto` are any of them. */
function alikeTo(first: DeviceReport, devices: readonly DeviceReport[], wanted: string): readonly string[] {
  if (wanted === first.device) return [first.device];
  return devices.filter(({backend}) => backend === first.backend).map(({device}) => device);
}

function pickDevice(devices: readonly DeviceReport[], wanted: string): DeviceReport | undefined {
  const cuda = devices.find(({backend}) => backend === 'cuda');
  if (wanted === 'auto') return cuda ?? devices.find(({backend}) => backend === 'cpu');
  return wanted === 'cuda' ? cuda : devices.find(({device}) => device === wanted);
}

async function probe(addon: string, {launcher, engine_help}: EngineQuestion): Promise<EngineObservation> {
  let answer: EngineObservation | undefined;
  const said = lastWords();
  const worker = launcher.start(
    {kind: 'probe', protocol: PROTOCOL_VERSION, addon},
    {
      message: (message) => {
        if (message.kind === 'probed') answer = {kind: 'known', report: message.report};
        if (message.kind === 'failed')
          answer = {kind: 'unavailable', problem: withHelp(message.problem, engine_help)};
      },
      output: said.take,
    },
  );
  const end = await worker.ended;
  if (answer !== undefined) return answer;
  if ('problem' in end) return {kind: 'unavailable', problem: end.problem};
  const how = end.kind === 'killed' ? `was killed by ${end.signal}` : `ended with exit code ${end.exit_code}`;
  return {
    kind: 'unavailable',
    problem: {
      code: 'run/engine-crashed',
      message: `The native engine could not be asked: the process ${how}`,
      last_words: said.words(),
      hint: `\`sidestep doctor\` shows what was found. ${engine_help}`,
    },
  };
}

/** An engine that cannot be loaded, or is another version's, is replaced as a missing one is got. */
function withHelp(problem: Problem, hint: string): Problem {
  return /^native\/addon-/.test(problem.code) ? {...problem, hint} : problem;
}

function notThere(hint: string): Problem {
  return {
    code: 'run/engine-not-built',
    message: 'There is no native engine here, so stages that compute cannot run',
    hint,
  };
}

function noSuchDevice(wanted: string, devices: readonly DeviceReport[], noCuda: string | undefined): Problem {
  return {
    code: 'run/no-such-device',
    message: `There is no device ${wanted} here${noCuda === undefined ? '' : `: ${noCuda}`}`,
    hint: `Devices: ${devices.map(({device}) => device).join(', ')}. \`device: auto\` takes the best there is.`,
  };
}

/**
 * Pure: stages whose matrix products would run on the plugin's own kernels because the library was not found. They do, somewhat more
 * slowly: native/bench/NOTES.md has the account.
 */
export function productsWarning(
  engine: EngineObservation | undefined,
  stages: readonly {readonly resources: Where; readonly engine: boolean}[],
): Problem | undefined {
  if (engine?.kind !== 'known') return undefined;
  const slow = engine.report.devices.filter(({own_products}) => own_products === true);
  const used = slow.find(({device}) =>
    stages.some((stage) => {
      const numerics = stage.engine ? resolveNumerics(engine, stage.resources) : undefined;
      return numerics?.kind === 'known' && numerics.devices?.includes(device);
    }),
  );
  if (used === undefined) return undefined;
  return {
    code: 'run/own-products',
    message: `${used.device} computes without cuBLASLt: ${used.products}`,
    hint: "The engine's own tensor-core kernel multiplies in 16 bits then, by count somewhat slower; float32 products are slower still. To use the library, install the CUDA toolkit, or `pip install nvidia-cublas` (CUDA 13) or `nvidia-cublas-cu12`, or name the library in SIDESTEP_CUBLASLT.",
  };
}

/** The only one that the CPU backend computes in. */
const CPU_PRECISION = 'f32';

/** Pure: a pipeline for a card runs on a CPU too, in the precision that there is; undefined where nothing differs. */
export function precisionWarning(
  engine: EngineObservation | undefined,
  stages: readonly {readonly resources: Where; readonly engine: boolean}[],
): Problem | undefined {
  if (engine === undefined) return undefined;
  const wanted = stages.find(({resources, engine: computes}) => {
    const numerics = computes ? resolveNumerics(engine, resources) : undefined;
    return numerics?.kind === 'known' && !['auto', numerics.identity.precision].includes(resources.precision);
  })?.resources.precision;
  if (wanted === undefined) return undefined;
  return {
    code: 'run/precision-not-on-cpu',
    message: `precision: ${wanted} needs a CUDA device; on this CPU everything is computed in f32`,
    hint: '`precision: auto` takes f32 on a CPU and bf16 on a CUDA device.',
  };
}

interface Remembered {
  readonly key: string;
  readonly report: EngineReport;
}
