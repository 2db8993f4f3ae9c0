import {homedir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {userCacheFolder, userFolder} from '../../src/config/folders.js';

const roaming = join(homedir(), 'elsewhere', 'Roaming');
const local = join(homedir(), 'elsewhere', 'Local');

describe("the user's own folders", () => {
  test.each([
    {name: 'Windows', platform: 'win32', env: {APPDATA: roaming}, folder: join(roaming, 'sidestep')},
    {
      name: 'Windows, a service without APPDATA',
      platform: 'win32',
      env: {APPDATA: ''},
      folder: join(homedir(), 'AppData', 'Roaming', 'sidestep'),
    },
    {name: 'macOS', platform: 'darwin', env: {}, folder: join(homedir(), '.config', 'sidestep')},
    {
      name: 'Linux, where XDG names one',
      platform: 'linux',
      env: {XDG_CONFIG_HOME: roaming},
      folder: join(roaming, 'sidestep'),
    },
    {
      name: 'the variable comes first',
      platform: 'win32',
      env: {APPDATA: roaming, SIDESTEP_CONFIG_DIR: local},
      folder: local,
    },
  ] as const)('settings and presets: $name', ({platform, env, folder}) => {
    expect(userFolder(env, platform)).toBe(folder);
  });

  test.each([
    {
      name: 'Windows',
      platform: 'win32',
      env: {LOCALAPPDATA: local},
      folder: join(local, 'sidestep', 'Cache'),
    },
    {
      name: 'Windows, a service without LOCALAPPDATA',
      platform: 'win32',
      env: {},
      folder: join(homedir(), 'AppData', 'Local', 'sidestep', 'Cache'),
    },
    {name: 'macOS', platform: 'darwin', env: {}, folder: join(homedir(), 'Library', 'Caches', 'sidestep')},
    {name: 'Linux', platform: 'linux', env: {}, folder: join(homedir(), '.cache', 'sidestep')},
  ] as const)('engines that were compiled here: $name', ({platform, env, folder}) => {
    expect(userCacheFolder(env, platform)).toBe(folder);
  });
});
