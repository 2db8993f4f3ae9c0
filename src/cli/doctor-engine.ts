import {access, readdir, readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import type {Check} from '../render/checklist.js';
import {askProgram, firstLine} from './program-probe.js';
import {packageRoot} from './version.js';
import type {World} from './world.js';

/** What the native engine needs: the addon itself, what would build it, linear algebra, a CUDA driver and devices. */
export async function engineChecks(world: World): Promise<Check[]> {
  const addon = await addonCheck();
  const tools = await Promise.all([compilerCheck(world, addon.state), cmakeCheck(addon.state)]);
  return [addon, ...tools, ...(await cudaChecks(world))];
}

/** Where the build and the published packages put the addon. The doctor never loads it: a worker does. */
const ADDON = fileURLToPath(new URL('build/addon/Release/sidestep.node', packageRoot));

async function addonCheck(): Promise<Check> {
  try {
    await access(ADDON);
    return {name: 'addon', title: 'Native engine', state: 'ok', found: ADDON, hint: undefined};
  } catch {
    return {
      name: 'addon',
      title: 'Native engine',
      state: 'warning',
      found: 'not built; validate, plan and status work, preprocessing and training do not',
      hint: 'npm run native (needs cmake and a C++20 compiler)',
    };
  }
}

async function compilerCheck(world: World, addon: Check['state']): Promise<Check> {
  const version = await askProgram(world.env.CXX || 'c++', '--version');
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

async function cudaChecks(world: World): Promise<Check[]> {
  const driver = await driverVersion();
  if (driver === undefined) {
    const found = 'no NVIDIA driver; everything runs on the CPU';
    return [{name: 'cuda_driver', title: 'CUDA driver', state: 'absent', found, hint: undefined}];
  }
  const checks: Check[] = [
    {name: 'cuda_driver', title: 'CUDA driver', state: 'ok', found: driver, hint: undefined},
  ];
  const query = '--query-gpu=index,name,compute_cap,memory.total,memory.free';
  const devices = await askProgram('nvidia-smi', query, '--format=csv,noheader');
  for (const line of devices?.split('\n') ?? []) checks.push(deviceCheck(line));
  const visible = world.env.CUDA_VISIBLE_DEVICES;
  if (visible !== undefined) {
    checks.push({
      name: 'cuda_visible_devices',
      title: 'CUDA_VISIBLE_DEVICES',
      state: visible === '' || visible === '-1' ? 'warning' : 'ok',
      found: visible === '' ? '(empty: hides every device)' : visible,
      hint: undefined,
    });
  }
  return checks;
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
