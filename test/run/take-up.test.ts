import {existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {expect, test} from 'vitest';
import {type ContentHash, contentHash, type Fingerprint} from '../../src/base/hash.js';
import {sealed} from '../../src/base/state-file.js';
import {collectGarbage, neededPartials, planGc} from '../../src/cache/gc.js';
import {takeInventory} from '../../src/cache/inventory.js';
import {objectPath} from '../../src/cache/layout.js';
import {openCache} from '../../src/cache/open.js';
import {partialNote} from '../../src/cache/partial.js';
import {lastUse, readRoots} from '../../src/cache/roots.js';
import {verifyCache} from '../../src/cache/verify.js';
import {verifyText} from '../../src/render/cache-text.js';
import {palette} from '../../src/render/palette.js';
import {startText} from '../../src/render/start-text.js';
import {stopSwitch} from '../../src/run/stop.js';
import type {Start} from '../../src/stage/start.js';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, type RunReport, ref, run, shell} from './rig.js';

/** Counts to `epochs`, saving its state at every one; `log` says which it really counted. */
function counting(dir: string, epochs: number, more: object = {}) {
  return pipelineOf(dir, {t: {uses: 'test.count', params: {epochs, log: join(dir, 'epochs.log'), ...more}}});
}

function counted(dir: string): string[] {
  const log = join(dir, 'epochs.log');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, {force: true});
  return lines;
}

/** Stops when `epoch` has been counted and saved. */
async function interrupted(dir: string, epochs: number, epoch: number): Promise<void> {
  const stop = stopSwitch();
  const report = await run(counting(dir, epochs, {hold_at: epoch}), {
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_progress' && event.done === epoch) stop.request();
    },
  });
  expect(report.outcome).toBe('interrupted');
  counted(dir);
}

const shelf = (dir: string) => join(dir, '.sidestep/cache/partial');

/** Of the work that was saved last. */
function savedFolder(dir: string): string {
  const folders = readdirSync(shelf(dir)).map((name) => join(shelf(dir), name));
  const age = (folder: string) => statSync(join(folder, 'newest.json')).mtimeMs;
  return folders.sort((a, b) => age(b) - age(a))[0]!;
}

function stateFile(dir: string): string {
  const folder = savedFolder(dir);
  const state = readdirSync(folder).find((name) => name.startsWith('state-'))!;
  return join(folder, state, 'lines.txt');
}

function warnings({events}: RunReport): string[] {
  return events.flatMap((event) => (event.kind === 'warning' ? [event.problem.message] : []));
}

const start = ({events}: RunReport, stage = 't') =>
  events.find((event) => event.kind === 'stage_started' && event.stage === stage);

test.each([
  {
    name: 'a state that says another thing',
    harm: (dir: string) => writeFileSync(stateFile(dir), 'epoch 7'),
    words:
      /^What t had saved at epoch \d is damaged and is not used: state-\d\/lines.txt is not what was written$/,
  },
  {name: 'a state that is gone', harm: (dir: string) => rmSync(stateFile(dir)), words: /lines.txt is gone$/},
  {
    name: 'a state with more in it',
    harm: (dir: string) => writeFileSync(`${stateFile(dir)}.x`, ''),
    words: /lines.txt.x was not written by it$/,
  },
  {
    name: 'a note that was cut',
    harm: (dir: string) => truncateSync(join(savedFolder(dir), 'newest.json'), 40),
    words: /^What t had saved is damaged and is not used: newest.json is not what was written$/,
  },
])('$name is not continued, and it is said', async ({harm, words}) => {
  const dir = await temporaryFolder();
  await interrupted(dir, 4, 2);
  harm(dir);
  const report = await run(counting(dir, 4));
  expect(warnings(report)).toEqual([expect.stringMatching(words)]);
  expect(start(report)).toMatchObject({start: {kind: 'beginning'}});
  expect(counted(dir)).toEqual(['1', '2', '3', '4']);
  expect(outputText(report, 't')).toBe('epoch 1\nepoch 2\nepoch 3\nepoch 4');
});

const unsealedNote = {folder: 'state-2', about: {epoch: 2}};
test.each([
  {version: 'older', note: JSON.stringify(unsealedNote)}, // as they were before they carried a checksum
  {version: 'newer', note: sealed({format: 2, whole: 'otherwise'})},
])(
  'what an $version version saved is not continued: the plan says it, and the run',
  async ({version, note}) => {
    const dir = await temporaryFolder();
    await interrupted(dir, 3, 2);
    writeFileSync(join(savedFolder(dir), 'newest.json'), note);
    const report = await run(counting(dir, 3));
    const beforehand = {kind: 'other_version', version: `${version}_version`};
    expect(report.plan.stages[0]!.verdict).toMatchObject({start: beforehand});
    expect(start(report)).toMatchObject({start: beforehand});
    expect(startText(beforehand as Start)).toMatch(/saved by an? (older|newer) version/);
    expect(warnings(report)).toEqual([
      expect.stringMatching(new RegExp(`was saved by an? ${version} version of sidestep and is not used`)),
    ]);
    expect(warnings(report)[0]).not.toContain('damaged');
    expect(counted(dir)).toEqual(['1', '2', '3']);
    expect(outputText(report, 't')).toBe('epoch 1\nepoch 2\nepoch 3');
  },
);

