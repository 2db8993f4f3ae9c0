import {mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {tryClaim} from '../../src/cache/claim.js';
import {openCache} from '../../src/cache/open.js';
import {newOwner, showLife} from '../../src/cache/owner.js';
import type {RunEvent} from '../../src/event/event.js';
import type {LightStage} from '../../src/run/light-stage.js';
import type {StageType} from '../../src/stage/stage-type.js';
import {temporaryFolder} from '../temporary-folder.js';
import {allTypes, pipelineOf, run} from './rig.js';

/** Leaves a folder with a text and a program, and publishes it where `output_dir` says. */
const maker: StageType = {
  ...allTypes.get('test.sum')!,
  name: 'test.maker',
  inputs: [],
  neutral: ['output_dir'],
  outputs: () => [{name: 'files', kind: 'tree', file: 'files'}],
  publishes: [{output: 'files', param: 'output_dir'}],
};
const publishing: StageType = {
  ...allTypes.get('test.samples')!,
  neutral: [...allTypes.get('test.samples')!.neutral, 'output_dir'],
  publishes: [{output: 'samples', param: 'output_dir'}],
};
const types = new Map([...allTypes, [maker.name, maker], [publishing.name, publishing]]);

const make: LightStage = async ({params, out_dir}) => {
  mkdirSync(join(out_dir, 'files/deep'), {recursive: true});
  writeFileSync(join(out_dir, 'files/deep/text'), String(params.text));
  writeFileSync(join(out_dir, 'files/go'), '#!/bin/sh', {mode: 0o755});
};

async function project() {
  const dir = await temporaryFolder();
  const out = join(dir, 'output');
  const runWith = (
    params: {text?: string; output_dir?: string},
    onEvent: (event: RunEvent) => void = () => {},
  ) =>
    run(pipelineOf(dir, {m: {uses: 'test.maker', params: {text: 'one', output_dir: out, ...params}}}), {
      types,
      light: new Map([['test.maker', make]]),
      onEvent,
    });
  return {dir, out, runWith};
}

test('results appear where the user wants them, as files of their own', async () => {
  const {out, runWith} = await project();
  const report = await runWith({});
  expect(readFileSync(join(out, 'deep/text'), 'utf8')).toBe('one');
  expect(statSync(join(out, 'deep/text')).mode & 0o777).toBe(0o644); // not the cache's read-only object
  expect(statSync(join(out, 'go')).mode & 0o777).toBe(0o755);
  expect(statSync(join(out, 'go')).nlink).toBe(1);
  expect(report.events.at(-1)).toMatchObject({outputs: [{stage: 'm', output: 'files', path: out}]});
});

test('only what differs is written; what somebody else put there stays', async () => {
  const {out, runWith} = await project();
  await runWith({});
  const past = new Date(Date.now() - 60_000);
  for (const name of ['deep/text', 'go']) utimesSync(join(out, name), past, past);
  writeFileSync(join(out, 'mine'), 'mine');
  await runWith({text: 'two'});
  expect(readFileSync(join(out, 'deep/text'), 'utf8')).toBe('two');
  expect(Math.abs(statSync(join(out, 'go')).mtimeMs - past.getTime())).toBeLessThan(1000);
  expect(readdirSync(out).sort()).toEqual(['deep', 'go', 'mine']);
});

test('what a killed run left half-written goes; what another runner is writing, and files of other names, stay', async () => {
  const {dir, out, runWith} = await project();
  await runWith({});
  const living = newOwner();
  const stop = await showLife(join(dir, '.sidestep/cache'), living);
  const names = ['go.4194305-00112233aabb.tmp', `go.${living.id}.tmp`, 'song.4194305-00112233aabb.tmp'];
  for (const name of names) writeFileSync(join(out, name), 'half');
  await runWith({text: 'two'});
  await stop();
  expect(readdirSync(out).sort()).toEqual(['deep', 'go', ...names.slice(1)].sort());
});

test('edits of published files are kept aside and named, whether the result is the same or another', async () => {
  const {out, runWith} = await project();
  await runWith({});
  writeFileSync(join(out, 'deep/text'), 'by hand');
  const same = await runWith({});
  const file = (name: string) => readFileSync(join(out, 'deep', name), 'utf8');
  expect([file('text'), file('text.edited')]).toEqual(['one', 'by hand']);
  expect(same.events.find(({kind}) => kind === 'warning')).toMatchObject({
    problem: {code: 'run/edited-kept', message: expect.stringContaining(join(out, 'deep/text.edited'))},
  });
  writeFileSync(join(out, 'deep/text'), 'by hand again');
  await runWith({text: 'two'});
  expect([file('text'), file('text.edited'), file('text.edited-2')]).toEqual([
    'two',
    'by hand',
    'by hand again',
  ]);
  const quiet = await runWith({text: 'three'});
  expect(
    quiet.events.filter(({kind}) => kind === 'warning'),
    "what a run left is no one's edit",
  ).toEqual([]);
  expect(readdirSync(join(out, 'deep')).sort()).toEqual(['text', 'text.edited', 'text.edited-2']);
});

test("what a publication left half-way is no one's edit, and what it alone put there goes", async () => {
  const {dir, out} = await project();
  const two: LightStage = async ({params, out_dir}) => {
    const text = String(params.text);
    for (const name of ['a', `only-${text}`, 'z/deep']) {
      mkdirSync(dirname(join(out_dir, 'files', name)), {recursive: true});
      writeFileSync(join(out_dir, 'files', name), text);
    }
  };
  const runWith = (text: string) =>
    run(pipelineOf(dir, {m: {uses: 'test.maker', params: {text, output_dir: out}}}), {
      types,
      light: new Map([['test.maker', two]]),
    });
  await runWith('one');
  for (const text of ['two', 'three']) {
    rmSync(join(out, 'z'), {recursive: true});
    writeFileSync(join(out, 'z'), 'no folder'); // the last file cannot be copied
    expect(saidBy(await runWith(text)).map(([code]) => code)).toEqual(['run/not-published']);
    expect(readFileSync(join(out, 'a'), 'utf8')).toBe(text);
  }
  rmSync(join(out, 'z'));
  expect(saidBy(await runWith('four'))).toEqual([]);
  expect(readdirSync(out).sort()).toEqual(['a', 'only-four', 'z']);
});

test('one run publishes at a time', async () => {
  const {dir, out, runWith} = await project();
  await runWith({});
  const other = openCache(join(dir, '.sidestep/cache'));
  const stop = await showLife(other.root, other.owner);
  const attempt = await tryClaim(other, 'publishing');
  if (attempt.kind !== 'claimed') return expect.fail();
  let made = false;
  const waiting = runWith({text: 'two'}, (event) => {
    made ||= event.kind === 'stage_finished';
  });
  await expect.poll(() => made, {timeout: 60_000}).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 1000)); // time enough to copy two files
  expect(readFileSync(join(out, 'deep/text'), 'utf8')).toBe('one');
  await attempt.claim.release();
  await waiting;
  await stop();
  expect(readFileSync(join(out, 'deep/text'), 'utf8')).toBe('two');
});

