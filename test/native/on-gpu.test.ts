import {execFile} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {afterAll, expect, test} from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../native/bench/on-gpu.sh', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'on-gpu-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Programs that write down how they were called, in place of those that need a card. */
function standIns(card: string, capability: string): {build: string; calls: string; path: string} {
  const home = mkdtempSync(join(folder, 'card-'));
  const [build, bin, calls] = [join(home, 'build'), join(home, 'bin'), join(home, 'calls')];
  const put = (file: string, text: string) => {
    writeFileSync(file, `#!/bin/sh\n${text}\n`);
    chmodSync(file, 0o755);
  };
  for (const each of [build, bin]) mkdirSync(each);
  for (const program of ['sidestep_tests', 'sidestep_golden', 'sidestep_bench'])
    put(join(build, program), `echo "${program} $*" >> '${calls}'`);
  put(
    join(bin, 'nvidia-smi'),
    `case "$*" in *compute_cap*) echo '${capability}' ;; *) echo '${card}' ;; esac`,
  );
  put(join(bin, 'compute-sanitizer'), `echo "compute-sanitizer $*" >> '${calls}'`);
  put(join(bin, 'python3'), 'exit 1'); // no torch
  return {build, calls, path: `${bin}${delimiter}${process.env.PATH}`};
}

async function callsOnA(card: string, capability: string): Promise<readonly string[]> {
  const {build, calls, path} = standIns(card, capability);
  const {REHEARSE: _, ...env} = process.env;
  await promisify(execFile)(SCRIPT, ['test', 'golden', 'sanitize', 'bench'], {
    env: {...env, PATH: path, BUILD: build, RESULT: join(build, 'result.txt')},
  });
  return readFileSync(calls, 'utf8').trimEnd().split('\n');
}

const following = (calls: readonly string[]) =>
  calls
    .filter((call) => call.startsWith('sidestep_bench follow '))
    .map((call) => ['steps', 'precision', 'base', 'backend'].map((word) => optionOf(call, word)));
const optionOf = (call: string, word: string) => call.match(`--${word} (\\S+)`)?.[1];

test('on a card 50 steps follow the CPU in every precision and with every frozen base that it multiplies', async () => {
  expect(following(await callsOnA('NVIDIA H200', '9.0'))).toEqual([
    ['50', 'f32', 'auto', 'cuda'],
    ['50', 'bf16', 'auto', 'cuda'],
    ['50', 'bf16', 'int8', 'cuda'],
    ['50', 'bf16', 'fp8', 'cuda'],
  ]);
  const older = await callsOnA('NVIDIA GeForce RTX 3060', '8.6');
  expect(following(older).map(([, , base]) => base)).toEqual(['auto', 'auto', 'int8']);
  expect(older.filter((call) => call.includes('--base fp8'))).toEqual([]);
});

test('nothing of a rehearsal is left where there is a card: all tests, all cases, whole models', async () => {
  const calls = await callsOnA('NVIDIA GeForce RTX 4090', '8.9');
  expect(calls).toContain('sidestep_tests --device cuda');
  expect(calls).toContain('sidestep_golden test/golden --backend cuda');
  expect(calls).toContain('sidestep_golden test/golden --backend cuda --precision bf16');
  expect(calls.filter((call) => /simt|--only/.test(call))).toEqual([]);
  expect(
    calls.filter((call) => call.includes('train_step')).map((call) => optionOf(call, 'latents')),
  ).toEqual(expect.arrayContaining(['1500', '6000']));
  const figures = (base: string) => calls.filter((call) => call.includes(`--base ${base}`));
  for (const base of ['int8', 'fp8'])
    expect(figures(base).map((call) => call.split(' ')[1])).toEqual(['follow', 'predict', 'train_step']);
});
