import {spawnSync} from 'node:child_process';
import {chmodSync, lstatSync, readdirSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Folder, main} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, 'umask 022; mkdir "$1"; echo hi > "$1/text"; echo x > "$1/go"; chmod +x "$1/go"', x, "\${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, with: {argv: [sh, -c, 'test -x "$1/go" && test ! -x "$1/text" && echo 1 > "$2"', x, "\${inputs.i}", "\${outputs.o}"], inputs: {i: "\${stages.a}"}, outputs: {o: o}}}
`;

function withUmask(folder: Folder, umask: string, args: readonly string[]): void {
  const script = `umask ${umask}; exec "$@"`;
  const {status, stderr} = spawnSync('sh', ['-c', script, 'x', process.execPath, main, ...args], {
    cwd: folder.path,
    env: {PATH: process.env.PATH, HOME: folder.path, SIDESTEP_CONFIG_DIR: folder.file('.config')},
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}

function modes(folder: Folder, below: string): string[] {
  const all = readdirSync(folder.file(below), {recursive: true, withFileTypes: true});
  const files = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return [...new Set(files.map((file) => (statSync(file).mode & 0o777).toString(8)))].sort();
}

test.each([
  {umask: '000', objects: ['444'], trees: ['444', '555'], lock: 0o666},
  {umask: '022', objects: ['444'], trees: ['444', '555'], lock: 0o644},
  {umask: '077', objects: ['400'], trees: ['400', '500'], lock: 0o600},
])('a umask of $umask: results are no one else’s than it says, and never writable', (expected) => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  withUmask(folder, expected.umask, ['run']);
  expect(modes(folder, '.sidestep/cache/objects')).toEqual(expected.objects);
  expect(modes(folder, '.sidestep/cache/trees')).toEqual(expected.trees);
  expect(statSync(folder.file('pipeline.lock.yaml')).mode & 0o777).toBe(expected.lock);
});

test('settings and lock files keep their permissions, and a link to them stays one', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'dotfiles/settings.yaml': 'sidestep: 1\n'});
  folder.write('.config/presets/x', '');
  chmodSync(folder.file('dotfiles/settings.yaml'), 0o600);
  symlinkSync('../dotfiles/settings.yaml', folder.file('.config/settings.yaml'));
  expect(await folder.run(['settings', 'set', 'defaults.seed', '7'])).toMatchObject({code: 0});
  expect(lstatSync(folder.file('.config/settings.yaml')).isSymbolicLink()).toBe(true);
  expect(folder.read('dotfiles/settings.yaml')).toContain('seed: 7');
  expect(statSync(folder.file('dotfiles/settings.yaml')).mode & 0o777).toBe(0o600);
  await folder.run(['run']);
  chmodSync(folder.file('pipeline.lock.yaml'), 0o600);
  folder.write('pipeline.yaml', pipeline.replace('echo hi', 'echo ho'));
  const before = folder.read('pipeline.lock.yaml');
  expect(await folder.run(['run'])).toMatchObject({code: 0});
  expect(folder.read('pipeline.lock.yaml')).not.toBe(before);
  expect(statSync(folder.file('pipeline.lock.yaml')).mode & 0o777).toBe(0o600);
});
