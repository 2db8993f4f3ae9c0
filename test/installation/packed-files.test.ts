import {execFileSync} from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, posix} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {cudaPackage, enginePackage, generations, platforms} from '../../src/app/engine/platforms.js';
import {SCHEMA_URL} from '../../src/schema/schema-url.generated.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What a checkout holds that somebody has worked in. */
const left = [
  '.sidestep/runs/1/events.jsonl',
  'pipelines/.sidestep/devices.json',
  'pipelines/.sidestep/runs/2026/pipeline.yaml',
  'pipelines/smoke.lock.yaml',
  'pipelines/output/lora.safetensors',
  'presets/.sidestep/x.json',
  'output/smoke/adapter.safetensors',
  'dist/.tsbuildinfo',
  'dist/cli/main.d.ts',
  'dist/cli/main.js.map',
  'build/addon/Release/sidestep.node',
  'native/build/CMakeCache.txt',
  'native/core/tensor.cpp.orig',
];

const folder = mkdtempSync(join(tmpdir(), 'sidestep-test-'));
let packed: readonly string[];

afterAll(() => rmSync(folder, {recursive: true, force: true}));

beforeAll(() => {
  for (const name of ['native', 'src', 'schema', 'presets', 'pipelines', 'docs', 'scripts', 'test/docs'])
    cpSync(join(root, name), join(folder, name), {recursive: true});
  for (const name of readdirSync(root, {withFileTypes: true}).filter((entry) => entry.isFile()))
    cpSync(join(root, name.name), join(folder, name.name));
  const compiled = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix.join('dist', file.replace(/ts$/, 'js')));
  for (const name of [...compiled, ...left]) {
    mkdirSync(join(folder, dirname(name)), {recursive: true});
    writeFileSync(join(folder, name), '// made\n');
  }
  const answer = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const [{files}] = JSON.parse(answer.replace(/^[\s\S]*?^(?=\[)/m, '')) as [{files: {path: string}[]}];
  packed = files.map(({path}) => path).sort();
});

/** Everything that may be in the package, and what it is there for. */
const uses: readonly [RegExp, string][] = [
  [/^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/, 'npm'],
  [/^dist\/.*\.js$/, 'the program'],
  [/^src\/ui\/page\/.*\.(js|css|html|svg)$/, 'the page'],
  [/^schema\/.*\.schema\.json$/, 'editors, and readers of --json'],
  [/^presets\/[\w.-]+\.yaml$/, 'named parameters'],
  [/^pipelines\/[\w-]+\.(yaml|mjs|sbatch)$/, 'examples'],
  [/^docs\/[\w.-]+\.(md|yaml)$/, 'people'],
  [/^CMakeLists\.txt$|^native\/\w+\.cmake$/, 'build-engine'],
  [
    /^native\/(adapters|audio|binding|core|models|ops|sampling|training)\/(platform\/([a-z]+\/)?)?\w+(\.generated)?\.(cpp|h|cu|cuh)$/,
    'build-engine',
  ],
];

