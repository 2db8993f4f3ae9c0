import {existsSync, readdirSync, rmSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const pipeline = (script: string) => `sidestep: 1
stages:
  a: {uses: command, with: {argv: [sh, -c, "${script}"], outputs: {o: o}, working_dir: .}}
`;

/** Objects younger than this gc never takes: they may belong to an entry that is just being written. */
const AGED = new Date(Date.now() - 3600_000);

function age(folder: Folder): void {
  const cache = folder.file('.sidestep/cache');
  const files = ['entries', 'objects'].flatMap((name) =>
    readdirSync(join(cache, name), {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile()),
  );
  for (const {parentPath, name} of files) utimesSync(join(parentPath, name), AGED, AGED);
}

async function collected(folder: Folder, ...words: readonly string[]) {
  const {code, stdout} = await folder.run(['cache', 'gc', '--json', ...words]);
  expect(code).toBe(0);
  return documentOf(stdout, 'cache-gc') as {entries: object[]; objects: number; dry_run: boolean};
}

test.each(['ls', 'verify', 'gc'])(
  'cache %s of a file in the place of a cache says that it is none',
  async (command) => {
    const folder = new Folder({notes: 'mine'});
    const {code, stderr} = await folder.run(['cache', command], {SIDESTEP_CACHE_DIR: folder.file('notes')});
    expect({code, stderr}).toEqual({
      code: 2,
      stderr: expect.stringContaining('it is no folder  [cache/not-writable]'),
    });
  },
);

test('gc refuses while a run relies on the cache, and says who; a look is possible at any time', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('echo x > ${outputs.o}; touch alive; sleep 600')});
  const running = folder.start(['run']);
  await expect.poll(() => existsSync(folder.file('alive')), {timeout: 30_000}).toBe(true);
  const refused = await folder.run(['cache', 'gc']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('cache/in-use');
  expect(refused.stderr).toContain(`Process ${running.child.pid} on`);
  expect((await collected(folder, '--dry-run')).dry_run).toBe(true);
  running.child.kill('SIGKILL');
  await running.finished;
  expect((await collected(folder)).dry_run).toBe(false); // the dead hold nothing
});

test('gc takes what no lock file names: of a project that is gone, everything', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('echo one > ${outputs.o}')});
  await folder.run(['run']);
  folder.write('pipeline.yaml', pipeline('echo two > ${outputs.o}'));
  await folder.run(['run']);
  expect(await collected(folder)).toMatchObject({entries: [{}], objects: 0}); // too young to go
  age(folder);
  expect(await collected(folder)).toMatchObject({entries: [], objects: 1});
  expect((await folder.run(['run'])).stdout).toContain('Nothing to do');
  rmSync(folder.file('pipeline.lock.yaml'));
  expect(await collected(folder)).toMatchObject({entries: [{}], objects: 1});
});

test('bounds come from the settings, and from the command line over them', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('echo one > ${outputs.o}')});
  await folder.run(['run']);
  rmSync(folder.file('pipeline.lock.yaml'));
  age(folder);
  folder.write('.config/settings.yaml', 'sidestep: 1\ncache: {max_age_days: 1}\n');
  expect(await collected(folder, '--dry-run')).toMatchObject({entries: []});
  expect(await collected(folder, '--dry-run', '--max-age-days', '0.001')).toMatchObject({entries: [{}]});
  expect(await collected(folder, '--dry-run', '--max-size-gb', '1e-9')).toMatchObject({entries: [{}]});
  expect(await folder.run(['cache', 'gc', '--max-size-gb', 'much'])).toMatchObject({code: 2});
});
