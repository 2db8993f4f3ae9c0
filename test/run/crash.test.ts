import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import type {FaultHook} from '../../src/base/durable.js';
import {objectsOf} from '../../src/cache/entry.js';
import {takeInventory} from '../../src/cache/inventory.js';
import {openCache} from '../../src/cache/open.js';
import type {Pipeline} from '../../src/config/pipeline.js';
import type {StageResult} from '../../src/event/stage-result.js';
import {temporaryFolder} from '../temporary-folder.js';
import {pipelineOf, ref, run, shell} from './rig.js';

const driver = fileURLToPath(new URL('./crash-driver.mjs', import.meta.url));

interface Orders {
  readonly kill_at?: number;
  readonly kill_after_ms?: number;
  readonly cache_dir?: string;
  readonly hang?: string;
  readonly count?: {readonly epochs: number; readonly pause_ms?: number; readonly flag?: string};
}

interface Ended {
  readonly signal: string | undefined;
  readonly report:
    | {readonly outcome: string; readonly steps: number; readonly results: readonly StageResult[]}
    | undefined;
  readonly stderr: string;
}

function drive(dir: string, orders: Orders): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [driver, dir, JSON.stringify(orders)],
      {timeout: 60_000},
      (error, stdout, stderr) => {
        resolve({
          signal: error?.signal ?? undefined,
          report: stdout === '' ? undefined : JSON.parse(stdout),
          stderr,
        });
      },
    );
  });
}

/** Whatever happened: every object is what its name says, and every entry has all its objects. */
async function expectSound(dir: string): Promise<void> {
  const cache = openCache(join(dir, '.sidestep/cache'));
  const {entries, objects} = await takeInventory(cache);
  for (const path of filesBelow(join(cache.root, 'objects')).filter((file) => !file.endsWith('.tmp'))) {
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(basename(path));
  }
  for (const {entry} of entries) {
    for (const object of objectsOf(entry))
      expect(objects.get(object.hash)?.size, entry.made_by).toBe(object.size);
  }
}

/** What the pipeline left, whatever way it took: the lock file names every output by its content. */
function lockText(dir: string): string {
  return readFileSync(join(dir, 'pipeline.lock.yaml'), 'utf8');
}

async function undisturbed(): Promise<{lock: string; steps: number}> {
  const dir = await temporaryFolder();
  const {report, stderr} = await drive(dir, {});
  expect(stderr).toBe('');
  expect(report?.outcome).toBe('done');
  return {lock: lockText(dir), steps: report!.steps};
}

/** Of a run's many instants one in `apart`, from a random first one, so that many runs of the tests meet them all. */
function instantsOf(count: number, apart: number): number[] {
  const step = process.env.EVERY_INSTANT === undefined ? apart : 1;
  const first = 1 + Math.floor(Math.random() * step);
  return Array.from({length: Math.ceil((count - first + 1) / step)}, (_, index) => first + index * step);
}

test('SIGKILL before steps of writing all over a run: the cache is sound and the rerun ends in the same bytes', async () => {
  const {lock, steps} = await undisturbed();
  expect(steps).toBeGreaterThan(40);
  const left = new Set<string>();
  const killAt = async (kill_at: number) => {
    const dir = await temporaryFolder();
    expect((await drive(dir, {kill_at})).signal, `step ${kill_at}`).toBe('SIGKILL');
    await expectSound(dir);
    const state = stateOf(dir);
    if (left.has(state)) return; // the very same files have been run again already
    left.add(state);
    expect((await drive(dir, {})).report?.outcome).toBe('done');
    expect(lockText(dir)).toBe(lock);
  };
  const instants = instantsOf(steps, 4);
  const take = async () => {
    for (let next = instants.shift(); next !== undefined; next = instants.shift()) await killAt(next);
  };
  await Promise.all([take(), take()]);
}, 600_000);

/** Which files are there and how long they are, no matter who wrote them and when. */
function stateOf(dir: string): string {
  const files = filesBelow(dir).filter((path) => !path.includes('/runs/'));
  const marks = files.map((path) => {
    const name = path
      .slice(dir.length)
      .replace(/\d+-[0-9a-z]+-\d+\.tmp$/, 'tmp')
      .replace(/\d+-[0-9a-f]{12}/g, 'OWNER');
    // Entries and notes hold times: their length says nothing, but whether they are whole does.
    return `${name} ${path.endsWith('.json') ? isWholeJson(path) : statSync(path).size}`;
  });
  return marks.sort().join('\n');
}

