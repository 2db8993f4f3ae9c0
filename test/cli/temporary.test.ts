import {chmodSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {tone} from '../dataset/dataset-rig.js';
import {documentOf, Folder} from './sidestep.js';

/** `frames` leaves a folder of 200 kB and a list; `sums` reads the folder, `names` only the list, `last` what they made. */
const pipeline = (
  more: {readonly frames?: string; readonly sums?: string; readonly names?: string} = {},
) => `sidestep: 1
stages:
  frames:
    uses: command
    temporary: true
    ${more.frames ?? ''}
    with:
      argv: [sh, -c, "echo x >> ran-frames; mkdir $0; head -c 200000 /dev/zero > $0/a.bin; echo [1] > $1", "\${outputs.folder}", "\${outputs.list}"]
      outputs: {folder: frames, list: list.json}
  sums:
    uses: command
    with:
      argv: [sh, -c, "echo x >> ran-sums; cat $0/a.bin | wc -c > $1; echo ${more.sums ?? 'one'} >> $1", "\${inputs.in}", "\${outputs.out}"]
      inputs: {in: "\${stages.frames.folder}"}
      outputs: {out: sums.txt}
  names:
    uses: command
    with:
      argv: [sh, -c, "cat $0 > $1; echo ${more.names ?? 'one'} >> $1", "\${inputs.in}", "\${outputs.out}"]
      inputs: {in: "\${stages.frames.list}"}
      outputs: {out: names.txt}
  last:
    uses: command
    with:
      argv: [sh, -c, "echo x >> ran-last; cat $0 $1 > $2", "\${inputs.a}", "\${inputs.b}", "\${outputs.out}"]
      inputs: {a: "\${stages.sums}", b: "\${stages.names}"}
      outputs: {out: last.txt}
`;

/** Bytes of all files below a folder of the cache; hard links count each. */
function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function cacheBytes(folder: Folder, cache = '.sidestep/cache'): number {
  return bytesBelow(folder.file(`${cache}/objects`)) + bytesBelow(folder.file(`${cache}/trees`));
}

function times(folder: Folder, name: string): number {
  return existsSync(folder.file(name)) ? folder.read(name).trim().split('\n').length : 0;
}

async function runs(folder: Folder, args: readonly string[] = [], env: Record<string, string> = {}) {
  const ended = await folder.run(['run', '--plain', ...args], env);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return ended.stdout + ended.stderr;
}

test('temporary outputs go once all that reads them is done, and come back when something reads them', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  expect(await runs(folder)).toMatch(/temporary outputs of frames: 195 KiB removed from the cache/);
  expect(cacheBytes(folder)).toBeLessThan(1000);

  const planned = documentOf((await folder.run(['plan', '--json'])).stdout, 'plan');
  expect(planned).toMatchObject({up_to_date: true});
  expect(planned.stages).toContainEqual(
    expect.objectContaining({
      stage: 'frames',
      verdict: {kind: 'cached', saved_ms: expect.any(Number), removed: ['folder']},
    }),
  );
  expect((await folder.run(['plan'])).stdout).toMatch(/up to date|cached.*temporary, removed/);
  expect((await folder.run(['why', 'frames'])).stdout).toMatch(
    /temporary: folder was removed from the cache/,
  );
  expect(await runs(folder)).toMatch(/Nothing to do/);
  expect(times(folder, 'ran-frames')).toBe(1);

  // What reads only the list does not need the folder.
  folder.write('pipeline.yaml', pipeline({names: 'two'}));
  await runs(folder);
  expect(times(folder, 'ran-frames')).toBe(1);
  expect(times(folder, 'ran-last')).toBe(2);

  folder.write('pipeline.yaml', pipeline({names: 'two', sums: 'two'}));
  expect((await folder.run(['why', 'frames'])).stdout).toMatch(
    /runs because folder was temporary and removed, and sums reads it/,
  );
  await runs(folder);
  expect(times(folder, 'ran-frames')).toBe(2);
  expect(cacheBytes(folder)).toBeLessThan(1000);
});

test('verify, gc, ls and lineage know what was removed, and nothing else goes', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  await runs(folder);
  const verified = await folder.run(['cache', 'verify']);
  expect(verified).toMatchObject({code: 0, stdout: expect.stringMatching(/All sound/)});
  const listed = documentOf((await folder.run(['cache', 'ls', '--json'])).stdout, 'cache-ls');
  expect(listed.entries).toContainEqual(expect.objectContaining({made_by: 'command', removed: ['folder']}));
  expect((await folder.run(['cache', 'gc'])).stdout).toMatch(/Nothing to drop/);
  folder.write('last.txt', '200000\none\n[1]\none\n');
  expect((await folder.run(['lineage', 'last.txt'])).stdout).toMatch(/frames/);
  expect(await runs(folder)).toMatch(/Nothing to do/);
  expect(times(folder, 'ran-frames')).toBe(1);
});

