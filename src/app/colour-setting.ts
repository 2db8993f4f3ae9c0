import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {userFolder} from '../config/folders.js';
import {loadSettings} from '../config/user/settings.js';
import type {ColourSetting} from '../render/palette.js';
import type {Terminal} from './terminal.js';

/**
 * What the user's settings say of colours. Every command asks, so the settings are read only when they speak of colours
 * at all; problems in them are reported by the commands that need them.
 */
export async function colourSetting(env: Terminal['env']): Promise<ColourSetting> {
  const folder = userFolder(env);
  if (!speaksOfColours(join(folder, 'settings.yaml'))) return 'auto';
  const settings = await loadSettings(folder);
  return settings.ok ? (settings.value.values.color ?? 'auto') : 'auto';
}

function speaksOfColours(path: string): boolean {
  try {
    return statSync(path).isFile() && readFileSync(path, 'utf8').includes('color');
  } catch {
    return false; // no settings
  }
}
