import {spawnSync} from 'node:child_process';
import {userInfo} from 'node:os';
import {expect, test, vi} from 'vitest';
import {homeFolder} from '../../src/base/home-folder.js';
import {userCacheFolder, userFolder} from '../../src/config/folders.js';
import {main} from '../cli/sidestep.js';
import {temporaryFolder} from '../temporary-folder.js';

const onUnix = test.skipIf(process.platform === 'win32');

onUnix.each(['', 'relative/path'])(
  'HOME=%j says nothing: the system knows where a user is at home',
  (path) => {
    vi.stubEnv('HOME', path);
    const {homedir} = userInfo();
    expect(homeFolder()).toBe(homedir);
    expect(userFolder({HOME: path})).toBe(`${homedir}/.config/sidestep`);
    expect(userCacheFolder({HOME: path}, 'linux')).toBe(`${homedir}/.cache/sidestep`);
    vi.unstubAllEnvs();
  },
);

onUnix.each(['', 'relative/path'])('XDG folders that are no absolute path (%j) are none', (path) => {
  expect(userFolder({HOME: '/h', XDG_CONFIG_HOME: path})).toBe('/h/.config/sidestep');
  expect(userCacheFolder({HOME: '/h', XDG_CACHE_HOME: path}, 'linux')).toBe('/h/.cache/sidestep');
});

// As in a container that is started for a number (`docker run --user 12345`); only root may take another number.
test.runIf(process.getuid?.() === 0)('a user without name and HOME can work', async () => {
  const cwd = await temporaryFolder();
  const {status, stdout, stderr} = spawnSync(process.execPath, [main, 'settings', 'path'], {
    cwd,
    uid: 12_345,
    env: {PATH: process.env.PATH},
    encoding: 'utf8',
  });
  expect({status, stdout, stderr}).toEqual({
    status: 0,
    stdout: '/.config/sidestep/settings.yaml\n',
    stderr: '',
  });
});
