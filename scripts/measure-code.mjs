// The shape of the code in numbers: `node scripts/measure-code.mjs`. Of src/ (without what is generated) by TypeScript's own parser, of
// native/ (without tests and benches) by braces, right to a few percent. Of lists: median / 90th percentile / most.
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

function filesIn(folder, wanted) {
  return readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
    .filter(wanted)
    .map((name) => join(root, folder, name));
}

const linesOf = (text) => text.split('\n').length - 1;

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return `${at(0.5)} / ${at(0.9)} / ${sorted.at(-1)}`;
}

function share(count, of) {
  return `${count} (${Math.round((100 * count) / of)} %)`;
}

function typescript() {
  const files = filesIn('src', (name) => name.endsWith('.ts') && !name.includes('.generated.'));
  const known = new Set(files);
  const importers = new Map(files.map((file) => [file, 0]));
  const [lengths, fans, parameters] = [[], [], []];
  let [comments, lines] = [0, 0];
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    lines += linesOf(text);
    comments += text.split('\n').filter((line) => /^\s*(\/\/|\/\*|\*)/.test(line)).length;
    const {importedFiles} = ts.preProcessFile(text, true, true);
    const own = new Set(
      importedFiles
        .map(({fileName}) => join(dirname(file), fileName).replace(/\.js$/, '.ts'))
        .filter((name) => known.has(name)),
    );
    fans.push(own.size);
    for (const target of own) importers.set(target, importers.get(target) + 1);
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const walk = (node) => {
      if (ts.isFunctionLike(node) && node.body !== undefined) {
        const line = (position) => source.getLineAndCharacterOfPosition(position).line;
        lengths.push(line(node.getEnd()) - line(node.getStart()) + 1);
        parameters.push(node.parameters.length);
      }
      ts.forEachChild(node, walk);
    };
    walk(source);
  }
  const single = files.filter((file) => importers.get(file) === 1);
  const short = single.filter((file) => linesOf(readFileSync(file, 'utf8')) <= 60);
  return {
    files: files.length,
    lines,
    'lines of a file': spread(files.map((file) => linesOf(readFileSync(file, 'utf8')))),
    'lines of a function': spread(lengths),
    'most parameters': Math.max(...parameters),
    'lines of comment': `${((100 * comments) / lines).toFixed(1)} %`,
    'files with one importer': share(single.length, files.length),
    'of those, of 60 lines at most': share(short.length, files.length),
    'files that a file imports': spread(fans),
  };
}

/** Bodies that begin in a line which ends in `) … {` outside of other bodies. */
function functionLengths(text) {
  const found = [];
  let [depth, begun, outer] = [0, 0, []];
  text.split('\n').forEach((line, i) => {
    const code = line.replace(/\/\/.*$/, '').replaceAll(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '""');
    for (const sign of code)
      if (sign === '{') {
        const opens = begun === 0 && /\)\s*(const|noexcept|override|final|\s|:.*|->.*)*\{/.test(code);
        if (opens) begun = i + 1;
        outer.push(opens);
        depth += 1;
      } else if (sign === '}' && depth > 0) {
        depth -= 1;
        if (outer.pop()) {
          found.push(i + 2 - begun);
          begun = 0;
        }
      }
  });
  return found;
}

function native() {
  const files = filesIn(
    'native',
    (name) =>
      /\.(cpp|h|cu|cuh)$/.test(name) &&
      !/_(test|bench)\.cpp$|_testing\.|^(testing|bench|portable)\//.test(name),
  );
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const lines = texts.reduce((sum, text) => sum + linesOf(text), 0);
  const comments = texts.flatMap((text) => text.split('\n')).filter((line) => /^\s*\/\//.test(line)).length;
  const long = (columns) =>
    texts.flatMap((text) => text.split('\n')).filter((line) => line.length > columns).length;
  return {
    files: files.length,
    lines,
    'lines of a file': spread(texts.map(linesOf)),
    'lines of a function': spread(texts.flatMap(functionLengths)),
    'lines of comment': `${((100 * comments) / lines).toFixed(1)} %`,
    'lines over 120, 130, 140 columns': `${long(120)}, ${long(130)}, ${long(140)}`,
  };
}

for (const [name, table] of [
  ['src', typescript()],
  ['native', native()],
]) {
  console.log(`${name}/`);
  for (const [what, value] of Object.entries(table)) console.log(`  ${what.padEnd(34)} ${value}`);
}
