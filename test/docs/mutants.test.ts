import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';

const root = new URL('../../', import.meta.url);

interface Mutant {
  readonly file: string;
  readonly fault: string;
  readonly from: string;
  readonly tests: readonly string[];
}

const lists = readdirSync(new URL('scripts/mutants/', root));

/** `npm run mutants` takes hours for all: one who moves or rewords a line that it changes hears of it here. */
test.each(lists)('every fault of %s has its place and its tests', (list) => {
  const mutants = parse(readFileSync(new URL(`scripts/mutants/${list}`, root), 'utf8')) as Mutant[];
  const lost = mutants.flatMap(({file, fault, from, tests}) => {
    const text = existsSync(new URL(file, root)) ? readFileSync(new URL(file, root), 'utf8') : '';
    const named = file.startsWith('native/') ? [] : tests.filter((word) => word.startsWith('test/'));
    return [
      ...(text.split(from).length === 2 ? [] : [`${file}: ${fault}`]),
      ...named.filter((path) => !existsSync(new URL(path, root))),
    ];
  });
  expect(lost).toEqual([]);
});
