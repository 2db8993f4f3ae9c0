import {expect, test} from 'vitest';
import type {MachineVerdict} from '../../src/doctor/verdict.js';
import {documentOf, Folder} from './sidestep.js';

interface Check {
  readonly name: string;
  readonly state: string;
  readonly found: string;
}

test('doctor names every part, for people and for programs', async () => {
  const folder = new Folder();
  const {code, stdout} = await folder.run(['doctor', '--json']);
  expect(code).toBe(0);
  const {checks, verdict} = documentOf(stdout, 'doctor') as unknown as {
    checks: readonly Check[];
    verdict: MachineVerdict;
  };
  const hasCard = checks.some(({name}) => name.startsWith('engine_cuda_'));
  expect(['small_2b', 'full_2b'].includes(verdict.ready_for)).toBe(hasCard);
  const names = checks.map(({name}) => name);
  for (const name of [
    'node',
    'memory',
    'disk',
    'project_folder',
    'addon',
    'compiler',
    'cmake',
    'cuda_driver',
  ]) {
    expect(names).toContain(name);
  }
  const people = await folder.run(['doctor']);
  expect(people.stdout).toContain(process.versions.node);
  expect(people.stdout).toContain(`\n\n${verdict.says[0]}\n`);
});

test('what is missing says how to get it', async () => {
  const {stdout} = await new Folder().run(['doctor'], {PATH: '/nonexistent'});
  expect(stdout).toMatch(/ffmpeg +not found/);
  expect(stdout).toMatch(/CMake +not found/);
});

test('broken settings are an error with a way out', async () => {
  const folder = new Folder({'.config/settings.yaml': 'sidestep: 1\njobs: none\n'});
  const {code, stdout} = await folder.run(['doctor']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/✖ Settings/);
  expect(stdout).toContain('settings reset');
  expect(stdout).toMatch(/Not ready: 1 problem /);
});
