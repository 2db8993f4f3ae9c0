import fs, {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {constants} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {type ContentHash, contentHash, fingerprintOf} from '../../src/base/hash.js';
import {sealFolder} from '../../src/base/seal.js';
import type {Cache} from '../../src/cache/cache.js';
import {tryClaim} from '../../src/cache/claim.js';
import {commitEntry, lookUp, removeEntry} from '../../src/cache/entries.js';
import {ENTRY_FORMAT} from '../../src/cache/entry-form.js';
import {collectGarbage, planGc} from '../../src/cache/gc.js';
import {takeInventory} from '../../src/cache/inventory.js';
import {treeDir} from '../../src/cache/layout.js';
import {commitBytes, commitFile} from '../../src/cache/object.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {showLife} from '../../src/cache/owner.js';
import {adoptPartial, dropPartial, openPartial, takeOverPartial} from '../../src/cache/partial.js';
import {recordRoot} from '../../src/cache/roots.js';
import {evict, saveChecked} from '../../src/cache/soundness.js';
import {commitTree, materialiseTree} from '../../src/cache/tree.js';
import {verifyCache} from '../../src/cache/verify.js';
import {problemOf} from '../../src/run/problem-of.js';
import {partialStateIn} from '../../src/worker/partial-state.js';
import {temporaryFolder} from '../temporary-folder.js';

/** Which call the system refuses, and how; `met` counts. */
const refusal = vi.hoisted(() => ({call: 'none', errno: '', met: 0, below: '', spared: /(?!)/}));

/** In the form that Node gives it: no path with what goes by a descriptor, no name for EDQUOT. */
function refuse(call: string, place: {path?: string; dest?: string} = {}): void {
  if (refusal.call !== call || (place.path !== undefined && !place.path.startsWith(refusal.below))) return;
  if (refusal.spared.test(place.path ?? '')) return;
  refusal.met += 1;
  const errno = -constants.errno[refusal.errno as keyof typeof constants.errno];
  const code = refusal.errno === 'EDQUOT' ? `Unknown system error ${errno}` : refusal.errno;
  throw Object.assign(new Error(`${code}: refused, ${call}`), {errno, code, syscall: call, ...place});
}

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const byPath =
    <Name extends 'mkdir' | 'chmod' | 'readdir'>(name: Name, call: string) =>
    (...args: Parameters<(typeof real)[Name]>) => {
      refuse(call, {path: String(args[0])});
      return (real[name] as (...all: unknown[]) => unknown)(...args);
    };
  const byTwo =
    <Name extends 'rename' | 'link' | 'copyFile'>(name: Name, call: string) =>
    async (...args: Parameters<(typeof real)[Name]>) => {
      refuse(call, {path: String(args[0]), dest: String(args[1])});
      return (real[name] as (...all: unknown[]) => unknown)(...args);
    };
  const watched = (handle: FileHandle): FileHandle => {
    const {writeFile} = handle;
    handle.writeFile = async (...args) => {
      refuse('write');
      return writeFile.apply(handle, args);
    };
    return handle;
  };
  return {
    ...real,
    mkdir: async (...args: Parameters<typeof real.mkdir>) => byPath('mkdir', 'mkdir')(...args),
    chmod: async (...args: Parameters<typeof real.chmod>) => byPath('chmod', 'chmod')(...args),
    rename: byTwo('rename', 'rename'),
    link: byTwo('link', 'link'),
    copyFile: byTwo('copyFile', 'copyfile'),
    open: async (...args: Parameters<typeof real.open>) => {
      refuse('open', {path: String(args[0])});
      return watched(await real.open(...args));
    },
    writeFile: async (...args: Parameters<typeof real.writeFile>) => {
      refuse('write');
      return real.writeFile(...args);
    },
    rm: async (...args: Parameters<typeof real.rm>) => {
      refuse('unlink', {path: String(args[0])});
      return real.rm(...args);
    },
  };
});

const {fsync} = fs;
vi.spyOn(fs, 'fsync').mockImplementation((fd, done) => {
  refuse('fsync');
  fsync(fd, done);
});

afterEach(() => void Object.assign(refusal, {call: 'none', met: 0, spared: /(?!)/}));

const key = (name: string) => ({
  group: fingerprintOf({g: 1}),
  fingerprint: fingerprintOf({name}),
  attempt: '1-a',
});
const note = {pipeline_file: '/p.yaml', lock_file: '/p.lock.yaml', made_from: []};

async function prepared(): Promise<{cache: Cache; file: (name: string) => string}> {
  const root = await temporaryFolder('memory');
  const cache = openCache(join(root, 'cache'));
  await prepareCache(cache);
  refusal.below = root;
  const file = (name: string) => join(root, 'cache', name);
  return {cache, file};
}

async function commitText(cache: Cache, text: string): Promise<void> {
  const object = await commitBytes(cache, text);
  await commitEntry(cache, {
    format: ENTRY_FORMAT,
    fingerprint: fingerprintOf({text}),
    made_by: 'test',
    created_at: 0,
    duration_ms: 1,
    outputs: {out: {kind: 'file', ...object, identity: object.hash, name: 'out.txt'}},
    refers: [],
    made_from: [],
    about: {},
    parts: {},
  });
}

