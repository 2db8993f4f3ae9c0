import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {expect, test} from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Where events are made; event/ declares them, render/ and ui/ show them, history/ and record/ read them again. */
const MAKERS = [
  'run',
  'worker',
  'watch',
  'job',
  'app',
  'cli',
  'cache',
  'protocol',
  'stage',
  'native',
  'ci',
  'dataset',
  'plan',
  'base',
];

function filesIn(folder: string): string[] {
  return readdirSync(join(src, folder), {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(src, folder, name));
}

/** Names of members, and texts that are types (`'device'`), of everything that event/ declares. */
function declaredIn(file: string): {readonly name: string; readonly place: string}[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: {name: string; place: string}[] = [];
  const walk = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const place = `${file.slice(src.length)}:${line}`;
    if (ts.isPropertySignature(node)) found.push({name: node.name.getText(), place});
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
      found.push({name: node.literal.text, place});
    ts.forEachChild(node, walk);
  };
  walk(source);
  return found;
}

test('everything that an event can say is said somewhere', () => {
  const made = MAKERS.flatMap(filesIn)
    .map((file) => readFileSync(file, 'utf8').replaceAll(/\/\*\*.*?\*\/|\/\/[^\n]*/gs, ''))
    .join('\n');
  const words = new Set(made.match(/[\w.-]+/g));
  const parts = new Set(made.match(/\w+/g));
  const never = filesIn('event')
    .flatMap(declaredIn)
    .filter(({name}) => !words.has(name) && !parts.has(name));
  expect(never.map(({name, place}) => `${place} ${name}`)).toEqual([]);
});
