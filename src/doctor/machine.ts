import {constants} from 'node:fs';
import {access, readFile, statfs} from 'node:fs/promises';
import {availableParallelism, cpus, freemem, totalmem} from 'node:os';
import {askProgram, firstLine} from '../app/program-probe.js';
import type {Terminal} from '../app/terminal.js';
import {packageRoot, packageVersion} from '../app/version.js';
import {bytesText} from '../base/bytes-text.js';
import {hostMemory} from '../base/host-memory.js';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import type {Check} from '../render/checklist.js';
import {countText} from '../render/quantity.js';
import type {MachineFacts} from './verdict.js';

const GIB = 2 ** 30;

export interface MachineFindings {
  readonly checks: readonly Check[];
  readonly facts: Pick<MachineFacts, 'host_bytes' | 'threads' | 'free_disk_bytes' | 'has_ffmpeg'>;
}

/** What belongs to the machine and not to our engine. */
export async function machineFindings(terminal: Terminal): Promise<MachineFindings> {
  const free_disk_bytes = await freeDisk(terminal.cwd);
  const ffmpeg = await ffmpegCheck();
  const checks = await Promise.all([
    versionCheck(),
    nodeCheck(),
    processorCheck(),
    memoryCheck(),
    diskCheck(terminal.cwd, free_disk_bytes),
    folderCheck(terminal.cwd),
    ffmpeg,
    settingsCheck(terminal),
  ]);
  const facts = {
    host_bytes: hostMemory(),
    threads: availableParallelism(),
    free_disk_bytes,
    has_ffmpeg: ffmpeg.state === 'ok',
  };
  return {checks, facts};
}

async function freeDisk(folder: string): Promise<number> {
  const {bavail, bsize} = await statfs(folder);
  return bavail * bsize;
}

async function versionCheck(): Promise<Check> {
  return ok('sidestep', 'sidestep', `${await packageVersion()}, ${process.platform}-${process.arch}`);
}

async function nodeCheck(): Promise<Check> {
  const {engines} = JSON.parse(await readFile(new URL('package.json', packageRoot), 'utf8')) as {
    engines: {node: string};
  };
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  const found = `${process.versions.node} (Node-API ${process.versions.napi})`;
  return fits
    ? ok('node', 'Node.js', found)
    : {name: 'node', title: 'Node.js', state: 'error', found, hint: `install a version of ${engines.node}`};
}

async function processorCheck(): Promise<Check> {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return ok('processor', 'Processor', `${model}, ${countText(availableParallelism(), 'thread')}`);
}

async function memoryCheck(): Promise<Check> {
  const total = hostMemory();
  const found = `${bytesText(total)}${total < totalmem() ? ' (limit of this container)' : ''}, ${bytesText(freemem())} free`;
  const check = ok('memory', 'Memory', found);
  if (total >= 8 * GIB) return check;
  return {
    ...check,
    state: 'warning',
    hint: 'a 2B model on the CPU needs more than this; tiny models and planning work',
  };
}

async function diskCheck(folder: string, free: number): Promise<Check> {
  const check = ok('disk', 'Disk', `${bytesText(free)} free in ${folder}`);
  if (free >= 5 * GIB) return check;
  return {
    ...check,
    state: 'warning',
    hint: 'the cache grows with your songs: `sidestep cache gc`, or set cache.dir elsewhere',
  };
}

async function folderCheck(folder: string): Promise<Check> {
  const check = ok('project_folder', 'Project folder', folder);
  try {
    await access(folder, constants.W_OK);
    return check;
  } catch {
    return {
      ...check,
      state: 'error',
      found: `${folder} is not writable`,
      hint: 'sidestep keeps its cache and records in .sidestep/ there',
    };
  }
}

async function ffmpegCheck(): Promise<Check> {
  const version = await askProgram('ffmpeg', '-version');
  if (version !== undefined) return ok('ffmpeg', 'ffmpeg', firstLine(version).replace(/ Copyright.*/, ''));
  return {
    name: 'ffmpeg',
    title: 'ffmpeg',
    state: 'absent',
    found: 'not found; only needed for formats other than wav, mp3, flac, ogg, opus',
    hint: undefined,
  };
}

async function settingsCheck(terminal: Terminal): Promise<Check> {
  const folder = userFolder(terminal.env);
  const settings = await loadSettings(folder);
  if (settings.ok)
    return ok('settings', 'Settings', settings.value.path ?? `none; they would be in ${folder}`);
  const [problem] = settings.problems;
  const check = ok('settings', 'Settings', `${problem?.message}`);
  return {
    ...check,
    state: 'error',
    hint: '`sidestep settings get` shows the place; `sidestep settings reset` starts over',
  };
}

function ok(name: string, title: string, found: string): Check {
  return {name, title, state: 'ok', found, hint: undefined};
}
