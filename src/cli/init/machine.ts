import {hashFile} from '../../base/hash.js';
import {userFolder} from '../../config/folders.js';
import {loadSettings, noSettings} from '../../config/settings.js';
import {bytesText} from '../../render/quantity.js';
import {observeEngine} from '../../run/numerics.js';
import {devicesPath} from '../../run/project.js';
import {DEFAULT_PIPELINE} from '../pipeline-options.js';
import {projectOf, surroundingsOf} from '../surroundings.js';
import type {World} from '../world.js';

const GIB = 2 ** 30;

/** Built-in presets by the memory of a card, largest first. */
const byMemory: readonly {readonly at_least: number; readonly name: string}[] = [
  {at_least: 22 * GIB, name: 'vram_24gb_plus'},
  {at_least: 15 * GIB, name: 'vram_16gb'},
  {at_least: 11 * GIB, name: 'vram_12gb'},
  {at_least: 0, name: 'vram_8gb'},
];

/** The preset that suits the largest card of this machine; a quick test where there is none. */
export async function presetFor(world: World): Promise<{readonly name: string; readonly why: string}> {
  const settings = await loadSettings(userFolder(world.env));
  const project = projectOf(world, DEFAULT_PIPELINE, settings.ok ? settings.value : noSettings());
  const {addon, visible_devices, launcher} = surroundingsOf(world, project, new Set());
  const engine = await observeEngine({
    addon,
    hashAddon: async (path) => (await hashFile(path)).hash,
    visible_devices,
    remembered_at: devicesPath(project),
    launcher,
  });
  if (engine.kind === 'unavailable')
    return {name: 'recommended', why: `This machine's devices are not known: ${engine.problem.message}`};
  const cards = engine.report.devices.filter(({backend}) => backend === 'cuda');
  return presetForMemory(Math.max(0, ...cards.map(({memory_bytes}) => memory_bytes)));
}

/** Pure. 0 bytes: no card. */
export function presetForMemory(bytes: number): {readonly name: string; readonly why: string} {
  if (bytes === 0)
    return {
      name: 'quick_test',
      why: 'No CUDA card was found. Training on the CPU is slow: a quick test is the default.',
    };
  const {name} = byMemory.find(({at_least}) => bytes >= at_least)!;
  return {name, why: `For a card of ${bytesText(bytes)}, ${name} is the default.`};
}
