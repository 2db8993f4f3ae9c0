import {readdirSync, readFileSync, renameSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {contentHash, fingerprintOf} from '../../src/base/hash.js';
import type {Cache} from '../../src/cache/cache.js';
import {jobAttempt} from '../../src/cache/job-folder.js';
import {openCache, prepareCache} from '../../src/cache/open.js';
import {showLife} from '../../src/cache/owner.js';
import {
  type AttemptKey,
  adoptPartial,
  hasPartial,
  openPartial,
  type PartialNote,
  savedPartials,
  takeOverPartial,
  tidyPartial,
} from '../../src/cache/partial.js';
import {partialStateIn} from '../../src/worker/partial-state.js';
import {temporaryFolder} from '../temporary-folder.js';

const group = fingerprintOf({group: 1});
const fingerprint = fingerprintOf({work: 1});

async function newCache(): Promise<Cache> {
  const cache = openCache(join(await temporaryFolder(), 'cache'));
  await prepareCache(cache);
  return cache;
}

function note(owner: PartialNote['owner']): PartialNote {
  return {pipeline_file: '/p.yaml', lock_file: '/p.lock.yaml', made_from: [contentHash('input')], owner};
}

/** An attempt that saved `text`, so many seconds ago. */
async function saved(
  cache: Cache,
  {
    attempt,
    text,
    owner,
    ago = 0,
  }: {attempt: string; text: string; owner?: PartialNote['owner']; ago?: number},
): Promise<string> {
  const folder = await openPartial(cache, {group, fingerprint, attempt}, note(owner));
  await partialStateIn(folder).save(async (dir) => writeFileSync(join(dir, 'lines.txt'), text), {
    about: {epoch: 1},
  });
  const at = new Date(Date.now() - ago * 1000);
  utimesSync(join(folder, 'newest.json'), at, at);
  return folder;
}

function stateText(folder: string): string {
  const state = readdirSync(folder).find((name) => name.startsWith('state-'))!;
  return readFileSync(join(folder, state, 'lines.txt'), 'utf8');
}

const own = (cache: Cache): AttemptKey => ({group, fingerprint, attempt: cache.owner.id});
const ownFolder = (cache: Cache) => join(cache.root, 'partial', `${group}.${fingerprint}.${cache.owner.id}`);
const quiet = {growing: [], refuse: () => {}};
const gone = {pid: 999_999_999, started: '1'};

test('what a runner of this machine left that is no more is taken as it is', async () => {
  const cache = await newCache();
  const left = await saved(cache, {attempt: '1-a', text: 'one', owner: {...cache.owner, id: '1-a', ...gone}});
  expect(await adoptPartial(cache, own(cache), quiet)).toBe(true);
  expect(readdirSync(join(cache.root, 'partial'))).toEqual([`${group}.${fingerprint}.${cache.owner.id}`]);
  expect(stateText(ownFolder(cache))).toBe('one');
  expect(left).not.toBe(ownFolder(cache));
});

test('of one that only fell silent a copy is taken: should it live, the two write into two places', async () => {
  const cache = await newCache();
  const far = {...cache.owner, id: '9-far', machine: 'elsewhere', host: 'elsewhere'};
  const theirs = await saved(cache, {attempt: '9-far', text: 'one', owner: far});
  expect(await adoptPartial(cache, own(cache), quiet)).toBe(true);
  await partialStateIn(theirs).save(async (dir) => writeFileSync(join(dir, 'lines.txt'), 'one two'), {
    about: {epoch: 2},
  });
  expect(stateText(ownFolder(cache))).toBe('one');
  await partialStateIn(ownFolder(cache)).save(
    async (dir) => writeFileSync(join(dir, 'lines.txt'), 'uno due'),
    {
      about: {epoch: 2},
    },
  );
  expect(stateText(theirs)).toBe('one two');
  await tidyPartial(cache, own(cache), 'none');
  expect(hasPartial(cache, own(cache))).toBe(false);
});

test('so it is with a job, which may live after its runner', async () => {
  const cache = await newCache();
  const attempt = jobAttempt(join(cache.root, 'jobs', `${fingerprint}.beef`));
  const theirs = await saved(cache, {attempt, text: 'job'});
  expect(await adoptPartial(cache, own(cache), quiet)).toBe(true);
  expect([stateText(theirs), stateText(ownFolder(cache))]).toEqual(['job', 'job']);
});

test('a runner of this machine that is at work keeps its folder', async () => {
  const cache = await newCache();
  const other = openCache(cache.root);
  const end = await showLife(cache.root, other.owner);
  const theirs = await saved(cache, {attempt: other.owner.id, text: 'alive', owner: other.owner});
  expect(await adoptPartial(cache, own(cache), quiet)).toBe(true);
  expect(stateText(theirs)).toBe('alive');
  await end();
});

test('the newest sound state counts; what is damaged on the way is told and gone', async () => {
  const cache = await newCache();
  const dead = (id: string) => ({...cache.owner, id, ...gone});
  await saved(cache, {attempt: '1-old', text: 'old', owner: dead('1-old'), ago: 60});
  const newer = await saved(cache, {attempt: '2-new', text: 'new', owner: dead('2-new'), ago: 30});
  const [state] = readdirSync(newer).filter((name) => name.startsWith('state-'));
  writeFileSync(join(newer, state!, 'lines.txt'), 'bad');
  expect(savedPartials(cache, group)).toHaveLength(1); // one work, whatever attempts
  const refused: string[] = [];
  expect(await adoptPartial(cache, own(cache), {growing: [], refuse: ({kind}) => refused.push(kind)})).toBe(
    true,
  );
  expect(refused).toEqual(['damaged']);
  expect(stateText(ownFolder(cache))).toBe('old');
  expect(readdirSync(join(cache.root, 'partial'))).toHaveLength(1);
});

test('what an older version named without an attempt is continued', async () => {
  const cache = await newCache();
  const folder = await saved(cache, {attempt: '1-a', text: 'before'});
  const before = join(cache.root, 'partial', `${group}.${fingerprint}`);
  renameSync(folder, before);
  expect(await adoptPartial(cache, own(cache), quiet)).toBe(true);
  expect(stateText(ownFolder(cache))).toBe('before');
  expect(readdirSync(join(cache.root, 'partial'))).toHaveLength(1);
});

test('other work takes a copy of the newest attempt', async () => {
  const cache = await newCache();
  const far = {...cache.owner, id: '9-far', machine: 'elsewhere'};
  await saved(cache, {attempt: '8-far', text: 'older', owner: far, ago: 60});
  await saved(cache, {attempt: '9-far', text: 'newer', owner: far});
  const longer = {...own(cache), fingerprint: fingerprintOf({work: 2})};
  expect(await takeOverPartial(cache, longer, {from: fingerprint, growing: []})).toBe('taken');
  expect(stateText(ownFolder(cache).replace(fingerprint, longer.fingerprint))).toBe('newer');
});
