import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {expect, test} from 'vitest';

/**
 * The map of src/: a folder imports only from the folders named beside it (and from itself). `import type` counts too:
 * a type that points upward is how modules grow into one lump.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  cli: [
    'wizard',
    'migrate',
    'doctor',
    'history',
    'reproduce',
    'ci',
    'app',
    'watch',
    'ui',
    'render',
    'run',
    'plan',
    'config',
    'cache',
    'record',
    'dataset',
    'model',
    'adapter',
    'format',
    'event',
    'stage',
    'schema',
    'base',
  ],
  wizard: [
    'app',
    'render',
    'run',
    'config',
    'record',
    'protocol',
    'dataset',
    'model',
    'format',
    'event',
    'stage',
    'schema',
    'base',
  ],
  migrate: ['app', 'format', 'stage', 'schema', 'base'],
  doctor: ['app', 'render', 'run', 'plan', 'config', 'protocol', 'schema', 'base'],
  history: [
    'app',
    'render',
    'run',
    'plan',
    'config',
    'cache',
    'record',
    'dataset',
    'adapter',
    'format',
    'event',
    'stage',
    'base',
  ],
  reproduce: ['run', 'dataset', 'model', 'adapter', 'format', 'stage', 'base'],
  ci: ['run', 'plan', 'config', 'cache', 'format', 'event', 'stage', 'schema', 'base'],
  app: [
    'render',
    'run',
    'plan',
    'config',
    'cache',
    'record',
    'dataset',
    'model',
    'event',
    'stage',
    'schema',
    'base',
  ],
  watch: ['run', 'plan', 'config', 'stage', 'event', 'base'],
  ui: ['render', 'record', 'event', 'base'],
  run: [
    'plan',
    'cache',
    'config',
    'record',
    'protocol',
    'dataset',
    'model',
    'adapter',
    'format',
    'stage',
    'event',
    'schema',
    'base',
  ],
  render: ['plan', 'event', 'format', 'base'],
  job: ['run', 'worker', 'base'],
  worker: ['protocol', 'native', 'dataset', 'adapter', 'format', 'stage', 'event', 'schema', 'base'],
  plan: ['config', 'record', 'stage', 'base'],
  config: ['format', 'stage', 'schema', 'base'],
  cache: ['event', 'base'],
  record: ['event', 'schema', 'base'],
  protocol: ['event', 'stage', 'base'],
  dataset: ['format', 'stage', 'schema', 'base'],
  model: ['format', 'schema', 'base'],
  adapter: ['model', 'stage', 'format', 'base'],
  format: ['base'],
  event: ['stage', 'base'],
  stage: ['schema', 'base'],
  native: ['base'],
  schema: [],
  base: [],
};

/** Declarations and pure decisions: neither `node:` modules nor packages. */
const withoutEffects = ['plan', 'event', 'stage', 'protocol'];

const root = fileURLToPath(new URL('../src/', import.meta.url));

interface Import {
  readonly file: string;
  readonly from: string;
  /** A folder of src/, or the module's own name. */
  readonly to: string;
}

/** Every import of every file: static, `import type`, `export … from`, and `import()`. */
function importsOf(file: string): Import[] {
  const {importedFiles} = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
  return importedFiles.map(({fileName}) => {
    const to = fileName.startsWith('.')
      ? folderOf(relative(root, join(root, dirname(file), fileName)))
      : fileName;
    return {file, from: folderOf(file), to};
  });
}

/** The files of src/ that a file imports when it is loaded; what `import()` fetches later may well lead back. */
function neighboursOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/\bimport\(/g, 'later(');
  const {importedFiles} = ts.preProcessFile(text, true, true);
  return importedFiles
    .filter(({fileName}) => fileName.startsWith('.'))
    .map(({fileName}) => relative(root, join(root, dirname(file), fileName)).replace(/\.js$/, '.ts'))
    .filter((name) => files.includes(name));
}

/** One circle for each edge that closes one, in a walk into the depth. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' > '));
    if (done.has(file) || way.includes(file)) return;
    for (const next of graph.get(file)!) walk(next, [...way, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

function folderOf(path: string): string {
  return path.split('/')[0]!;
}

const files = readdirSync(root, {recursive: true, withFileTypes: true})
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const imports = files.flatMap(importsOf);
test('every folder of src/ is on the map', () => {
  expect(files.map(folderOf).filter((folder) => !(folder in mayImport))).toEqual([]);
});

test('the table of src/README.md is this map', () => {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const rows = text.matchAll(/^\| `(\w+)\/` \|[^|]+\| ([^|]+) \|$/gm);
  const table = Object.fromEntries(
    Array.from(rows, ([, folder, list]) => [folder, list === 'nothing' ? [] : list!.split(', ')]),
  );
  expect(table).toEqual(mayImport);
});

test('imports point downward', () => {
  const wrong = imports.filter(
    ({from, to}) => to in mayImport && from !== to && !mayImport[from]!.includes(to),
  );
  expect(wrong.map(({file, to}) => `${file} imports ${to}`)).toEqual([]);
});

test('no value is given another type through unknown', () => {
  const wrong = files.filter((file) => readFileSync(join(root, file), 'utf8').includes('as unknown as'));
  expect(wrong).toEqual([]);
});

test('no file imports itself through others', () => {
  expect(circles(new Map(files.map((file) => [file, neighboursOf(file)])))).toEqual([]);
});

/** A stage type is declared in `stage/` and worked in `worker/` or `run/light/`, under one name. */
const OF_A_STAGE_TYPE = /^(stage|worker|run\/light)\/([\w-]+)\.ts$/;