test('a stage that is asked for itself is made again, and stays until what reads it ran', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  await runs(folder);
  await runs(folder, ['--only', 'frames']);
  expect(times(folder, 'ran-frames')).toBe(2);
  expect(cacheBytes(folder)).toBeGreaterThan(200_000);
  expect(await runs(folder)).toMatch(/temporary outputs of frames: 195 KiB removed/);
  expect(times(folder, 'ran-sums')).toBe(1);
});

test('a failed reader keeps them, and so do protection, a place of their own and another pipeline', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline({sums: 'one; exit 3'})});
  const other = `  size:
    uses: command
    with: {argv: [sh, -c, "ls $0 > $1", "\${inputs.in}", "\${outputs.out}"], inputs: {in: "\${stages.frames}"}, outputs: {out: size.txt}}
`;
  folder.write('pipeline.yaml', folder.read('pipeline.yaml') + other);
  const failed = await folder.run(['run', '--plain', '--keep-going']);
  expect(failed.code).toBe(1);
  expect(cacheBytes(folder)).toBeGreaterThan(200_000);
  folder.write('pipeline.yaml', pipeline({frames: 'protect: true'}));
  expect(await runs(folder)).toMatch(
    /frames is temporary, but its outputs stay: it is protected.*config\/temporary-kept/,
  );
  expect(cacheBytes(folder)).toBeGreaterThan(200_000);
  folder.write('other.yaml', pipeline().replace('temporary: true', 'retries: 0'));
  await runs(folder, ['other.yaml']);
  folder.write('pipeline.yaml', pipeline());
  expect(await runs(folder)).not.toMatch(/removed from the cache/); // other.yaml names it and did not give it up
  expect(cacheBytes(folder)).toBeGreaterThan(200_000);
  folder.write('other.yaml', pipeline());
  expect(await runs(folder, ['other.yaml'])).toMatch(/195 KiB removed/);
  expect(times(folder, 'ran-frames')).toBe(1);
});