function isWholeJson(path: string): string {
  try {
    JSON.parse(readFileSync(path, 'utf8'));
    return 'whole';
  } catch {
    return 'torn';
  }
}

test('SIGKILL at random instants', async () => {
  const {lock} = await undisturbed();
  const dir = await temporaryFolder();
  for (let round = 0; round < 20; round += 1) {
    await drive(dir, {kill_after_ms: Math.random() * 700});
    await expectSound(dir);
    if (round % 5 === 4) rmSync(join(dir, '.sidestep'), {recursive: true, force: true});
  }
  expect((await drive(dir, {})).report?.outcome).toBe('done');
  expect(lockText(dir)).toBe(lock);
}, 300_000);

test('a disk that is full from some step on is a typed failure, and the rerun completes', async () => {
  const steps: string[] = [];
  const calm = await temporaryFolder();
  await run(filling(calm), {fault: (step) => void steps.push(step)});
  const lock = lockText(calm);
  const seen = new Set<string>();
  for (const full_at of instantsOf(steps.length, 10)) {
    const dir = await temporaryFolder();
    let step = 0;
    const fault: FaultHook = (kind, path) => {
      step += 1;
      if (step < full_at || (kind !== 'write' && kind !== 'create')) return;
      throw Object.assign(new Error(`ENOSPC: no space left on device, write '${path}'`), {
        code: 'ENOSPC',
        path,
      });
    };
    try {
      const {results} = await run(filling(dir), {fault, options: {after_failure: 'keep_going'}});
      for (const result of results) if (result.kind === 'failed') seen.add(result.problem.code);
    } catch (error) {
      expect(error, `step ${full_at}`).toMatchObject({problem: {code: 'run/disk-full'}});
    }
    await expectSound(dir);
    expect((await run(filling(dir))).outcome).toBe('done');
    expect(lockText(dir)).toBe(lock);
  }
  expect(steps.length).toBeGreaterThan(40);
  expect([...seen]).toEqual(['run/disk-full']);
}, 300_000);

/** Outputs of every kind: a file, a folder, parts of samples, state on the way. */
function filling(dir: string): Pipeline {
  return pipelineOf(dir, {
    first: shell('printf hello > $1'),
    folder: shell('mkdir $2; cp $1 $2/a; printf b > $2/b', {
      inputs: {text: ref('first')},
      outputs: {out: 'folder'},
    }),
    songs: {uses: 'test.samples', params: {songs: {'a.wav': 'one', 'b.wav': 'two'}}},
    last: shell('cat $1/a $1/b > $3; wc -c < $2 >> $3', {
      inputs: {folder: ref('folder'), songs: ref('songs')},
    }),
  });
}

/** A file system with hardly any room where namespaces are allowed (Linux), else a limit on the size of every file. */
async function hasNamespaces(): Promise<'yes' | 'no'> {
  return new Promise((resolve) =>
    execFile('unshare', ['-rm', 'true'], (error) => resolve(error === null ? 'yes' : 'no')),
  );
}

const inTmpfs = `mount -t tmpfs -o size="$1"k none "$2" || exit 9
"$4" "$5" "$2" "{}" > /dev/null 2> "$3/stderr"
cp -r "$2/." "$3"
mount -o remount,size=64m "$2" && "$4" "$5" "$2" "{}" > /dev/null && cp "$2/pipeline.lock.yaml" "$3/"`;

const underLimit = `(ulimit -f "$1"; "$4" "$5" "$2" "{}" > /dev/null 2> "$3/stderr")
cp -r "$2/." "$3"
"$4" "$5" "$2" "{}" > /dev/null && cp "$2/pipeline.lock.yaml" "$3/"`;

