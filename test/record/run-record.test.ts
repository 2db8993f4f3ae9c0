import {existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {stageId} from '../../src/base/stage-id.js';
import type {RunEvent} from '../../src/event/event.js';
import {listRuns, newRunId, openRunRecord, readEvents} from '../../src/record/run-record.js';
import {temporaryFolder} from '../temporary-folder.js';

const stage = stageId('train[rank=8,path=a/b]');
const progress: RunEvent = {kind: 'stage_progress', stage, done: 1, total: 2, unit: 'steps'};
const metric: RunEvent = {kind: 'metric', stage, name: 'loss', global_step: 3, value: 0.5};

async function record() {
  const runs = await temporaryFolder();
  let now = 100;
  return {runs, record: openRunRecord(runs, 'one', () => now++)};
}

test('events come back in their order, with the time of each', async () => {
  const {runs, record: one} = await record();
  one.record(progress);
  one.record(metric);
  one.close();
  expect(await readEvents(runs, 'one')).toEqual([
    {at: 100, ...progress},
    {at: 101, ...metric},
  ]);
});

test('a run that was made while the clock was wrong is never the newest', async () => {
  const runs = await temporaryFolder();
  const now = Date.UTC(2026, 5, 1);
  const hour = 3_600_000;
  const [old, recent, ahead, wrong] = [-48, -1, 1, 24_000].map((hours) =>
    newRunId(new Date(now + hours * hour), 'abcd'),
  );
  for (const id of [wrong, old, recent, ahead]) mkdirSync(join(runs, id!));
  expect(await listRuns(runs, now)).toEqual([wrong, old, recent, ahead]);
});

test('what can be plotted is in metrics.jsonl too, the resolved pipeline in pipeline.json', async () => {
  const {record: one} = await record();
  one.record(progress);
  one.record(metric);
  one.writePipeline({name: 'blues'});
  one.close();
  expect(readFileSync(join(one.dir, 'metrics.jsonl'), 'utf8')).toBe(
    `${JSON.stringify({at: 101, ...metric})}\n`,
  );
  expect(JSON.parse(readFileSync(join(one.dir, 'pipeline.json'), 'utf8'))).toEqual({name: 'blues'});
});

test('every stage has its log, under a name that leads nowhere else', async () => {
  const {record: one} = await record();
  for (const line of ['first', 'second']) one.log(stage, line);
  one.log(stageId('../../escape'), 'x');
  one.close();
  expect(readdirSync(join(one.dir, 'logs')).sort()).toEqual([
    '..%2f..%2fescape.log',
    'train[rank=8,path=a%2fb].log',
  ]);
  expect(readFileSync(one.logPath(stage), 'utf8')).toBe('first\nsecond\n');
});

test('a last line torn by a kill is left out, and so is a run without events', async () => {
  const {runs, record: one} = await record();
  one.record(progress);
  one.close();
  writeFileSync(
    join(one.dir, 'events.jsonl'),
    `${readFileSync(join(one.dir, 'events.jsonl'), 'utf8')}{"at":7,"ki`,
  );
  expect(await readEvents(runs, 'one')).toHaveLength(1);
  expect(await readEvents(runs, 'none')).toEqual([]);
});

test('ids sort by time, to the millisecond, and foreign folders are no runs', async () => {
  const runs = await temporaryFolder();
  const ids = [
    newRunId(new Date('2026-11-22T23:59:59.999Z'), 'ffff'),
    newRunId(new Date('2026-11-23T00:00:00.001Z'), '0000'),
    newRunId(new Date('2026-11-23T00:00:00.002Z'), '0000'),
  ];
  for (const name of [...ids.toReversed(), 'notes']) mkdirSync(join(runs, name));
  expect(await listRuns(runs)).toEqual(ids);
  expect(ids[1]).toBe('20261123-000000001-0000');
  expect(await listRuns(join(runs, 'nowhere'))).toEqual([]);
});

test.runIf(existsSync('/dev/full'))(
  'a full disk leaves a gap and a reason; with room again, whole lines',
  async () => {
    const {runs, record: one} = await record();
    mkdirSync(one.dir, {recursive: true});
    const events = join(one.dir, 'events.jsonl');
    symlinkSync('/dev/full', events);
    expect(one.trouble()).toBeUndefined();
    one.record(progress);
    one.log(stage, 'still there');
    expect(one.trouble()).toMatchObject({code: 'ENOSPC'});
    one.close();
    rmSync(events);
    writeFileSync(events, '{"at":1,"kind":"stage_pro'); // what a disk that fills up leaves
    one.record(metric);
    one.close();
    expect(await readEvents(runs, 'one')).toEqual([{at: 101, ...metric}]);
    expect(readFileSync(one.logPath(stage), 'utf8')).toBe('still there\n');
  },
);

test('a record that cannot even be begun is trouble too, no exception', async () => {
  const file = join(await temporaryFolder(), 'file');
  writeFileSync(file, '');
  const one = openRunRecord(file, 'one', Date.now);
  one.writePipeline({});
  one.record(progress);
  one.log(stage, 'x');
  one.close();
  expect(one.trouble()).toMatchObject({code: 'ENOTDIR'});
});
