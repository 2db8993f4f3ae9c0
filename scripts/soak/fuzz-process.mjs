// Reads mutants one after the other, in the process that `fuzz.mjs` watches. The outcome of each is a value or a problem that
// names the file; anything else is reported with the mutant kept.
import {copyFileSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {problemOf} from '../../dist/run/problem-of.js';
import {mutate} from './mutate.mjs';
import {chanceOf} from './random.mjs';
import {collectReaders} from './readers.mjs';

const {seed, end, mutants, folder, reference} = JSON.parse(process.argv[2]);
const chance = chanceOf(seed);
const readers = await collectReaders(reference);
const seen = {value: 0, problem: 0};
const kept = new Set(); // one of each kind of finding is enough
for (let number = 0; number < mutants && (number === 0 || Date.now() < end); number += 1)
  await readOne(chance.pick(readers), number);
await send({
  kind: 'summary',
  words: `${seen.value + seen.problem} mutants for ${readers.length} kinds of files: ${seen.problem} refused, ${seen.value} read`,
});
process.disconnect();

async function readOne(reader, number) {
  const place = join(folder, `mutant-${number}`);
  const path = join(place, reader.name);
  mkdirSync(dirname(path), {recursive: true});
  for (const beside of reader.beside ?? []) copyFileSync(beside, join(place, basename(beside)));
  writeFileSync(path, mutate(reader.bytes, chance, reader.form));
  await send({kind: 'reading', what: `${reader.kind}: ${path}`});
  const words = await judge(reader, path);
  if (words !== undefined && !kept.has(words.finding)) {
    kept.add(words.finding);
    await send({kind: 'wrong', words: `${reader.kind}: ${path}: ${words.text}`});
  } else rmSync(place, {recursive: true, force: true});
}

/** `undefined` for what is right. */
async function judge(reader, path) {
  let problems;
  try {
    const value = await reader.read(path);
    problems = value?.problems ?? (value?.ok === false ? value.problems : []);
  } catch (error) {
    const {problem, stack} = problemOf(error); // what the runner and the workers make of it
    if (problem.code === 'run/bug')
      return {finding: `${reader.kind} ${placeOf(error)}`, text: stack ?? String(error)};
    problems = [problem];
  }
  if (problems.length === 0) seen.value += 1;
  else seen.problem += 1;
  const nameless = problems.find(
    (problem) => !JSON.stringify(problem).includes(reader.says ?? basename(path)),
  );
  if (nameless === undefined) return undefined;
  return {
    finding: `${reader.kind} ${nameless.code}`,
    text: `names no file: ${nameless.code}: ${nameless.message}`,
  };
}

function placeOf(error) {
  return (
    String(error?.stack)
      .split('\n')
      .find((line) => line.includes(' at ')) ?? String(error)
  );
}

function send(message) {
  return new Promise((resolve) => process.send(message, resolve));
}
