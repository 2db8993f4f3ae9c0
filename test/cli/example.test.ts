import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

test('example writes a pipeline that is right where it is, once', async () => {
  const folder = new Folder();
  const first = await folder.run(['example', 'my first', '--json']);
  expect(first.code).toBe(0);
  const {path, command} = documentOf(first.stdout, 'example');
  expect(path).toBe(folder.file('my first/smoke.yaml'));
  expect(command).toBe("sidestep run 'my first/smoke.yaml'");

  const text = folder.read('my first/smoke.yaml');
  expect(text).toMatch(/^# yaml-language-server: \$schema=https:\/\/unpkg\.com\/sidestep-ace@/);
  expect(text).not.toContain('..');
  const {code, stdout} = await folder.run(['plan', 'my first/smoke.yaml', '--json']);
  expect(code).toBe(0);
  const stages = documentOf(stdout, 'plan').stages as {readonly stage: string}[];
  expect(stages.map(({stage}) => stage)).toContain('train');

  expect((await folder.run(['example', 'my first'])).code).toBe(0); // the same is written again
  folder.write('my first/smoke.yaml', 'sidestep: 1\n');
  const refused = await folder.run(['example', 'my first']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--force');
  expect(folder.read('my first/smoke.yaml')).toBe('sidestep: 1\n');
  expect((await folder.run(['example', 'my first', '--force'])).code).toBe(0);
  expect(folder.read('my first/smoke.yaml')).toBe(text);
});