test('an interrupted stage is kept by gc, and goes when its pipeline and its lock file are gone', async () => {
  const dir = await temporaryFolder();
  await interrupted(dir, 3, 2);
  const pipeline = counting(dir, 3);
  writeFileSync(pipeline.file, '');
  const cache = openCache(join(dir, '.sidestep/cache'));
  const collect = async () => {
    const [inventory, roots] = [await takeInventory(cache), readRoots(cache)];
    const keep_partials = neededPartials(cache, inventory, {roots, attempts: new Set()});
    const bounds = {keep: new Set<Fingerprint>(), max_age_ms: 0, max_bytes: 0, now: Date.now() + 1};
    await collectGarbage(
      cache,
      planGc(inventory, {...bounds, keep_partials, in_use: new Set<ContentHash>()}),
    );
    return readdirSync(shelf(dir)).length;
  };
  expect(await collect()).toBe(1);
  expect(start(await run(pipeline))).toMatchObject({start: {kind: 'own_state', at: 'epoch 2'}});
  await interrupted(dir, 5, 4);
  expect(readdirSync(shelf(dir))).toHaveLength(2);
  expect(await collect()).toBe(1); // what is finished goes
  rmSync(readRoots(cache)[0]!.lock_file);
  expect(await collect()).toBe(1);
  rmSync(pipeline.file);
  expect(await collect()).toBe(0);
});

test('saved work notes when its project had finished a run, for days on which the clock is wrong', async () => {
  const dir = await temporaryFolder();
  await run(counting(dir, 2));
  const cache = openCache(join(dir, '.sidestep/cache'));
  const {lock_file} = readRoots(cache)[0]!;
  const used_at = lastUse(cache, lock_file);
  await interrupted(dir, 4, 3);
  expect(partialNote(cache, basename(savedFolder(dir)))).toMatchObject({lock_file, opened_after: used_at});
});

test('verify reads what was saved as well, and removes what is damaged', async () => {
  const dir = await temporaryFolder();
  await interrupted(dir, 3, 2);
  const cache = openCache(join(dir, '.sidestep/cache'));
  const look = () => verifyCache(cache, () => {});
  expect(await look()).toMatchObject({saved_states: 1, damaged_states: []});
  writeFileSync(stateFile(dir), 'epoch 7');
  const damaged = await look();
  expect(damaged).toMatchObject({
    saved_states: 0,
    damaged_states: [{path: 'state-2/lines.txt', what: 'changed'}],
  });
  expect(verifyText(damaged, palette('plain'))).toMatch(
    /saved state of [0-9a-f]{12} damaged, removed: state-2\/lines.txt is not what was written/,
  );
  expect(await look()).toMatchObject({saved_states: 0, damaged_states: []});
  expect(start(await run(counting(dir, 3)))).toMatchObject({start: {kind: 'beginning'}});
});

test('where its own state is damaged, what another length saved is continued', async () => {
  const dir = await temporaryFolder();
  await run(counting(dir, 2));
  counted(dir);
  await interrupted(dir, 5, 3);
  writeFileSync(stateFile(dir), 'epoch 7');
  const report = await run(counting(dir, 5));
  expect(start(report)).toMatchObject({start: {kind: 'other_state', at: 'epoch 2'}});
  expect(counted(dir)).toEqual(['3', '4', '5']);
  expect(outputText(report, 't')).toMatch(/^epoch 1\n.*epoch 5$/s);
});

test('of other lengths only those that are sound are continued; the others stay as they are', async () => {
  const dir = await temporaryFolder();
  await run(counting(dir, 2));
  await run(counting(dir, 4));
  counted(dir);
  const damaged = stateFile(dir);
  writeFileSync(damaged, 'epoch 7');
  const report = await run(counting(dir, 5));
  expect(start(report)).toMatchObject({start: {kind: 'other_state', at: 'epoch 2'}});
  expect(counted(dir)).toEqual(['3', '4', '5']);
  expect(readFileSync(damaged, 'utf8')).toBe('epoch 7');
});

test('what was saved while a damaged object was read is not continued', async () => {
  const dir = await temporaryFolder();
  const pipeline = (hold_at: number) =>
    pipelineOf(dir, {
      a: shell('printf apple > "$1"'),
      t: {
        uses: 'test.count',
        params: {epochs: 4, log: join(dir, 'epochs.log'), reads: ref('a'), hold_at},
      },
    });
  const stop = stopSwitch();
  await run(pipeline(2), {
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_progress' && event.done === 2) stop.request();
    },
  });
  counted(dir);
  const object = objectPath(join(dir, '.sidestep/cache'), contentHash('apple'));
  rmSync(object);
  writeFileSync(object, 'grape'); // perhaps it was so when it was read
  const report = await run(pipeline(0));
  expect(report.outcome === 'done' ? report : await run(pipeline(0))).toMatchObject({outcome: 'done'});
  expect(counted(dir)).toEqual(['1', '2', '3', '4']);
});
