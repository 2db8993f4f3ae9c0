import {spawn, spawnSync} from 'node:child_process';
import {chmodSync, chownSync, mkdirSync} from 'node:fs';
import {type Folder, follow, main, type Running} from './sidestep.js';

const works = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;

/** Another host name, user and clock for a process: root's to give, by programs of util-linux and faketime. */
export const machinesPossible =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  works('unshare', '--uts', 'hostname', 'test') &&
  works('setpriv', '--reuid=4242', '--regid=4242', '--clear-groups', process.execPath, '-v') &&
  works('faketime', '-f', '+200s', 'true');

export interface Machine {
  readonly host: string;
  /** Numbers of a user and a group, who need not have names. */
  readonly user?: number;
  readonly group?: number;
  readonly umask?: string;
  /** Of its clock, in seconds. */
  readonly ahead?: number;
}

/** Starts the real command as on that machine; its settings are those of its working folder. */
export function onMachine(
  {host, user = 0, group = user, umask = '022', ahead = 0}: Machine,
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const script = 'hostname "$1" && umask "$2" && shift 2 && exec "$@"';
  const as = ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups'];
  const clock = ahead === 0 ? [] : ['faketime', '-f', `+${ahead}s`];
  const command = [...as, ...clock, process.execPath, main, ...args];
  const child = spawn('unshare', ['--uts', 'sh', '-c', script, 'sh', host, umask, ...command], {
    cwd,
    env: {PATH: process.env.PATH, HOME: cwd, SIDESTEP_CONFIG_DIR: `${cwd}/.config`, ...env},
  });
  return follow(child);
}

/** A folder of that user's below one that everybody may enter. */
export function homeOf(
  folder: Folder,
  name: string,
  {user = 0, group = user}: Omit<Machine, 'host'> = {},
): string {
  chmodSync(folder.path, 0o755);
  const home = folder.file(name);
  mkdirSync(home, {recursive: true});
  chownSync(home, user, group);
  return home;
}
