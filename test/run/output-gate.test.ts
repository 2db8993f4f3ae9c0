import {execFileSync} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';
import {look, pipelineOf, run, shell} from './rig.js';

/** What the user has, outside the folder that a stage is given: names, bytes, links and permissions. */
function userFolder(dir: string) {
  const real = join(dir, 'real');
  mkdirSync(join(real, 'sub'), {recursive: true});
  for (const name of ['song1', 'song2', 'sub/x']) writeFileSync(join(real, name), `mine ${name}`);
  const snapshot = () =>
    readdirSync(real, {recursive: true, encoding: 'utf8'})
      .sort()
      .map((name) => {
        const stat = statSync(join(real, name));
        return [name, stat.mode, stat.ino, stat.isFile() ? readFileSync(join(real, name), 'utf8') : ''];
      });
  return {real, snapshot, before: snapshot()};
}

/** No object may be a link to, or another name of, what the user has. */
function objectsOf(dir: string): string[] {
  const root = join(dir, '.sidestep/cache/objects');
  if (!existsSync(root)) return [];
  return readdirSync(root, {recursive: true, encoding: 'utf8'})
    .map((name) => join(root, name))
    .filter((path) => !statSync(path).isDirectory());
}

test.each([
  {name: 'a link to a folder', script: 'ln -s "$REAL" "$1"'},
  {
    name: 'a link to a folder by a relative way',
    script: 'ln -s "$(realpath --relative-to="$(dirname "$1")" "$REAL")" "$1"',
  },
  {name: 'a link to a file', script: 'ln -s "$REAL/song1" "$1"'},
  {name: 'a link to a link', script: 'ln -s "$REAL/song1" "$1.l"; ln -s "$1.l" "$1"'},
  {name: 'a named pipe', script: 'mkfifo "$1"'},
  {name: 'a device by a link', script: 'ln -s /dev/zero "$1"'},
  {name: 'a link inside a folder', script: 'mkdir "$1"; ln -s "$REAL/song1" "$1/a"'},
  {name: 'a link to a folder inside a folder', script: 'mkdir "$1"; echo 1 > "$1/0"; ln -s "$REAL" "$1/a"'},
  {name: 'a pipe inside a folder', script: 'mkdir "$1"; mkfifo "$1/a"'},
  {
    name: 'a folder above it replaced by a link',
    script: 'd=$(dirname "$1"); rmdir "$d"; ln -s "$REAL" "$d"',
    out: 'deep/song1',
  },
  {
    name: 'its whole folder replaced by a link',
    script: 'd=$(dirname "$1"); rm -rf "$d"; ln -s "$REAL" "$d"',
    out: 'song1',
  },
])('an output that is $name is refused, and nothing of the user is touched', async ({script, out = 'o'}) => {
  const dir = await temporaryFolder();
  const {real, snapshot, before} = userFolder(dir);
  const report = await run(pipelineOf(dir, {a: shell(`REAL='${real}'; ${script}`, {outputs: {o: out}})}));
  expect(report.by.a).toMatchObject({kind: 'failed', problem: {code: 'cache/not-a-plain-file'}});
  expect(snapshot()).toEqual(before);
  expect(objectsOf(dir)).toEqual([]);
});

test.each([
  {name: 'of bytes that are no UTF-8', file: "$(printf 'caf\\351.wav')", code: 'run/name-not-unicode'},
  {name: 'of such a folder', file: "$(printf 'caf\\351')/a.wav", code: 'run/name-not-unicode'},
  {name: 'that is a drive elsewhere', file: 'C:song.wav', code: 'run/name-not-portable'},
  {name: 'of steps up elsewhere', file: '..\\song.wav', code: 'run/name-not-portable'},
  {name: 'that is absolute elsewhere', file: '\\song.wav', code: 'run/name-not-portable'},
])('an output folder with a name $name is refused by that name', async ({file, code}) => {
  const dir = await temporaryFolder();
  const script = `f="$1/${file}"; mkdir -p "$(dirname "$f")"; echo 1 > "$f"`;
  const {by} = await run(pipelineOf(dir, {a: shell(script)}));
  expect(by.a).toMatchObject({kind: 'failed', problem: {code}});
  expect(objectsOf(dir)).toEqual([]);
});

test('an output folder keeps names of any letters', async () => {
  const dir = await temporaryFolder();
  const names = [
    '-rf',
    ' a ',
    'Ünï 曲.wav',
    'a:b'.padStart(4, 'x'),
    '..a',
    "it's",
    'back\\slash',
    'line\nfeed',
  ];
  const made = names.map((name) => `printf x > "$1/${name}"`).join('; ');
  const report = await run(pipelineOf(dir, {a: shell(`mkdir "$1"; ${made}`)}));
  expect(report.by.a?.kind).toBe('succeeded');
  expect((await run(pipelineOf(dir, {a: shell(`mkdir "$1"; ${made}`)}))).ran).toEqual([]);
});

test.each([
  {name: 'the output itself', script: 'ln "$REAL/song1" "$1"'},
  {name: 'a file in an output folder', script: 'mkdir "$1"; ln "$REAL/song1" "$1/a"'},
])('a hard link as $name is copied: the user may go on writing to the file', async ({script}) => {
  const dir = await temporaryFolder();
  const {real, snapshot, before} = userFolder(dir);
  const pipeline = pipelineOf(dir, {a: shell(`REAL='${real}'; ${script}`)});
  expect((await run(pipeline)).by.a?.kind).toBe('succeeded');
  expect(snapshot()).toEqual(before);
  const [object] = objectsOf(dir);
  expect(statSync(object!)).toMatchObject({nlink: 1});
  expect(statSync(object!).ino).not.toBe(statSync(join(real, 'song1')).ino);
  writeFileSync(join(real, 'song1'), 'EDIT song1');
  expect(readFileSync(object!, 'utf8')).toBe('mine song1');
  expect((await run(pipeline)).by.a?.kind).toBe('cached');
});

test('a link that leads nowhere is an output that is missing', async () => {
  const dir = await temporaryFolder();
  const report = await run(pipelineOf(dir, {a: shell('ln -s /nowhere/at/all "$1"')}));
  expect(report.by.a).toMatchObject({kind: 'failed', problem: {code: 'run/output-missing'}});
});

test('two outputs under one inode are two results', async () => {
  const dir = await temporaryFolder();
  const report = await run(
    pipelineOf(dir, {a: shell('echo both > "$1"; ln "$1" "$2"', {outputs: {o: 'o', p: 'p'}})}),
  );
  expect(report.by.a?.kind).toBe('succeeded');
});

test.each([
  {name: 'a named pipe', make: (path: string) => void execFileSync('mkfifo', [path])},
  {
    name: 'a link to a named pipe',
    make: (path: string) => void execFileSync('sh', ['-c', `mkfifo ${path}.p; ln -s ${path}.p ${path}`]),
  },
  {name: 'an endless device', make: (path: string) => void execFileSync('ln', ['-s', '/dev/zero', path])},
])('an input that is $name blocks its stage before anything is opened', async ({make}) => {
  const dir = await temporaryFolder();
  const input = join(dir, 'input');
  make(input);
  const pipeline = pipelineOf(dir, {a: shell('cat "$1" > "$2"', {inputs: {i: input}})});
  const {plan} = await look(pipeline);
  expect(plan.stages[0]!.verdict).toMatchObject({kind: 'blocked', problem: {code: 'run/not-a-file'}});
  expect((await run(pipeline)).by.a).toMatchObject({kind: 'failed', problem: {code: 'run/not-a-file'}});
  expect(existsSync(input) || readlinkSync(input) !== '').toBe(true);
});
