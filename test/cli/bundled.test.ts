import {mkdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {describe, expect, test} from 'vitest';
import {bundledEntry} from '../../src/app/bundled.js';
import {temporaryFolder} from '../temporary-folder.js';
import {Folder} from './sidestep.js';

describe('which form of the program a process runs', () => {
  test.each([
    {
      name: 'a checkout as it is built',
      files: {'.tsbuildinfo': 1, 'bundle-cli/start.js': 2},
      runs: 'bundle-cli/start.js',
    },
    {name: 'a package', files: {'bundle-cli/start.js': 2}, runs: 'bundle-cli/start.js'},
    {
      name: 'modules compiled after the bundle',
      files: {'.tsbuildinfo': 3, 'bundle-cli/start.js': 2},
      runs: 'cli/start.js',
    },
    {name: 'modules alone', files: {'.tsbuildinfo': 1}, runs: 'cli/start.js'},
  ])('$name: $runs', async ({files, runs}) => {
    const folder = await temporaryFolder();
    for (const [name, minute] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), {recursive: true});
      writeFileSync(path, '');
      utimesSync(path, minute * 60, minute * 60);
    }
    const dist = pathToFileURL(`${folder}/`);
    const entry = bundledEntry(dist, {bundle: 'bundle-cli/start.js', module: 'cli/start.js'});
    expect(entry.href).toBe(new URL(runs, dist).href);
  });
});

const PIPELINE = `sidestep: 1
name: little
stages:
  note: {uses: command, with: {argv: [cp, "\${inputs.text}", "\${outputs.copy}"], inputs: {text: in.txt}, outputs: {copy: out.txt}}}
`;

/** Notes every module that a command loads, in the order of loading. */
const LISTENER = `import {appendFileSync} from 'node:fs';
import {createRequire, register} from 'node:module';
const load = "import {appendFileSync} from 'node:fs'; export async function load(url, context, next) {" +
  "appendFileSync(process.env.LOADED, url + '\\\\n'); return next(url, context); }";
register('data:text/javascript,' + encodeURIComponent(load));
process.on('exit', () => {
  const {cache} = createRequire(import.meta.url);
  appendFileSync(process.env.LOADED, Object.keys(cache).map((path) => path + '\\n').join(''));
});
`;

describe('what a command loads', () => {
  test.each([
    {command: ['--version']},
    {command: ['--help']},
    {command: ['run'], again: true},
    {command: ['plan'], again: true},
    {command: ['status'], again: true},
  ])(
    '$command: the bundle, and none of the packages that it has no use for',
    async ({command, again = false}) => {
      const folder = new Folder({'pipeline.yaml': PIPELINE, 'in.txt': 'x', 'listener.mjs': LISTENER});
      if (again) expect((await folder.run(['run'])).code).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 100)); // a pipeline that was written just now is not remembered
      if (again) expect((await folder.run(['run'])).code).toBe(0);
      const loaded = join(folder.path, 'loaded');
      const {code} = await folder.run(command, {
        LOADED: loaded,
        NODE_OPTIONS: `--import ${pathToFileURL(join(folder.path, 'listener.mjs')).href}`,
      });
      expect(code).toBe(0);
      const files = readFileSync(loaded, 'utf8').split('\n');
      const modules = files.flatMap((file) => /\/dist\/([\w-]+\/[\w.-]+)$/.exec(file)?.[1] ?? []);
      expect(modules.filter((file) => !file.startsWith('bundle-cli/')).sort()).toEqual([
        'app/bundled.js',
        'cli/main.js',
        'cli/node-version.js',
      ]);
      const packages = new Set(
        files.flatMap((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []),
      );
      expect([...packages].filter((name) => !EVERYWHERE.has(name) && !(again && PLANNING.has(name)))).toEqual(
        [],
      );
    },
  );
});

const EVERYWHERE = new Set(['commander', 'picocolors', 'fast-string-width', 'fast-string-truncated-width']);
/** Of the planner and the cache: a few kilobytes each. */
const PLANNING = new Set(['p-limit', 'yocto-queue', 'picomatch', 'yauzl', 'pend']);
