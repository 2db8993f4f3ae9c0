// The picture of src/ in src/README.md, drawn from what the files import: an arrow leads from a folder to each folder below it that it
// reaches by no other way. With --check nothing is written; a stale picture is exit code 1.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, relative, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../src/', import.meta.url));
const page = join(root, 'README.md');
const PICTURE = /<!-- picture.*?-->.*?<!-- \/picture -->/s;

/** Folder → folders that its files import from, types included. */
function imports() {
  const found = new Map();
  const files = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((name) => name.endsWith('.ts'));
  for (const file of files.sort()) {
    const from = file.split(sep)[0];
    const {importedFiles} = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
    const own = found.get(from) ?? new Set();
    for (const {fileName} of importedFiles)
      if (fileName.startsWith('.'))
        own.add(relative(root, join(root, dirname(file), fileName)).split(sep)[0]);
    own.delete(from);
    found.set(from, own);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All that a folder reaches, itself not. */
function reach(graph, folder, seen = new Set()) {
  for (const next of graph.get(folder) ?? [])
    if (!seen.has(next)) {
      seen.add(next);
      reach(graph, next, seen);
    }
  return seen;
}

function arrows(graph) {
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => other !== to && reach(graph, other).has(to)))
      .sort()
      .map((to) => `  ${from} --> ${to}`),
  );
}

const text = readFileSync(page, 'utf8');
const drawn = `\`\`\`mermaid\ngraph TD\n${arrows(imports()).join('\n')}\n\`\`\``;
const next = text.replace(
  PICTURE,
  () => `<!-- picture: drawn from the imports by \`npm run generate\` -->\n${drawn}\n<!-- /picture -->`,
);
if (!PICTURE.test(text)) throw new Error('src/README.md has no place for the picture');
if (process.argv.includes('--check')) process.exitCode = next === text ? 0 : 1;
else if (next !== text) {
  writeFileSync(page, next);
  console.log('Wrote src/README.md');
}
