import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {BINDING_VERSION} from '../../src/native/addon.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where the engine reads what a stage's parameters are. */
const OPTIONS = [
  'native/training/options.cpp',
  'native/training/estimate_options.cpp',
  'native/adapters/config.cpp',
  'native/sampling/options.cpp',
];

/** Every method, parameter and result by name: what the addon says to its callers stands in its sources as such texts. */
function namesOfBinding(): string[] {
  const binding = readdirSync(join(root, 'native/binding')).filter((name) => name.endsWith('.cpp'));
  const files = [...binding.map((name) => `native/binding/${name}`), ...OPTIONS];
  const names = files
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/"([a-z][a-z0-9_.]*)"/g)])
    .map(([, name]) => name!);
  return [...new Set(names)].sort();
}

describe('the number of the interface', () => {
  test('is the same on both sides', () => {
    const [, number] = /kBindingVersion = (\d+);/.exec(
      readFileSync(join(root, 'native/core/version.h'), 'utf8'),
    )!;
    expect(BINDING_VERSION).toBe(Number(number));
  });

  test('is raised when the interface changes: an engine of before would fail in the middle of its work', () => {
    const file = join(root, 'test/native/binding-names.json');
    const known = JSON.parse(readFileSync(file, 'utf8')) as {binding_version: number; names: string[]};
    const names = namesOfBinding();
    if (BINDING_VERSION > known.binding_version)
      writeFileSync(file, `${JSON.stringify({binding_version: BINDING_VERSION, names}, null, 2)}\n`);
    expect(
      {binding_version: BINDING_VERSION, names},
      'raise kBindingVersion and BINDING_VERSION, run this twice, commit what it wrote',
    ).toEqual(known);
  });
});
