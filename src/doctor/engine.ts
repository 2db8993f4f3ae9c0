import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {type FoundEngine, findEngine} from '../app/engine/find-engine.js';
import {pluginHelp, type SeenCard} from '../app/engine/installation.js';
import {askProgram, firstLine} from '../app/program-probe.js';
import {engineHere, engineOf} from '../app/run-context.js';
import type {Terminal} from '../app/terminal.js';
import {bytesText} from '../base/bytes-text.js';
import {hashFile} from '../base/hash.js';
import {SidestepError} from '../base/problem.js';
import {CPU_ARITHMETIC_HINT, cpuArithmeticText} from '../plan/numerics-text.js';
import type {DeviceReport, EngineReport} from '../protocol/message.js';
import type {Check} from '../render/checklist.js';
import {type EngineObservation, observeEngine, productsWarning} from '../run/numerics.js';
import {withScratch} from '../run/scratch.js';
import type {MachineFacts} from './verdict.js';

export interface EngineFindings {
  readonly checks: readonly Check[];
  readonly facts: Pick<MachineFacts, 'has_engine' | 'cards' | 'idle_cards'>;
}

/** What the native engine needs: the addon itself, what would build it, linear algebra, a CUDA driver and devices. */
export async function engineFindings(terminal: Terminal): Promise<EngineFindings> {
  const engine = await askEngine(terminal);
  const cuda = await cudaFindings(terminal);
  const addon = addonChecks(engine, () => missingPlugin(terminal, cuda.cards), cuda.cards.length);
  const {state} = addon[0]!;
  const tools = await Promise.all([compilerCheck(terminal, state), cmakeCheck(state)]);
  const devices = engine.kind === 'known' ? engine.report.devices : [];
  const cards = devices.filter(({backend}) => backend === 'cuda');
  return {
    checks: [...addon, ...tools, ...cuda.checks],
    facts: {
      has_engine: engine.kind === 'known',
      cards,
      idle_cards: cards.length === 0 ? cuda.cards.map(({name}) => name) : [],
    },
  };
}

type AskedEngine =
  | {readonly kind: 'known'; readonly report: EngineReport; readonly found: FoundEngine}
  | Exclude<EngineObservation, {readonly kind: 'known'}>;

function addonChecks(engine: AskedEngine, plugin_help: () => string, cards: number): Check[] {
  if (engine.kind === 'unavailable') {
    const {code, message, hint} = engine.problem;
    const state = code === 'native/engine-file-missing' ? 'error' : 'warning';
    return [{name: 'addon', title: 'Native engine', state, found: message, hint}];
  }
  const {report} = engine;
  const found = `${engine.found.path} (${ORIGINS[engine.found.origin]}), numerics version ${report.numerics_version}`;
  const devices = report.devices.flatMap((device) => deviceChecks(device, report));
  return [
    {name: 'addon', title: 'Native engine', state: 'ok', found, hint: undefined},
    ...devices,
    ...linkChecks(report),
    ...noCudaChecks(report, plugin_help, cards),
  ];
}

/** Why there is no card for the engine; `cards`: so many are in this machine. Pure but for `plugin_help`. */
export function noCudaChecks(
  {no_cuda, no_cuda_hint}: Pick<EngineReport, 'no_cuda' | 'no_cuda_hint'>,
  plugin_help: () => string,
  cards: number,
): Check[] {
  if (no_cuda === undefined) return [];
  return [
    {
      name: 'engine_cuda',
      title: 'Engine on CUDA',
      state: cards > 0 ? 'warning' : 'absent',
      found: no_cuda,
      hint: cards > 0 && !TOO_OLD.test(no_cuda) ? (no_cuda_hint ?? plugin_help()) : undefined,
    },
  ];
}

/** No plugin, one of another version, or a variable that names no file. */
function missingPlugin(terminal: Terminal, cards: readonly SeenCard[]): string {
  return terminal.env.SIDESTEP_CUDA_PLUGIN
    ? 'SIDESTEP_CUDA_PLUGIN names it: unset that variable to use the plugin of this installation, or name one that fits.'
    : pluginHelp(terminal, engineHere(terminal), cards);
}

/** The plugin is there, and says of each card why it does not use it. */
const TOO_OLD = /compute capability/;

const ORIGINS: Readonly<Record<FoundEngine['origin'], string>> = {
  variable: 'named by SIDESTEP_ENGINE',
  own_build: 'compiled here by build-engine',
  platform_package: 'the package for this system',
  checkout: 'built in this checkout',
};

/** A device, and on a card what its matrix products run on: without the library it is there, but far too slow. */
export function deviceChecks(device: DeviceReport, report: EngineReport): Check[] {
  const name = `engine_${device.device.replace(':', '_')}`;
  const found = `${device.name}, ${bytesText(device.free_bytes)} of ${bytesText(device.memory_bytes)} free`;
  const it: Check = {name, title: `Engine on ${device.device}`, state: 'ok', found, hint: undefined};
  if (device.backend === 'cpu' && report.cpu_arithmetic !== 'fused')
    return [{...it, state: 'warning', ...bitsOfItsOwn(found, report)}];
  if (device.products === undefined) return [it];
  const resources = {device: device.device, precision: 'auto'} as const;
  const warning = productsWarning({kind: 'known', report}, [{resources, engine: true}]);
  const products: Check = {
    name: `${name}_products`,
    title: `Matrix products on ${device.device}`,
    state: warning === undefined ? 'ok' : 'warning',
    found: device.products,
    hint: warning?.hint,
  };
  return [it, products];
}