describe('the package', () => {
  test('holds what is used, and nothing else', () => {
    expect(packed.filter((path) => !uses.some(([pattern]) => pattern.test(path)))).toEqual([]);
    for (const [pattern, use] of uses)
      expect(
        packed.some((path) => pattern.test(path)),
        use,
      ).toBe(true);
  });

  test('holds every file of the page', () => {
    const page = readdirSync(join(root, 'src/ui/page')).map((file) => `src/ui/page/${file}`);
    expect(page).toContain('src/ui/page/index.html');
    expect(page.filter((path) => !packed.includes(path))).toEqual([]);
  });

  test('holds nothing that work leaves in a checkout', () => {
    expect(packed.filter((path) => left.includes(path) || /(^|\/)\.sidestep\/|\.lock\./.test(path))).toEqual(
      [],
    );
  });

  test('holds no tests, benches or notes for those who change sidestep', () => {
    const ours =
      /_(test|bench|testing)\.(cpp|h)$|^native\/(bench|golden|fake_cuda|simt|testing)\/|^(scripts|test)\/|^docs\/(testing|adding-a-stage)/;
    expect(packed.filter((path) => ours.test(path))).toEqual([]);
  });

  test('holds every source that the engine includes', () => {
    const missing = packed
      .filter((path) => /^native\/.*\.(cpp|h|cu|cuh)$/.test(path))
      .flatMap((path) =>
        [...readFileSync(join(root, path), 'utf8').matchAll(/^\s*#include "([^"]+)"/gm)].map(([, name]) => ({
          path,
          name: name!,
        })),
      )
      .filter(
        ({path, name}) =>
          ![posix.join('native', name), posix.join(dirname(path), name)].some((each) =>
            packed.includes(each),
          ),
      );
    expect(missing).toEqual([]);
  });

  test('holds every source of the libraries that CMake globs', () => {
    const libraries = [
      ...readFileSync(join(root, 'CMakeLists.txt'), 'utf8').matchAll(/^sidestep_library\((\w+)/gm),
    ].map(([, name]) => name!);
    const sources = [...libraries, 'binding'].flatMap((name) =>
      readdirSync(join(root, 'native', name), {recursive: true, encoding: 'utf8'})
        .filter((file) => /\.(cpp|cu)$/.test(file) && !/_(test|bench)\.cpp$/.test(file))
        .map((file) => `native/${name}/${file}`),
    );
    expect(libraries.length).toBeGreaterThan(5);
    expect(sources.filter((path) => !packed.includes(path))).toEqual([]);
  });

  test('holds every file that the program reads beside itself', () => {
    const named = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'})
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [
        ...readFileSync(join(root, 'src', file), 'utf8').matchAll(/new URL\('([\w./-]+)', packageRoot\)/g),
      ])
      .map(([, path]) => path!);
    expect(named).toContain('docs/upstream-flags.yaml');
    const absent = named.filter((path) => !packed.some((each) => each === path || each.startsWith(path)));
    expect(absent).toEqual([]);
  });
});

describe('installing it', () => {
  test('runs no script, ours or of a package that comes with it', () => {
    const scripts = Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name));
    expect(scripts).toEqual([]);
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, {hasInstallScript?: boolean; dev?: boolean; optional?: boolean}>;
    };
    const withScripts = Object.entries(lock.packages).filter(([, it]) => it.hasInstallScript && !it.dev);
    expect(withScripts.map(([name]) => name)).toEqual([]);
  });

  test('a command that people can start', () => {
    expect(manifest.bin).toEqual({sidestep: 'dist/cli/main.js'});
    expect(existsSync(join(root, 'src/cli/main.ts'))).toBe(true);
    expect(readFileSync(join(root, 'src/cli/main.ts'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  test('its name is the same wherever it is said', () => {
    const {name} = manifest;
    expect(SCHEMA_URL).toContain(`/${name}@`);
    for (const each of [enginePackage(platforms[0]!), cudaPackage(platforms[0]!, generations[0]!)])
      expect(each).toMatch(new RegExp(`^@${name}/`));
    const pages = ['README.md', 'docs/installing.md', 'docs/ci.md'].map((page) =>
      readFileSync(join(root, page), 'utf8'),
    );
    const installed = [
      ...pages.join('\n').matchAll(/\b(?:npm install|pnpm add|yarn add)(?: --[\w-]+)* "?(@?[a-z][\w-]*)/g),
    ];
    expect(installed.length).toBeGreaterThan(3);
    expect(new Set(installed.map(([, found]) => found!.replace(/^@/, '')))).toEqual(new Set([name]));
  });

  test('what npm shows of it', () => {
    expect(manifest.name).toBe('sidestep-ace');
    expect(manifest.keywords).toContain('ace-step');
    for (const key of ['homepage', 'bugs', 'repository', 'license', 'description'])
      expect(manifest[key]).toBeTruthy();
  });
});