test('a file system that really fills up: the cache is sound, and the rerun completes once there is room', async () => {
  const {lock} = await undisturbed();
  const namespaces = await hasNamespaces();
  const room = namespaces === 'yes' ? [24, 60, 100, 140, 180] : [1, 2, 4];
  const before =
    namespaces === 'yes' ? ['unshare', '-rm', 'sh', '-c', inTmpfs, 'sh'] : ['sh', '-c', underLimit, 'sh'];
  let full = 0;
  for (const size of room) {
    const [small, copy] = [await temporaryFolder(), await temporaryFolder()];
    const [file, ...args] = [...before, String(size), small, copy, process.execPath, driver];
    await new Promise((resolve, reject) => {
      execFile(file!, args, {timeout: 60_000}, (error, _stdout, stderr) =>
        error === null ? resolve(undefined) : reject(new Error(stderr)),
      );
    });
    await expectSound(copy);
    expect(lockText(copy), `${size}`).toBe(lock);
    const told = readFileSync(join(copy, 'stderr'), 'utf8');
    if (told !== '') expect(told, `${size}`).toContain("code: 'run/disk-full'"); // never a bare exception
    if (/ENOSPC|EFBIG|disk-full/.test(readFileSync(join(copy, 'stderr'), 'utf8') + eventsIn(copy))) full += 1;
  }
  expect(full).toBeGreaterThan(1); // else there was room enough and nothing was shown
}, 300_000);

function eventsIn(dir: string): string {
  const events = filesBelow(join(dir, '.sidestep/runs')).filter((file) => file.endsWith('events.jsonl'));
  return events.map((file) => readFileSync(file, 'utf8')).join('');
}

test('a worker whose runner was killed is gone soon after', async () => {
  const dir = await temporaryFolder();
  const flag = join(dir, 'pid');
  const killed = drive(dir, {hang: flag, kill_after_ms: 30_000});
  const pid = await eventually(() => pidIn(flag));
  process.kill(parentOf(pid), 'SIGKILL');
  expect((await killed).signal).toBe('SIGKILL');
  expect(await eventually(() => (isGone(pid) ? 'gone' : undefined))).toBe('gone');
});

test("a worker that cannot notice its runner's death is ended before the next runner takes its work up", async () => {
  const [dir, calm] = [await temporaryFolder(), await temporaryFolder()];
  const epochs = 12;
  expect((await drive(calm, {count: {epochs}})).report?.outcome).toBe('done');
  const flag = join(dir, 'pid');
  const killed = drive(dir, {count: {epochs: 100_000, pause_ms: 5, flag}});
  const pid = await eventually(() => pidIn(flag));
  await eventually(() => statesIn(dir).find((path) => path.endsWith('newest.json')));
  process.kill(pid, 'SIGSTOP'); // asleep, as in a call that does not return: it hears nothing of its channel's end
  process.kill(parentOf(pid), 'SIGKILL');
  expect((await killed).signal).toBe('SIGKILL');
  expect(isGone(pid)).toBe(false);
  expect((await drive(dir, {count: {epochs}})).report?.outcome).toBe('done');
  const survived = !isGone(pid);
  if (survived) process.kill(pid, 'SIGKILL');
  expect(survived).toBe(false);
  expect(lockText(dir)).toBe(lockText(calm));
  expect(readdirSync(join(dir, '.sidestep/cache/tmp'))).toEqual([]);
});

function statesIn(dir: string): string[] {
  return filesBelow(join(dir, '.sidestep/cache/partial'));
}

/** What a worker wrote there when it began; nothing before. */
function pidIn(flag: string): number | undefined {
  return existsSync(flag) ? Number(readFileSync(flag, 'utf8')) || undefined : undefined;
}

function parentOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1]);
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it did not happen within 30 s');
}

function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.startsWith('Z');
  } catch {
    return true;
  }
}

test('two runners at once on one cache: both end well and no work is done twice', async () => {
  const {lock} = await undisturbed();
  const dir = await temporaryFolder();
  const cache_dir = join(dir, 'shared');
  const dirs = ['left', 'right'].map((name) => join(dir, name));
  for (const each of dirs) mkdirSync(each);
  const ended = await Promise.all(dirs.map((each) => drive(each, {cache_dir})));
  expect(ended.map(({report}) => report?.outcome)).toEqual(['done', 'done']);
  expect(dirs.map(lockText)).toEqual([lock, lock]);
  const did = ended.flatMap(({report}) =>
    report!.results.filter(({kind}) => kind === 'succeeded').map(({stage}) => stage as string),
  );
  expect(did.filter((stage) => stage !== 'songs').sort()).toEqual(['first', 'folder', 'last']);
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