test('a name that one module exports means one thing in all of src/', () => {
  const places = new Map<string, string[]>();
  for (const file of files.filter((name) => !name.includes('.generated.')))
    for (const name of exportedBy(file)) places.set(name, [...(places.get(name) ?? []), file]);
  const several = [...places].filter(([, found]) => {
    const types = new Set(found.map((file) => OF_A_STAGE_TYPE.exec(file)?.[2]));
    return found.length > 1 && (types.size > 1 || types.has(undefined));
  });
  expect(several.map(([name, found]) => `${name}: ${found.join(', ')}`)).toEqual([]);
});

function exportedBy(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const declared =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm;
  return [...new Set(Array.from(text.matchAll(declared), ([, name]) => name!))];
}

test('what reads a file that may be absent, or a folder, is written once: in base/', () => {
  const readers = ['base/if-there.ts', 'base/folder.ts', 'base/state-file.ts'].flatMap(exportedBy);
  const copies = files
    .filter((file) => folderOf(file) !== 'base')
    .flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return readers
        .filter((name) => new RegExp(`^(async )?function ${name}\\(`, 'm').test(text))
        .map((name) => `${file}: ${name}`);
    });
  expect(readers.length).toBeGreaterThan(10);
  expect(copies).toEqual([]);
});

test('run/ knows the resolved pipeline, not how it is read', () => {
  const wrong = files
    .filter((file) => folderOf(file) === 'run')
    .filter((file) => /config\/(?!pipeline\.js)/.test(readFileSync(join(root, file), 'utf8')));
  expect(wrong).toEqual([]);
});

test('the parent process never imports what a worker is made of', () => {
  const parents = imports.filter(
    ({from, to}) =>
      ['cli', 'watch', 'ui', 'run', 'render', 'plan'].includes(from) && ['worker', 'native'].includes(to),
  );
  expect(parents).toEqual([]);
});

test('plans, events, messages and declarations use no package and nothing of node', () => {
  const outside = imports.filter(({from, to}) => withoutEffects.includes(from) && !(to in mayImport));
  expect(outside.map(({file, to}) => `${file} imports ${to}`)).toEqual([]);
});

test('base/ uses node: only', () => {
  const outside = imports.filter(({from, to}) => from === 'base' && to !== 'base' && !to.startsWith('node:'));
  expect(outside).toEqual([]);
});

test('arguments and environment are read only where a program starts', () => {
  const readers = files.filter((file) =>
    /\bprocess\.(argv|env)\b/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(readers.sort()).toEqual(['cli/start.ts', 'job/main.ts', 'job/piped.ts']);
});

/** Files that have one of these names from `node:fs`. */
const importing = (names: string): string[] =>
  files.filter((file) =>
    new RegExp(`import \\{[^}]*\\b(${names})\\b[^}]*\\} from 'node:fs`).test(
      readFileSync(join(root, file), 'utf8'),
    ),
  );

test('only base/rename.ts renames: Windows needs patience there', () => {
  expect(importing('rename|renameSync')).toEqual([join('base', 'rename.ts')]);
});

test('only base/remove.ts removes, for the same reason; a note of a process that has ended may stay', () => {
  expect(importing('rm|rmSync|unlink|unlinkSync')).toEqual([
    join('base', 'remove.ts'),
    join('run', 'orphans.ts'),
  ]);
});

test('the path of a file beside is fileURLToPath of its URL: drive letters, spaces and umlauts are written otherwise in a pathname', () => {
  const repository = join(root, '..');
  const wrong = ['src', 'scripts', 'pipelines', 'test'].flatMap((folder) =>
    readdirSync(join(repository, folder), {recursive: true, encoding: 'utf8'})
      .map((file) => join(folder, file))
      .filter((file) => /\.(ts|mjs|js)$/.test(file))
      .filter((file) =>
        /import\.meta\.url\)\s*\.pathname/.test(readFileSync(join(repository, file), 'utf8')),
      ),
  );
  expect(wrong).toEqual([]);
});

test('no default exports and no barrel files', () => {
  const wrong = files.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return /^export default\b/m.test(text) || /^export \* from/m.test(text) || /(^|\/)index\.ts$/.test(file);
  });
  expect(wrong).toEqual([]);
});

test('what scripts take from the compiled program is there', () => {
  const checkout = fileURLToPath(new URL('..', import.meta.url));
  const scripts = ['scripts', 'test', 'pipelines'].flatMap((folder) =>
    readdirSync(join(checkout, folder), {recursive: true, encoding: 'utf8'})
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => join(folder, name)),
  );
  const taken = scripts.flatMap((script) => {
    const text = readFileSync(join(checkout, script), 'utf8');
    const imports = text.matchAll(
      /\{([^{}]*)\} (?:from|= await) (?:import\(\s*)?(?:'[./]*\/dist\/([\w/-]+)\.js'|built\('([\w/-]+)'\))/g,
    );
    return Array.from(imports, ([, names, path, built]) => ({
      script,
      names: names!,
      module: `${path ?? built}.ts`,
    }));
  });
  const lost = taken.flatMap(({script, names, module}) => {
    const source = files.includes(module) ? readFileSync(join(root, module), 'utf8') : '';
    return names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !new RegExp(`^export .*\\b${name}\\b`, 'm').test(source))
      .map((name) => `${script} takes ${name} from ${module}`);
  });
  expect(taken.length).toBeGreaterThan(30);
  expect(lost).toEqual([]);
});
