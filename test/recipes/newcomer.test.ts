import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {expect, test} from 'vitest';
import {recipeEdits, recipeFiles} from './recipe.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Files that a person writes or edits by hand when following a page; what `npm run generate` writes is not counted. */
function touched(page: string): string[] {
  const paths = [...recipeFiles(page), ...recipeEdits(page)].map(({path}) => path);
  return [...new Set(paths)].sort();
}

/** The commonest things that newcomers do: how many files each takes, and which it must leave alone. */
test.each([
  {task: 'a stage type', page: 'docs/adding-a-stage.md', files: 4, spared: ['src/stage/registry.ts']},
  // and the plugin's version, which the page says how to raise
  {task: 'an op', page: 'docs/adding-an-op.md', files: 8, spared: ['native/bench/main.cpp']},
  {
    task: 'an optimizer',
    page: 'docs/adding-an-optimizer.md',
    files: 5,
    spared: ['native/training/options.cpp', 'native/training/optimizer.cpp'],
  },
  {
    task: 'a kind of adapter',
    page: 'docs/adding-an-adapter-kind.md',
    files: 7,
    spared: ['native/training/options.cpp', 'src/adapter/read.ts', 'src/adapter/layout.ts'],
  },
  {task: 'a train option', page: 'docs/adding-a-train-option.md', files: 5, spared: ['src/stage/train.ts']},
])('$task is $files files', ({page, files, spared}) => {
  const found = touched(page);
  expect(found).toHaveLength(files);
  for (const file of spared) {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(found).not.toContain(file);
  }
});

const pages = readdirSync(join(root, 'docs'))
  .filter((name) => /^adding-an?-/.test(name))
  .map((name) => `docs/${name}`);

test.each(pages)('%s: what it calls new is not there yet', (page) => {
  expect(recipeFiles(page).filter(({path}) => existsSync(join(root, path)))).toEqual([]);
});

/** The words of every problem's message, by the longest piece that is in the source as it is printed. */
function messagesIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const walk = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === 'message') {
      const value = node.initializer;
      const pieces = ts.isStringLiteralLike(value)
        ? [value.text]
        : ts.isTemplateExpression(value)
          ? [value.head.text, ...value.templateSpans.map(({literal}) => literal.text)]
          : [];
      const longest = pieces.sort((a, b) => b.length - a.length)[0] ?? '';
      if (longest.trim().split(/\s+/).length >= 4) found.push(longest);
    }
    ts.forEachChild(node, walk);
  };
  walk(source);
  return found;
}

test('another wording of a message is one file: its words are found in one place', () => {
  const src = join(root, 'src');
  const files = readdirSync(src, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(src, name));
  const places = new Map<string, Set<string>>();
  for (const file of files)
    for (const words of messagesIn(file)) places.set(words, (places.get(words) ?? new Set()).add(file));
  const several = [...places].filter(([, found]) => found.size > 1).map(([words]) => words);
  expect(places.size).toBeGreaterThan(300);
  expect(several).toEqual([]);
});

test('how results are remembered is one page, whose files are there', () => {
  const text = readFileSync(join(root, 'docs/caching.md'), 'utf8');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(
    expect.arrayContaining([
      ...['What decides: the fingerprint', 'Look-up', 'Writing, and being killed in the middle'],
      ...['Two at once', 'Collection'],
    ]),
  );
  const named = [...text.matchAll(/`((?:src|native|test|schema)\/[\w./-]+\.\w+)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
