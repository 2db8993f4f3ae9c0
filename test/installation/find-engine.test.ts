import {mkdirSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {beforeEach, describe, expect, test} from 'vitest';
import {type EngineContext, findEngine, findPlugin} from '../../src/app/engine/find-engine.js';
import {ownBuildFolder} from '../../src/app/engine/own-builds.js';
import {platforms, pluginFile} from '../../src/app/engine/platforms.js';
import {temporaryFolder} from '../temporary-folder.js';

/** A project with sidestep in it, as npm lays it. */
let project: string;
let root: string;
let places: EngineContext;
const linux = platforms.find(({name}) => name === 'linux-x64')!;

beforeEach(async () => {
  project = await temporaryFolder();
  root = join(project, 'node_modules/sidestep-ace');
  put('node_modules/sidestep-ace/package.json', '{"name": "sidestep-ace", "version": "1.2.3"}');
  put('node_modules/sidestep-ace/CMakeLists.txt', 'project(sidestep)');
  put('node_modules/sidestep-ace/native/core/tensor.cpp', 'int main() {}');
  places = {
    root,
    cwd: project,
    env: {HOME: project, XDG_CACHE_HOME: join(project, 'cache'), LOCALAPPDATA: join(project, 'local')},
    platform: linux,
  };
});

function put(name: string, text = 'bytes'): string {
  const path = join(project, name);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, text);
  return path;
}

function platformPackage(name: string, file: string, version = '1.2.3'): string {
  put(`node_modules/@sidestep-ace/${name}/package.json`, JSON.stringify({version}));
  return put(`node_modules/@sidestep-ace/${name}/${file}`);
}

function ownBuild(compiler: string): string {
  const path = join(ownBuildFolder(root, places.env, compiler), 'sidestep.node');
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, 'bytes');
  return path;
}

describe('where the engine comes from', () => {
  test('nowhere', () => expect(findEngine(places)).toBeUndefined());

  test('each place goes before the next one', () => {
    const checkout = put('node_modules/sidestep-ace/build/addon/Release/sidestep.node');
    expect(findEngine(places)).toEqual({path: checkout, origin: 'checkout'});
    const packaged = platformPackage('engine-linux-x64', 'sidestep.node');
    expect(findEngine(places)).toEqual({path: packaged, origin: 'platform_package'});
    const own = ownBuild('c++ (Debian 12.2.0-14) 12.2.0');
    expect(findEngine(places)).toEqual({path: own, origin: 'own_build'});
    const named = put('elsewhere/engine.node');
    const env = {...places.env, SIDESTEP_ENGINE: 'elsewhere/engine.node'};
    expect(findEngine({...places, env})).toEqual({path: named, origin: 'variable'});
  });

  test('a variable that names nothing is said, and nothing else is taken', () => {
    platformPackage('engine-linux-x64', 'sidestep.node');
    const env = {...places.env, SIDESTEP_ENGINE: 'gone.node'};
    expect(() => findEngine({...places, env})).toThrow(join(project, 'gone.node'));
  });

  test('of another release, or of another system, it is not taken', () => {
    platformPackage('engine-linux-x64', 'sidestep.node', '1.2.2');
    platformPackage('engine-linux-x64-musl', 'sidestep.node');
    expect(findEngine(places)).toBeUndefined();
  });

  test('an own build counts for the sources it was made of', () => {
    ownBuild('g++ 12');
    put('node_modules/sidestep-ace/native/core/tensor.cpp', 'int main() { return 1; }');
    expect(findEngine(places)).toBeUndefined();
  });

  test('of own builds the newest', () => {
    const older = ownBuild('clang 14');
    const newer = ownBuild('g++ 12');
    utimesSync(older, 1000, 1000);
    expect(findEngine(places)?.path).toBe(newer);
    utimesSync(newer, 500, 500);
    expect(findEngine(places)?.path).toBe(older);
  });

  test('one that is being built is none', () => {
    put(join(ownBuildFolder(root, places.env, 'g++').slice(project.length), '../x.building-1/sidestep.node'));
    expect(findEngine(places)).toBeUndefined();
  });
});

describe('where the CUDA plugin comes from', () => {
  const engine = () => findEngine(places);

  test('nowhere', () => expect(findPlugin(places, engine())).toBeUndefined());

  test('a package, the one that runs on most cards first; then what is beside the engine; then the variable', () => {
    platformPackage('engine-linux-x64', 'sidestep.node');
    const hopper = platformPackage('cuda-linux-x64-hopper', 'sidestep_cuda.so');
    expect(findPlugin(places, engine())).toEqual({path: hopper, origin: 'package'});
    const ampere = platformPackage('cuda-linux-x64-ampere', 'sidestep_cuda.so');
    expect(findPlugin(places, engine())).toEqual({path: ampere, origin: 'package'});
    const beside = put(`node_modules/@sidestep-ace/engine-linux-x64/${pluginFile(process.platform)}`);
    expect(findPlugin(places, engine())).toEqual({path: beside, origin: 'beside_engine'});
    const env = {...places.env, SIDESTEP_CUDA_PLUGIN: resolve('/x.so')};
    expect(findPlugin({...places, env}, engine())).toEqual({path: resolve('/x.so'), origin: 'variable'});
  });

  test('none is published for Alpine', () => {
    platformPackage('cuda-linux-x64-musl-ampere', 'sidestep_cuda.so');
    const platform = platforms.find(({name}) => name === 'linux-x64-musl');
    expect(findPlugin({...places, platform}, undefined)).toBeUndefined();
  });
});
