import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {engineOf, projectOf} from '../app/run-context.js';
import type {Terminal} from '../app/terminal.js';
import {bytesText} from '../base/bytes-text.js';
import {hashFile} from '../base/hash.js';
import {hostMemory} from '../base/host-memory.js';
import type {Settings} from '../config/user/settings.js';
import {type EngineObservation, observeEngine} from '../run/numerics.js';
import {devicesPath} from '../run/project.js';
import type {WorkerLauncher} from '../run/worker-launcher.js';

/** What the wizard can ask about this machine. */
export interface Machine {
  readonly engine: EngineObservation;
  readonly addon: string | undefined;
  readonly launcher: WorkerLauncher;
}

export async function observeMachine(terminal: Terminal, settings: Settings): Promise<Machine> {
  const project = projectOf(terminal, DEFAULT_PIPELINE, settings);
  const {addon, engine_help, cuda, launcher} = engineOf(terminal);
  const engine = await observeEngine({
    addon,
    engine_help,
    hashAddon: async (path) => (await hashFile(path)).hash,
    cuda,
    remembered_at: devicesPath(project),
    launcher,
  });
  return {engine, addon, launcher};
}

/** A preset that is proposed, and why. */
export interface ProposedPreset {
  readonly name: string;
  readonly why: string;
}

/** The preset that suits the largest card of this machine; a quick test where there is none. */
export function presetFor({engine}: Machine): ProposedPreset {
  if (engine.kind === 'unavailable')
    return {name: 'recommended', why: `This machine's devices are not known: ${engine.problem.message}`};
  const cards = engine.report.devices.filter(({backend}) => backend === 'cuda');
  return presetForMemory({
    card: Math.max(0, ...cards.map(({memory_bytes}) => memory_bytes)),
    host: hostMemory(),
  });
}

const GIB = 2 ** 30;

/** Built-in presets by the memory of a card, largest first. */
const byMemory: readonly {readonly at_least: number; readonly name: string}[] = [
  {at_least: 22 * GIB, name: 'vram_24gb_plus'},
  {at_least: 15 * GIB, name: 'vram_16gb'},
  {at_least: 11 * GIB, name: 'vram_12gb'},
  {at_least: 0, name: 'vram_8gb'},
];

/** Pure; bytes. `card` 0: there is none. */
export function presetForMemory({
  card,
  host,
}: {
  readonly card: number;
  readonly host: number;
}): ProposedPreset {
  if (card === 0)
    return {
      name: 'quick_test',
      why: `No CUDA card was found, so the CPU trains, with ${bytesText(host)} of memory. That is slow: a quick test is proposed.`,
    };
  const {name} = byMemory.find(({at_least}) => card >= at_least)!;
  return {name, why: `For a card of ${bytesText(card)}, ${name} is proposed.`};
}
