import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {basename} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {type Finished, Folder, main} from './sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "echo \${vars.word} > $1", x, "\${outputs.o}"], outputs: {o: o}}}
  b: {uses: command, with: {argv: [sh, -c, "cat $1 > $2", x, "\${inputs.i}", "\${outputs.o}"], inputs: {i: "\${stages.a}"}, outputs: {o: o}}}
vars: {word: apple}
`;

const adapter = fileURLToPath(new URL('../golden/peft_files/lora', import.meta.url));

/** In a namespace of one's own a folder can be mounted for reading alone, where the system lets one make it. */
const possible = process.platform === 'linux' && spawnSync('unshare', ['-Urm', 'true']).status === 0;

/** Runs `sidestep` while `locked` is a read-only mount. */
function runWithin(
  folder: Folder,
  {locked, args}: {readonly locked: string; readonly args: string},
): Promise<Finished> {
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$PWD" && shift && exec "$@"';
  const command = [process.execPath, main, ...args.split(' ')];
  const child = spawn('unshare', ['-Urm', 'sh', '-c', script, 'x', locked, ...command], {
    cwd: folder.path,
    env: {
      PATH: process.env.PATH,
      HOME: folder.path,
      SIDESTEP_CONFIG_DIR: folder.file('.config'),
      SIDESTEP_CACHE_DIR: folder.file('cache'),
    },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  return new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({code, signal, stdout, stderr})),
  );
}

function expectWords({stdout, stderr}: Finished): void {
  expect(`${stdout}\n${stderr}`).not.toMatch(/bug in sidestep|defect of sidestep|^\s+at .*:\d+:\d+\)?$/m);
}

async function finishedProject(): Promise<Folder> {
  const folder = new Folder({'project/pipeline.yaml': pipeline});
  mkdirSync(folder.file('cache'));
  const first = await folder.run(['run', 'project/pipeline.yaml'], {
    SIDESTEP_CACHE_DIR: folder.file('cache'),
  });
  expect(first, first.stderr).toMatchObject({code: 0});
  return folder;
}

test.skipIf(!possible)(
  'a project that cannot be written can be looked at, and run from the cache',
  async () => {
    const folder = await finishedProject();
    const locked = folder.file('project');
    const looks = ['validate', 'plan', 'status', 'why b', 'graph', 'history', 'runs', 'run'];
    const report = `report --output ${folder.file('report.html')}`;
    for (const args of [...looks, report]) {
      const ended = await runWithin(folder, {locked, args: `${args} project/pipeline.yaml`});
      expect(ended, `${args}: ${ended.stderr}`).toMatchObject({code: 0});
      expectWords(ended);
    }
    expect(folder.read('report.html')).toContain('<!doctype html>');
    const nowhere = await runWithin(folder, {locked, args: 'report project/pipeline.yaml'});
    expect(nowhere).toMatchObject({code: 2, stderr: expect.stringContaining('report --output FILE')});
    folder.write('project/pipeline.yaml', pipeline.replace('apple', 'grape'));
    const stale = await runWithin(folder, {locked, args: 'run project/pipeline.yaml'});
    expectWords(stale);
    expect(stale.code).toBe(2);
    expect(stale.stderr).toContain('run/not-writable');
  },
);

const nowhere: Readonly<Record<string, (path: string) => void>> = {
  'a file': (path) => writeFileSync(path, ''),
  'a link that leads nowhere': (path) => symlinkSync('/nowhere/at/all', path),
  'a link to itself': (path) => symlinkSync(basename(path), path),
};
test.each(Object.keys(nowhere))(
  'where the place of the cache, or of the project’s state, is %s, that is said in one sentence before anything runs',
  async (what) => {
    const folder = new Folder({'project/pipeline.yaml': pipeline});
    nowhere[what]!(folder.file('cache'));
    const away = {SIDESTEP_CACHE_DIR: folder.file('cache')};
    for (const args of ['plan', 'status', 'run', 'cache gc']) {
      const words = [...args.split(' '), ...(args === 'cache gc' ? [] : ['project/pipeline.yaml'])];
      const ended = await folder.run(words, away);
      expectWords(ended);
      if (['run', 'cache gc'].includes(args))
        expect(ended).toMatchObject({code: 2, stderr: expect.stringContaining('cache/not-writable')});
    }
    rmSync(folder.file('project/.sidestep'), {recursive: true, force: true});
    nowhere[what]!(folder.file('project/.sidestep'));
    for (const args of ['status', 'plan', 'runs', 'history'])
      expect(await folder.run([args, ...(args === 'runs' ? [] : ['project/pipeline.yaml'])])).toMatchObject({
        code: 0,
      });
    const run = await folder.run(['run', 'project/pipeline.yaml']);
    expectWords(run);
    expect(run).toMatchObject({code: 2, stderr: expect.stringContaining('run/not-writable')});
  },
);

test.runIf(process.platform === 'linux')(
  'a cache below /proc, where no folder can be made, ends',
  async () => {
    const folder = new Folder({'pipeline.yaml': pipeline});
    const ended = await folder.run(['run'], {SIDESTEP_CACHE_DIR: '/proc/nowhere/cache'});
    expectWords(ended);
    expect(ended).toMatchObject({code: 2, stderr: expect.stringContaining('cache/not-writable')});
  },
);

test.skipIf(!possible)(
  'results are copied out of a cache that cannot be written, to where a fresh clone wants them',
  async () => {
    const exporting = (formats: string) => `sidestep: 1
