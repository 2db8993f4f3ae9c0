import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';

const nvcc = fileURLToPath(new URL('../../native/nvcc.cmake', import.meta.url));

/** The compiler that CMake would take, of two toolkits of which one is on the PATH; named by environment or by `-D`. */
async function chosen(named: (toolkit: string) => {env?: Record<string, string>; settings?: string[]}) {
  const folder = await temporaryFolder();
  for (const toolkit of ['usual', 'named']) {
    mkdirSync(join(folder, toolkit, 'bin'), {recursive: true});
    writeFileSync(join(folder, toolkit, 'bin/nvcc'), '#!/bin/sh\n');
    chmodSync(join(folder, toolkit, 'bin/nvcc'), 0o755);
  }
  writeFileSync(
    join(folder, 'ask.cmake'),
    `include("${nvcc}")\nsidestep_find_nvcc()\nmessage("\${CMAKE_CUDA_COMPILER}")\n`,
  );
  const {env = {}, settings = []} = named(join(folder, 'named'));
  const PATH = `${join(folder, 'usual/bin')}${delimiter}${process.env.PATH}`;
  const said = execFileSync('sh', ['-c', 'exec cmake "$@" 2>&1', 'sh', ...settings, '-P', 'ask.cmake'], {
    cwd: folder,
    env: {PATH, ...env},
    encoding: 'utf8',
  });
  return said.trim().slice(folder.length + 1);
}

test.skipIf(process.platform === 'win32').each([
  {name: 'nothing', named: () => ({}), toolkit: 'usual'},
  {name: 'CUDACXX', named: (at: string) => ({env: {CUDACXX: `${at}/bin/nvcc`}}), toolkit: 'named'},
  {name: 'CUDA_PATH', named: (at: string) => ({env: {CUDA_PATH: at}}), toolkit: 'named'},
  {
    name: 'CUDAToolkit_ROOT, as a variable',
    named: (at: string) => ({env: {CUDAToolkit_ROOT: at}}),
    toolkit: 'named',
  },
  {
    name: 'CUDAToolkit_ROOT',
    named: (at: string) => ({settings: [`-DCUDAToolkit_ROOT=${at}`]}),
    toolkit: 'named',
  },
  {
    name: 'CMAKE_CUDA_COMPILER',
    named: (at: string) => ({settings: [`-DCMAKE_CUDA_COMPILER=${at}/bin/nvcc`]}),
    toolkit: 'named',
  },
])('of two CUDA toolkits the one that $name names compiles the plugin', async ({named, toolkit}) => {
  expect(await chosen(named)).toBe(`${toolkit}/bin/nvcc`);
});
