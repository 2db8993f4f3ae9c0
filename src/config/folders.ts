import {homedir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The user's own folder for settings and presets; `SIDESTEP_CONFIG_DIR` names another one. */
export function userFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform = process.platform,
): string {
  if (env.SIDESTEP_CONFIG_DIR) return env.SIDESTEP_CONFIG_DIR;
  if (platform === 'win32') return join(env.APPDATA || join(homedir(), 'AppData', 'Roaming'), 'sidestep');
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'sidestep');
}

/** The presets that come with the program. */
export function builtInPresets(): string {
  return fileURLToPath(new URL('../../presets', import.meta.url));
}