/** Several cards, and what gradients go by between them. */
export function linkChecks({nccl}: Pick<EngineReport, 'nccl'>): Check[] {
  if (nccl === undefined) return [];
  const it = {name: 'engine_nccl', title: 'Between cards'};
  if (nccl.found) return [{...it, state: 'ok', found: nccl.text, hint: undefined}];
  return [
    {
      ...it,
      state: 'absent',
      found: `${nccl.text}: a training on several cards sends its gradients over TCP`,
      hint: 'The bytes are the same, only slower. `pip install nvidia-nccl-cu13` (nvidia-nccl-cu12 with CUDA 12), or name the library in SIDESTEP_NCCL.',
    },
  ];
}

function bitsOfItsOwn(found: string, {cpu_arithmetic}: EngineReport): Pick<Check, 'found' | 'hint'> {
  const whose = cpuArithmeticText(cpu_arithmetic);
  return {
    found: `${found}; results have bits of their own (${whose})`,
    hint: `${CPU_ARITHMETIC_HINT} Lock files and caches made there and here are not each other's.`,
  };
}

/** In a short-lived process, and without the remembered answer: a doctor looks again. */
async function askEngine(terminal: Terminal): Promise<AskedEngine> {
  try {
    const found = findEngine(engineHere(terminal));
    const observation = await withScratch('doctor', (folder) =>
      observeEngine({
        ...engineOf(terminal),
        hashAddon: async (path) => (await hashFile(path)).hash,
        remembered_at: join(folder, 'devices.json'),
      }),
    );
    return observation.kind === 'known' ? {...observation, found: found!} : observation;
  } catch (error) {
    if (error instanceof SidestepError) return {kind: 'unavailable', problem: error.problem};
    throw error;
  }
}

async function compilerCheck(terminal: Terminal, addon: Check['state']): Promise<Check> {
  const version = await askProgram(terminal.env.CXX || 'c++', '--version');
  return tool(
    'compiler',
    'C++ compiler',
    version,
    addon,
    'apt install g++ (Debian, Ubuntu) or xcode-select --install (macOS)',
  );
}

async function cmakeCheck(addon: Check['state']): Promise<Check> {
  const version = await askProgram('cmake', '--version');
  return tool(
    'cmake',
    'CMake',
    version,
    addon,
    'apt install cmake ninja-build (Debian, Ubuntu) or brew install cmake ninja (macOS)',
  );
}

/** Build tools are only missed while there is no addon. */
function tool(
  name: string,
  title: string,
  version: string | undefined,
  addon: Check['state'],
  hint: string,
): Check {
  if (version !== undefined) return {name, title, state: 'ok', found: firstLine(version), hint: undefined};
  const needed = addon !== 'ok';
  return {
    name,
    title,
    state: needed ? 'warning' : 'absent',
    found: 'not found',
    hint: needed ? hint : undefined,
  };
}

/** What the driver says, and the names of its cards. */
async function cudaFindings(
  terminal: Terminal,
): Promise<{readonly checks: readonly Check[]; readonly cards: readonly SeenCard[]}> {
  const driver = await driverVersion();
  if (driver === undefined) {
    const found = 'no NVIDIA driver; everything runs on the CPU';
    return {
      checks: [{name: 'cuda_driver', title: 'CUDA driver', state: 'absent', found, hint: undefined}],
      cards: [],
    };
  }
  const checks: Check[] = [
    {name: 'cuda_driver', title: 'CUDA driver', state: 'ok', found: driver, hint: undefined},
  ];
  const query = '--query-gpu=index,name,compute_cap,memory.total,memory.free';
  const devices = await askProgram('nvidia-smi', query, '--format=csv,noheader');
  const lines = devices?.split('\n') ?? [];
  for (const line of lines) checks.push(deviceCheck(line));
  const visible = terminal.env.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined) {
    checks.push({
      name: 'cuda_visible_devices',
      title: 'CUDA_VISIBLE_DEVICES',
      state: visible === '' || visible === '-1' ? 'warning' : 'ok',
      found: visible === '' ? '(empty: hides every device)' : visible,
      hint: undefined,
    });
  }
  return {checks, cards: lines.map(seenCard)};
}

function seenCard(line: string): SeenCard {
  const [, name = 'a card', compute_capability = ''] = line.split(',').map((word) => word.trim());
  return {name, compute_capability};
}

/** The kernel module's word, or that of its tool where /proc is not shown. */
async function driverVersion(): Promise<string | undefined> {
  try {
    const text = await readFile('/proc/driver/nvidia/version', 'utf8');
    if ((await readdir('/proc/driver/nvidia/gpus')).length > 0)
      return firstLine(text).replace(/^NVRM version:\s*/, '');
  } catch {
    // no module, or a system without /proc
  }
  const version = await askProgram('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader');
  return version === undefined ? undefined : firstLine(version);
}

const OLDEST_COMPUTE_CAPABILITY = 8.0; // bf16 tensor cores

function deviceCheck(line: string): Check {
  const [index = '?', name = '?', capability = '?', total = '?', free = '?'] = line
    .split(',')
    .map((word) => word.trim());
  const found = `${name}, compute capability ${capability}, ${total} (${free} free)`;
  const check: Check = {
    name: `cuda_${index}`,
    title: `CUDA device ${index}`,
    state: 'ok',
    found,
    hint: undefined,
  };
  if (!(Number(capability) < OLDEST_COMPUTE_CAPABILITY)) return check;
  return {
    ...check,
    state: 'warning',
    hint: 'sidestep needs compute capability 8.0 (Ampere) or newer; this device is not used',
  };
}
