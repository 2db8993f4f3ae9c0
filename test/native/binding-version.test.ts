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

/** Kinds of adapters and rules of optimizers read their own options, beside much else: these functions, and the tables of words. */
const READERS =
  /^OptionReaders \w+\(.*?^\}$|^constexpr Names<.*?;$|^#define SIDESTEP_(?:ADAPTERS|OPTIMIZERS)\(X\).*?$/gms;

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

function readersIn(folder: string): string[] {
  const files = readdirSync(join(root, folder)).filter((name) => /\.(cpp|h)$/.test(name));
  return files.flatMap((name) => read(`${folder}/${name}`).match(READERS) ?? []);
}

/** Every method, parameter and result by name: what the addon says to its callers is in its sources as such texts. */
function namesOfBinding(): string[] {
  const binding = readdirSync(join(root, 'native/binding')).filter((name) => name.endsWith('.cpp'));
  const texts = [...binding.map((name) => `native/binding/${name}`), ...OPTIONS].map(read);
  const names = [...texts, ...readersIn('native/adapters'), ...readersIn('native/training')]
    .flatMap((text) => [...text.matchAll(/"([a-z][a-z0-9_.]*)"|\bX\(([a-z]\w*)\)/g)])
    .map(([, text, row]) => (text ?? row)!);
  return [...new Set(names)].sort();
}

describe('the number of the interface', () => {
  test('is the same on both sides', () => {
    const [, number] = /kBindingVersion = (\d+);/.exec(read('native/core/version.h'))!;
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