name: demo
stages:
  e: {uses: export, with: {adapter: ${adapter}, formats: [${formats}], output_dir: out, card: {enabled: false}}}
`;
    const folder = new Folder({'project/pipeline.yaml': exporting('peft')});
    mkdirSync(folder.file('cache'));
    const away = {SIDESTEP_CACHE_DIR: folder.file('cache')};
    const first = await folder.run(['run', 'project/pipeline.yaml'], away);
    expect(first, first.stderr).toMatchObject({code: 0});
    folder.write('clone/pipeline.yaml', exporting('peft'));
    const locked = folder.file('cache');
    const ended = await runWithin(folder, {locked, args: 'run clone/pipeline.yaml'});
    expect(ended, ended.stderr).toMatchObject({code: 0});
    expectWords(ended);
    expect(folder.read('clone/out/peft/adapter_model.safetensors')).toBe(
      folder.read('project/out/peft/adapter_model.safetensors'),
    );
    expect(folder.read('clone/pipeline.lock.yaml')).toBe(folder.read('project/pipeline.lock.yaml'));
  },
);

test.skipIf(!possible)(
  'a cache that cannot be written serves what it holds, to a fresh clone as well',
  async () => {
    const folder = await finishedProject();
    folder.write('clone/pipeline.yaml', pipeline);
    const locked = folder.file('cache');
    for (const args of [
      'plan clone/pipeline.yaml',
      'run clone/pipeline.yaml',
      'status clone/pipeline.yaml',
      'cache ls',
      'cache verify',
      'cache gc --dry-run',
      `inspect ${adapter}`,
    ]) {
      const ended = await runWithin(folder, {locked, args});
      expect(ended, `${args}: ${ended.stderr}`).toMatchObject({code: 0});
      expectWords(ended);
    }
    const gc = await runWithin(folder, {locked, args: 'cache gc'});
    expect(gc).toMatchObject({code: 2, stderr: expect.stringContaining('cache/not-writable')});
    expect(folder.read('clone/pipeline.lock.yaml')).toBe(folder.read('project/pipeline.lock.yaml'));
    folder.write('clone/pipeline.yaml', pipeline.replace('apple', 'grape'));
    const stale = await runWithin(folder, {locked, args: 'run clone/pipeline.yaml'});
    expectWords(stale);
    expect(stale.code).toBe(2);
    expect(stale.stderr).toContain('cache/not-writable');
  },
);
