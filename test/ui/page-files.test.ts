import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';
import {expect, test} from 'vitest';
import {PAGE_MODULES, pageFiles, SHARED_MODULE} from '../../src/ui/page-files.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = 'src/ui/page';
const files = pageFiles({page: new URL(`../../${page}/`, import.meta.url)});

/** What a module of ours imports when it runs: `import type` is gone by then. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8');
  const {outputText} = ts.transpileModule(text, {
    compilerOptions: {module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true},
  });
  return ts.preProcessFile(outputText).importedFiles.map(({fileName}) => fileName);
}

test('all that the page loads is served, and runs in a browser', () => {
  const sources = new Map<string, string>(PAGE_MODULES.map((name) => [`ui/page/${name}`, `${page}/${name}`]));
  for (const [address, source] of sources) {
    for (const name of importsOf(source)) {
      const asked = name.startsWith('.') ? join(dirname(address), name) : name;
      if (SHARED_MODULE.test(asked)) sources.set(asked, `src/${asked.replace(/js$/, 'ts')}`);
      else expect(files.has(asked), `${asked}, for ${address}`).toBe(true); // a package or node: is not
    }
  }
  expect([...sources.keys()]).toContain('render/progress.js');
  expect([...sources.values()].filter((source) => !existsSync(join(root, source)))).toEqual([]);
});

test.each([
  'render/../cli/main.js',
  'base/.hidden.js',
  'cli/main.js',
  'render/',
  'base/%2e%2e/x.js',
  'render//x.js',
])('%s is no module that it shares', (path) => expect(SHARED_MODULE.test(path)).toBe(false));

test('every file of the page is served, and every address on it is one of them', () => {
  const there = readdirSync(join(root, page)).map((name) => (name === 'index.html' ? '' : `ui/page/${name}`));
  expect(there.filter((address) => !files.has(address))).toEqual([]);
  const html = readFileSync(join(root, page, 'index.html'), 'utf8');
  const asked = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address]) => address!);
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.filter((address) => !files.has(address))).toEqual([]);
});

test.each(['ui/page/draw-curves.js', 'ui/page/players.js'])('%s is valid JavaScript', async (address) => {
  const text = await files.get(address)!.read();
  const {diagnostics} = ts.transpileModule(text, {reportDiagnostics: true, fileName: 'x.js'});
  expect(diagnostics).toEqual([]);
});