test('from the cache as well: what was deleted or edited comes back, another place gets its own, nothing runs', async () => {
  const {dir, out, runWith} = await project();
  await runWith({});
  writeFileSync(join(out, 'deep/text'), 'edited');
  const again = await runWith({output_dir: join(dir, 'elsewhere')});
  expect(again.ran).toEqual([]);
  expect(readFileSync(join(dir, 'elsewhere/deep/text'), 'utf8')).toBe('one');
  expect(saidBy(again)).toEqual([['run/copied-out', expect.stringContaining(join(dir, 'elsewhere'))]]);
  rmSync(join(out, 'go'));
  const back = await runWith({});
  expect(readFileSync(join(out, 'deep/text'), 'utf8')).toBe('one');
  expect(saidBy(back).map(([code]) => code)).toEqual(['run/edited-kept', 'run/copied-out']);
  expect(saidBy(await runWith({})), 'all is where it should be').toEqual([]);
});

function saidBy({events}: Awaited<ReturnType<typeof run>>): (readonly [string, string])[] {
  return events.flatMap((event) =>
    event.kind === 'warning' ? [[event.problem.code, event.problem.message] as const] : [],
  );
}

test('a place that cannot be written is a warning: the run is done, its results are kept', async () => {
  const {out, runWith} = await project();
  writeFileSync(out, 'a file where a folder should be');
  const report = await runWith({});
  expect(report).toMatchObject({outcome: 'done', ran: ['m']});
  expect(report.events.filter(({kind}) => kind === 'warning')).toMatchObject([
    {problem: {code: 'run/not-published'}},
  ]);
});

test('of a sample collection every part is published, under its name; a name cannot leave the folder', async () => {
  const dir = await temporaryFolder();
  const out = join(dir, 'output');
  const songs = (names: readonly string[]) =>
    pipelineOf(dir, {
      s: {
        uses: 'test.samples',
        params: {songs: Object.fromEntries(names.map((name) => [name, name])), output_dir: out},
      },
    });
  await run(songs(['live/first song.flac']), {types});
  expect(readdirSync(join(out, 'live')).sort()).toEqual([
    'first song.flac.length.safetensors',
    'first song.flac.upper.safetensors',
  ]);
  for (const name of ['../escape', '/tmp/escape']) {
    const report = await run(songs([name]), {types});
    expect(report.outcome).toBe('done');
    expect(report.events.some((event) => event.kind === 'warning')).toBe(true);
    expect(readdirSync(dir)).not.toContain('escape.upper.safetensors');
  }
});
