import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';

const script = new URL('../../scripts/release/used-modules.mjs', import.meta.url);
const {removeUnusedModules} = (await import(fileURLToPath(script))) as {
  removeUnusedModules: (root: string) => void;
};

async function packageWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(name)), {recursive: true});
    writeFileSync(join(root, name), text);
  }
  return root;
}

const scripts = (root: string) =>
  readdirSync(join(root, 'dist'), {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.js'))
    .sort();

test('of the modules beside the bundles those stay that are started or sent by their own name, with what they import', async () => {
  const root = await packageWith({
    'dist/cli/main.js': "import {bundledEntry} from '../app/bundled.js';\nawait import(entry.href);",
    'dist/app/bundled.js': '',
    'dist/app/screen.js': "import '../render/words.js';",
    'dist/bundle-cli/start.js':
      "import {a} from './chunk.js';\nconst thread = new URL('../dataset/listen.js', import.meta.url);",
    'dist/bundle-cli/chunk.js': '',
    'dist/dataset/listen.js': "const late = () => import('./late.js');",
    'dist/dataset/late.js': '',
    'dist/render/words.js': '',
    'dist/render/progress.js': "export * from './quantity.js';",
    'dist/render/quantity.js': '',
    'dist/watch/only.js': '',
    'src/ui/page/app.js': "import './dom.js';\nimport {advance} from '../../render/progress.js';",
    'src/ui/page/dom.js': '',
  });
  removeUnusedModules(root);
  expect(scripts(root)).toEqual([
    'app/bundled.js',
    'bundle-cli/chunk.js',
    'bundle-cli/start.js',
    'cli/main.js',
    'dataset/late.js',
    'dataset/listen.js',
    'render/progress.js',
    'render/quantity.js',
  ]);
  expect(existsSync(join(root, 'dist/watch'))).toBe(false);
});

test('the program names what it starts in the way that the packing script finds', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const named = readdirSync(src, {recursive: true, encoding: 'utf8'})
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...readFileSync(join(src, name), 'utf8').matchAll(/new URL\(([^)]*\.js['"`][^)]*)\)/g),
    ])
    .map(([, words]) => words!);
  const known = /^'\.\.\/[\w/-]+\.js', import\.meta\.url$|^'dist\/cli\/main\.js', packageRoot$/;
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((words) => !known.test(words))).toEqual([]);
});
