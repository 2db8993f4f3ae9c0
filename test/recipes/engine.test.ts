import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {applyEdits, copyOfRepository, inCopy, recipeEdits, recipeFiles, writeRecipe} from './recipe.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an addon is compiled against. */
const NODE_API = ['node-api-headers/include', 'node-addon-api'];

const pages = ['an-op', 'an-optimizer', 'an-adapter-kind', 'a-train-option'].map((what) => {
  const page = `docs/adding-${what}.md`;
  return {what, files: recipeFiles(page), edits: recipeEdits(page)};
});

/** One compilation for the four. */
describe('an op, an optimizer, a kind of adapter and a train option, added by their recipes in a copy of the repository', () => {
  let copy: string;
  const engineTests = (...words: string[]): string => inCopy(copy, 'build/recipes/sidestep_tests', ...words);

  beforeAll(() => {
    copy = copyOfRepository([
      ...['native', 'CMakeLists.txt', 'src', 'schema', 'scripts', 'docs', 'presets', 'pipelines'],
      ...['test', ':!test/golden', ':!test/audio'],
      ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'vitest.config.ts'],
    ]);
    symlinkSync(join(root, 'test/golden'), join(copy, 'test/golden'));
    for (const {files, edits} of pages) {
      writeRecipe(copy, files);
      applyEdits(copy, edits);
    }
    inCopy(copy, 'npm', 'run', '--silent', 'generate');
    inCopy(copy, 'npm', 'run', '--silent', 'build');
    compile(copy);
  }, 1_800_000);

  afterAll(() => rmSync(copy, {recursive: true}));

  test('pass their own tests, and those that look at every op, optimizer and kind', () => {
    expect(engineTests('clamp', 'benches: every op', 'momentum')).toMatch(/ 0 failed|passed/);
    expect(engineTests('--device', 'fake-cuda', 'clamp')).toMatch(/ 0 failed|passed/);
    engineTests('stopping at any step', 'adapters: gradients', 'adapters: merged', 'adapters: a fresh');
  });

  test("are options of a training that matter, and whose defaults are the schema's", () => {
    const said = inCopy(
      copy,
      ...['npx', '--no-install', 'vitest', 'run', '--project', 'unit'],
      ...[
        '-t',
        'momentum|full|min_learning_rate|every option of the schema',
        'test/native/train-options.test.ts',
      ],
    );
    expect(said).toMatch(/([4-9]|\d\d) passed/);
  });

  test('train and are exported by a pipeline', () => {
    const text = readFileSync(join(copy, 'pipelines/smoke.yaml'), 'utf8')
      .replace(/adapter: \{type: lora.*\n/, 'adapter: {type: full}\n')
      .replace(/optimizer: \{[^}]*\}/, 'optimizer: {type: momentum, momentum: 0.5, learning_rate: 1e-3}')
      .replace('formats: [peft, comfyui, diffusers]', 'formats: [lycoris]');
    writeFileSync(join(copy, 'pipelines/full.yaml'), text);
    inCopy(copy, 'node', 'dist/cli/main.js', 'run', 'pipelines/full.yaml', '--only', 'export', '--plain');
    const published = join(copy, 'output/smoke');
    const files = readdirSync(published, {recursive: true, encoding: 'utf8'});
    const exported = files.find((name) => name.endsWith('.safetensors'))!;
    expect(inCopy(copy, 'node', 'dist/cli/main.js', 'inspect', join(published, exported))).toContain('full');
  });
});

/** Tests and addon, without optimisation, which halves the time, and in lots (native/unity.cmake), which halves it again. */
function compile(copy: string): void {
  const build = join(copy, 'build/recipes');
  const headers = NODE_API.map((name) => join(root, 'node_modules', name)).join(';');
  process.env.CCACHE_BASEDIR = copy;
  process.env.CCACHE_NOHASHDIR = '1';
  inCopy(
    copy,
    ...(['cmake', '-S', copy, '-B', build, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug'] as const),
    ...[
      '-DCMAKE_CXX_FLAGS_DEBUG=-O0',
      '-DSIDESTEP_CUDA=OFF',
      '-DSIDESTEP_WERROR=ON',
      '-DSIDESTEP_UNITY=ON',
      `-DSIDESTEP_NODE_API=${headers}`,
    ],
  );
  const jobs = process.env.CMAKE_BUILD_PARALLEL_LEVEL ?? String(availableParallelism());
  inCopy(copy, 'ninja', '-C', build, '--quiet', `-j${jobs}`, 'sidestep_tests', 'sidestep_node');
  rmSync(join(copy, 'build/addon'), {recursive: true});
  mkdirSync(join(copy, 'build/addon'));
  symlinkSync(join(build, 'Release'), join(copy, 'build/addon/Release'));
}