test('while another run uses the cache nothing is taken from it; the next run or gc does it', async () => {
  const cache = {SIDESTEP_CACHE_DIR: 'shared'};
  const folder = new Folder({
    'pipeline.yaml': pipeline(),
    'long.yaml': `sidestep: 1
stages:
  wait: {uses: command, with: {argv: [sh, -c, "touch begun; while [ ! -e go ]; do sleep 0.1; done; echo > $0", "\${outputs.out}"], outputs: {out: out.txt}}}
`,
  });
  const other = folder.start(['run', '--plain', 'long.yaml'], cache);
  for (let i = 0; !existsSync(folder.file('begun')); i += 1) {
    if (i > 600) throw new Error(`the other run did not begin: ${other.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await runs(folder, [], cache)).toMatch(/temporary outputs of frames stay for now/);
  expect(cacheBytes(folder, 'shared')).toBeGreaterThan(200_000);
  folder.write('go', '');
  expect((await other.finished).code).toBe(0);
  const dry = await folder.run(['cache', 'gc', '--dry-run'], cache);
  expect(dry.stdout).toMatch(/Would remove 195 KiB of temporary outputs/);
  const swept = documentOf((await folder.run(['cache', 'gc', '--json'], cache)).stdout, 'cache-gc');
  expect(swept).toMatchObject({temporary_bytes: 200_000, entries: []});
  expect(cacheBytes(folder, 'shared')).toBeLessThan(1000);
  expect(await runs(folder, [], cache)).toMatch(/Nothing to do/);
});

test('what a server still has is fetched, not made again', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  await runs(folder, [], {SIDESTEP_CACHE_DIR: 'theirs'});
  const marked = folder.read('ran-frames');
  expect(marked.trim()).toBe('x');
  // The folder that is read from keeps all: it was filled by somebody who removes nothing.
  const keeps = new Folder({'pipeline.yaml': pipeline().replace('temporary: true', 'retries: 0')});
  await runs(keeps, [], {SIDESTEP_CACHE_DIR: folder.file('whole')});
  folder.write(
    'config/settings.yaml',
    `cache: {dir: ${folder.file('theirs')}, from: [${folder.file('whole')}]}\n`,
  );
  const pulled = await folder.run(['cache', 'pull', '--for', 'pipeline.yaml'], {
    SIDESTEP_CONFIG_DIR: folder.file('config'),
  });
  expect(pulled).toMatchObject({code: 0, stdout: expect.stringMatching(/everything was here already/)});
  expect(cacheBytes(folder, 'theirs')).toBeLessThan(1000);
  folder.write('pipeline.yaml', pipeline({sums: 'two'}));
  await runs(folder, [], {SIDESTEP_CONFIG_DIR: folder.file('config')});
  expect(times(folder, 'ran-frames')).toBe(1);
  expect(times(folder, 'ran-sums')).toBe(2);
});

test('a name that is no output is refused where it is', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline().replace('temporary: true', 'temporary: [foldr]')});
  const refused = await folder.run(['validate']);
  expect(refused.stderr).toMatch(
    /pipeline\.yaml:5:17 error: The stage has no output foldr; it has folder, list/,
  );
  folder.write('pipeline.yaml', pipeline().replace('temporary: true', 'temporary: [folder]'));
  expect(await runs(folder)).toMatch(/195 KiB removed/);
});

/** Other bytes of the same length, with the time the file had: only reading it shows that. */
function damage(folder: Folder, text: string): void {
  const objects = readdirSync(folder.file('.sidestep/cache/objects'), {recursive: true, withFileTypes: true});
  const path = objects
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .find((each) => readFileSync(each, 'utf8') === text)!;
  const {atime, mtime, mode} = statSync(path);
  chmodSync(path, 0o644);
  writeFileSync(path, text.replace(/^./, '7'));
  utimesSync(path, atime, mtime);
  chmodSync(path, mode & 0o777);
}

test('a result turns out to be damaged whose temporary input is gone: the run says so, the next one makes both', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline()});
  await runs(folder);
  damage(folder, '200000\none\n');
  folder.write('pipeline.yaml', pipeline().replace('echo x >> ran-last;', 'echo y >> ran-last;'));
  const failed = await folder.run(['run', '--plain']);
  expect(failed.code, failed.stdout).toBe(1);
  expect(failed.stderr).toMatch(
    /The temporary outputs of frames were removed, and sums, which has to run after all, reads them {2}\[run\/input-missing\]\s+hint: Run again: frames is made first\./,
  );
  expect(await runs(folder)).toMatch(/temporary outputs of frames: .* removed from the cache/);
  expect([times(folder, 'ran-frames'), times(folder, 'ran-sums'), times(folder, 'ran-last')]).toEqual([
    2, 2, 2,
  ]);
});

test('files are adopted in place of temporary outputs that are gone; what reads them runs, and they go again', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline(), 'mine/a.bin': 'mine', 'list.json': '[2]'});
  await runs(folder);
  const taken = await folder.run(['adopt', 'frames', 'folder=mine', 'list=list.json', '--json']);
  expect(documentOf(taken.stdout, 'adopt')).toMatchObject({stage: 'frames', outputs: ['folder', 'list']});
  expect((await folder.run(['plan'])).stdout).toMatch(/sums +runs.*\n.*the output of frames changed/);
  const said = await runs(folder);
  expect(said).toMatch(/The outputs of frames were adopted/);
  expect(said).toMatch(/temporary outputs of frames: 4 B removed/);
  expect([times(folder, 'ran-frames'), times(folder, 'ran-sums')]).toEqual([1, 2]);
});

test('show says of a song that its file is gone', async () => {
  const folder = new Folder({
    'pipeline.yaml': `sidestep: 1
stages:
  cut:
    uses: command
    temporary: true
    with: {argv: [sh, -c, "mkdir $0; cp one.wav $0/one.wav", "\${outputs.folder}"], outputs: {folder: cut}}
  songs: {uses: dataset, with: {audio_dir: "\${stages.cut}"}}
  list:
    uses: command
    with: {argv: [sh, -c, "cp $0 $1", "\${inputs.in}", "\${outputs.out}"], inputs: {in: "\${stages.songs}"}, outputs: {out: x.json}}
`,
    'one.wav': tone(200),
  });
  await runs(folder);
  const {stdout} = await folder.run(['show', 'sample', 'one.wav', '--json']);
  const {sample, findings} = documentOf(stdout, 'sample') as {
    readonly sample: {readonly audio_path: string};
    readonly findings: readonly {readonly code: string}[];
  };
  expect(existsSync(sample.audio_path)).toBe(false);
  expect(findings.map(({code}) => code)).toContain('dataset/song-gone');
  expect((await folder.run(['show', 'sample', 'one.wav'])).stdout).toMatch(/one\.wav is not there any more/);
});
