import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {namesIn} from '../../base/folder.js';
import {sha256} from '../../base/hash.js';
import {userCacheFolder} from '../../config/folders.js';
import type {Terminal} from '../terminal.js';
import {ENGINE_FILE, thisSystem} from './platforms.js';
import {versionIn} from './version-in.js';

/**
 * Engines compiled on this machine are in the user's cache folder, one folder for each version, system, state of the sources and
 * compiler: another version of sidestep, or another checkout, never meets one that was not made of its own sources.
 */
export function ownBuildFolder(root: string, env: Terminal['env'], compiler: string): string {
  return join(buildsOf(root, env), `${sourceKey(root)}-${slug(compiler)}`);
}

/** The addon built last from these sources. */
export function newestOwnBuild(root: string, env: Terminal['env']): string | undefined {
  const builds = buildsOf(root, env);
  if (!existsSync(builds)) return undefined; // most people never build: no source is read for them
  const key = sourceKey(root);
  return namesIn(builds)
    .filter((name) => name.startsWith(`${key}-`))
    .map((name) => join(builds, name, ENGINE_FILE))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

function buildsOf(root: string, env: Terminal['env']): string {
  return join(userCacheFolder(env), 'engines', `${versionIn(root)}-${thisSystem()}`);
}

/** All that the engine is compiled from. */
function sourceKey(root: string): string {
  const native = readdirSync(join(root, 'native'), {recursive: true, encoding: 'utf8'}).sort();
  const files = ['CMakeLists.txt', ...native.map((name) => join('native', name))];
  const parts = files
    .filter((file) => statSync(join(root, file)).isFile())
    .map((file) => `${file} ${sha256(readFileSync(join(root, file)))}\n`);
  return sha256(parts.join('')).slice(0, 12);
}

function slug(compiler: string): string {
  return compiler
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
}
