import {isAbsolute, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {homeFolder} from '../base/home-folder.js';

/** The user's own folder for settings and presets; `SIDESTEP_CONFIG_DIR` names another one. */
export function userFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): string {
  if (env.SIDESTEP_CONFIG_DIR) return env.SIDESTEP_CONFIG_DIR;
  if (platform === 'win32') return join(env.APPDATA || join(homeFolder(), 'AppData', 'Roaming'), 'sidestep');
  return join(
    absolute(env.XDG_CONFIG_HOME) ?? join(absolute(env.HOME) ?? homeFolder(), '.config'),
    'sidestep',
  );
}

/** The presets that come with the program. */
export function builtInPresets(): string {
  return fileURLToPath(new URL('../../presets', import.meta.url));
}

/** What can be made again and belongs to no project: engines compiled on this machine. */
export function userCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): string {
  const home = absolute(env.HOME) ?? homeFolder();
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homeFolder(), 'AppData', 'Local'), 'sidestep', 'Cache');
  if (platform === 'darwin' && !env.XDG_CACHE_HOME) return join(home, 'Library', 'Caches', 'sidestep');
  return join(absolute(env.XDG_CACHE_HOME) ?? join(home, '.cache'), 'sidestep');
}

/** The XDG specification: relative paths are invalid and ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
