import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {wavFile} from '../../src/format/wav-write.js';
import {copyOfRepository, inCopy, recipeFiles, writeRecipe} from './recipe.js';

const PIPELINE = `sidestep: 1
stages:
  short:
    uses: excerpt
    with: {song: song.wav, seconds: 0.25, output_dir: kept}
`;

describe('a stage type, added by its recipe in a copy of the repository', () => {
  const files = recipeFiles('docs/adding-a-stage.md');
  let copy: string;

  beforeAll(() => {
    copy = copyOfRepository([
      ...['src', 'schema', 'scripts', 'docs', 'presets', 'test', ':!test/golden', ':!test/audio'],
      'native/core/option_defaults.generated.h',
      ...[
        'package.json',
        'tsconfig.json',
        'tsconfig.build.json',
        'vitest.config.ts',
        'biome.json',
        'knip.jsonc',
      ],
    ]);
    writeRecipe(copy, files);
    inCopy(copy, 'npm', 'run', '--silent', 'generate');
    inCopy(copy, 'npm', 'run', '--silent', 'build');
  });

  afterAll(() => rmSync(copy, {recursive: true}));

  test('is four files', () => {
    expect(files.map(({path}) => path)).toEqual([
      'schema/stage.excerpt.schema.json',
      'src/stage/excerpt.ts',
      'src/worker/excerpt.ts',
      'test/worker/excerpt.test.ts',
    ]);
  });

  test('runs, is cached, and says why it runs again', () => {
    const sidestep = (...words: string[]): string => inCopy(copy, 'node', 'dist/cli/main.js', ...words);
    const ramp = Float32Array.from({length: 8000}, (_, t) => t / 32_768);
    writeFileSync(join(copy, 'song.wav'), wavFile({channels: [ramp, ramp], sample_rate: 8000}, '24'));
    writeFileSync(join(copy, 'pipeline.yaml'), PIPELINE);
    sidestep('run', 'pipeline.yaml');
    const kept = wavFile(
      {channels: [ramp.subarray(0, 2000), ramp.subarray(0, 2000)], sample_rate: 8000},
      '24',
    );
    expect(readFileSync(join(copy, 'kept/sound.wav')).equals(kept)).toBe(true);
    expect(sidestep('run', 'pipeline.yaml')).toContain('Nothing to do');
    expect(sidestep('why', 'short', 'pipeline.yaml', '--set', 'short.seconds=0.5')).toMatch(
      /seconds.*0\.25.*0\.5/s,
    );
  });

  test('is known to the pages, to what editors load, and to the tests', () => {
    expect(readFileSync(join(copy, 'docs/pipeline-reference.md'), 'utf8')).toContain('## excerpt');
    expect(readFileSync(join(copy, 'schema/pipeline.schema.json'), 'utf8')).toContain(
      '`excerpt` cuts a song',
    );
    const tested = [
      'test/plan/every-key.test.ts',
      'test/worker/excerpt.test.ts',
      'test/architecture.test.ts',
    ];
    const said = inCopy(
      copy,
      'npx',
      '--no-install',
      'vitest',
      'run',
      '--project',
      'unit',
      '-t',
      'excerpt|imports|keeps',
      ...tested,
    );
    expect(said).toMatch(/3 passed \(3\)/); // files
  });
});