describe('a folder that can only be copied, as those of the layers below a container', () => {
  const only = (below: string) =>
    Object.assign(refusal, {call: 'rename', errno: 'EXDEV', below, spared: /\.tmp$/});
  const mine = ({owner}: Cache) => ({...key('a'), attempt: owner.id});
  const growing = {growing: [], refuse: () => {}};

  async function left(cache: Cache): Promise<string> {
    const owner = {...cache.owner, id: '1-a', pid: 999_999_999, started: '1'};
    return openPartial(cache, key('a'), {...note, owner});
  }

  test('saved work is continued', async () => {
    const {cache} = await prepared();
    const folder = await left(cache);
    await partialStateIn(folder).save(async (dir) => writeFileSync(join(dir, 'lines'), 'one'), {about: {}});
    only(folder);
    expect(await adoptPartial(cache, mine(cache), growing)).toBe(true);
    expect(refusal.met).toBeGreaterThan(0);
    expect(readdirSync(join(cache.root, 'partial'))).toHaveLength(1);
    expect(await adoptPartial(cache, mine(cache), growing)).toBe(true);
  });

  test('what was prepared is there', async () => {
    const {cache, file} = await prepared();
    const folder = await left(cache);
    writeFileSync(join(folder, 'prepared'), 'song');
    only(folder);
    expect(await adoptPartial(cache, mine(cache), growing)).toBe(false);
    const [name, ...others] = readdirSync(file('partial'));
    expect(others).toEqual([]);
    expect(readFileSync(join(file('partial'), name!, 'prepared'), 'utf8')).toBe('song');
  });

  test('a tree that is not whole gives way', async () => {
    const {cache, file} = await prepared();
    mkdirSync(file('tree'));
    writeFileSync(file('tree/x'), 'three');
    const tree = await commitTree(cache, file('tree'), {name: 'tree'});
    const folder = await materialiseTree(cache, tree);
    writeFileSync(join(folder, 'y'), 'of nobody');
    only(folder);
    await materialiseTree(cache, tree);
    expect(refusal.met).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(['x']);
  });
});

/** All that changes a cache, one thing after another, each of which may be refused. */
const works: Readonly<Record<string, (cache: Cache, file: (name: string) => string) => Promise<unknown>>> = {
  'made ready': ({root}) => prepareCache(openCache(join(root, 'another'))),
  'an entry and its object': (cache) => commitText(cache, 'one'),
  'a file with a second name': (cache, file) => {
    writeFileSync(file('a'), 'two');
    linkSync(file('a'), file('b'));
    return commitFile(cache, file('a'));
  },
  'a tree': async (cache, file) => {
    mkdirSync(file('tree'));
    writeFileSync(file('tree/x'), 'three');
    writeFileSync(file('tree/run'), 'four', {mode: 0o755});
    const tree = await commitTree(cache, file('tree'), {name: 'tree'});
    await materialiseTree(cache, tree);
    rmSync(join(treeDir(cache.root, tree.hash), 'x'));
    return materialiseTree(cache, tree);
  },
  'saved work': async (cache) => {
    const folder = await openPartial(cache, key('a'), note);
    const saving = partialStateIn(folder);
    await saving.save(async (dir) => writeFileSync(join(dir, 'metrics.jsonl'), 'x'), {about: {}});
    await sealFolder(folder, 'state-1');
    await takeOverPartial(cache, key('b'), {from: key('a').fingerprint, growing: ['metrics.jsonl']});
    await dropPartial(cache, key('a'));
  },
  'a claim': (cache) => tryClaim(cache, 'something'),
  'a sign of life': async (cache) => (await showLife(cache.root, cache.owner))(),
  'a root': (cache) => recordRoot(cache, {lock_file: '/l', fingerprints: [], partials: [], used_at: 1}),
  'what is damaged': async (cache) => {
    await evict(cache, {hash: contentHash('one'), reason: 'wrong_hash'});
    await removeEntry(cache, fingerprintOf({text: 'one'}));
    await saveChecked(cache);
    return verifyCache(cache, () => {});
  },
  'a collection': async (cache) => {
    const bounds = {
      keep_partials: new Set<string>(),
      in_use: new Set<ContentHash>(),
      max_age_ms: 0,
      max_bytes: 0,
      now: Date.now() + 1e9,
    };
    return collectGarbage(cache, planGc(await takeInventory(cache), {...bounds, keep: new Set()}));
  },
};

const CALLS = ['write', 'rename', 'unlink', 'mkdir', 'fsync', 'copyfile', 'open', 'link', 'chmod'];

describe.each(['EACCES', 'EPERM', 'ENOSPC', 'EROFS', 'EIO', 'EMFILE', 'EDQUOT'])('%s', (errno) => {
  test.each(CALLS)(
    'at %s is reported with the path and what to do, and no work calls it a bug',
    async (call) => {
      const {cache, file} = await prepared();
      let met = 0;
      for (const [name, work] of Object.entries(works)) {
        Object.assign(refusal, {call, errno, met: 0});
        const error: unknown = await work(cache, file).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        met += refusal.met;
        refusal.call = 'none';
        if (error === undefined) continue; // it does without
        const {code, message, hint} = problemOf(error).problem;
        expect(code, `${name}: ${message}`).not.toMatch(/bug/);
        expect(message, name).toContain(refusal.below);
        expect(message, name).toContain(errno);
        expect(hint, name).toMatch(/\w/);
      }
      expect(met, 'the call was made').toBeGreaterThan(0);
      await commitText(cache, 'after'); // once the cause is gone
      expect(lookUp(cache, fingerprintOf({text: 'after'})).kind).toBe('present');
    },
  );
});

test('what is committed stays so where the index refuses its line, whatever for', async () => {
  const {cache, file} = await prepared();
  symlinkSync(file('index.jsonl'), file('index.jsonl')); // leads in a circle
  await commitText(cache, 'one');
  expect(lookUp(openCache(cache.root), fingerprintOf({text: 'one'})).kind).toBe('present');
});
