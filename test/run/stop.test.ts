import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {stopSwitch} from '../../src/run/stop.js';
import {temporaryFolder} from '../temporary-folder.js';
import {look, outputText, pipelineOf, run, shell} from './rig.js';

test('the first request stops gracefully: state is kept, the next run continues and ends in the same bytes', async () => {
  const dir = await temporaryFolder();
  const log = join(dir, 'epochs.log');
  const pipeline = pipelineOf(dir, {
    t: {uses: 'test.count', params: {epochs: 6, pause_ms: 20, log}},
    after: shell('printf x > $1', {needs: ['t']}),
  });
  const stop = stopSwitch();
  const first = await run(pipeline, {
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_progress' && event.done === 3 && !stop.graceful.aborted) stop.request();
    },
  });
  expect(first).toMatchObject({
    outcome: 'interrupted',
    by: {
      t: {kind: 'interrupted', resumable: true, ended: 'itself'},
      after: {kind: 'not_started', after: 'stop'},
    },
  });
  const longer = pipelineOf(dir, {t: {uses: 'test.count', params: {epochs: 9, pause_ms: 20, log}}});
  expect((await look(longer)).plan.stages[0]!.verdict).toMatchObject({reasons: [{kind: 'never_finished'}]});
  expect((await look(pipeline)).plan.stages[0]!.verdict).toMatchObject({
    kind: 'stale',
    reasons: [{kind: 'never_finished'}],
    start: {
      kind: 'own_state',
      at: expect.stringMatching(/^epoch [345]$/),
      progress: expect.toSatisfy((epoch) => [3, 4, 5].includes(epoch as number)),
    },
  });
  const second = await run(pipeline);
  expect(outputText(second, 't')).toBe([1, 2, 3, 4, 5, 6].map((epoch) => `epoch ${epoch}`).join('\n'));
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(['1', '2', '3', '4', '5', '6']); // none was counted twice
});

test.each([
  {name: 'renamed', as: 'renamed', epochs: 6, again: []},
  {name: 'renamed and made shorter than what was counted', as: 'renamed', epochs: 1, again: ['1']},
])('a stage that was interrupted and $name', async ({as, epochs, again}) => {
  const dir = await temporaryFolder();
  const log = join(dir, 'epochs.log');
  const stop = stopSwitch();
  const params = {pause_ms: 20, log};
  await run(pipelineOf(dir, {t: {uses: 'test.count', params: {...params, epochs: 6}}}), {
    stop,
    onEvent: (event) => {
      if (event.kind === 'stage_progress' && event.done === 2 && !stop.graceful.aborted) stop.request();
    },
  });
  const before = readFileSync(log, 'utf8').trim().split('\n');
  const second = await run(pipelineOf(dir, {[as]: {uses: 'test.count', params: {...params, epochs}}}));
  expect(outputText(second, as).split('\n')).toHaveLength(epochs);
  const counted = readFileSync(log, 'utf8').trim().split('\n').slice(before.length);
  expect(counted.slice(0, again.length || 2)).toEqual(
    again.length > 0 ? again : [`${before.length + 1}`, `${before.length + 2}`],
  );
});

test('the second request kills at once', async () => {
  const dir = await temporaryFolder();
  const stop = stopSwitch();
  const pipeline = pipelineOf(dir, {t: {uses: 'test.worker', params: {does: 'hang'}}});
  const running = run(pipeline, {
    stop,
    onEvent: ({kind}) => {
      if (kind === 'stage_started') for (const after of [300, 310]) setTimeout(stop.request, after);
    },
  });
  const started = Date.now();
  expect(await running).toMatchObject({
    outcome: 'interrupted',
    by: {t: {kind: 'interrupted', resumable: false, ended: 'killed'}},
  });
  expect(Date.now() - started).toBeLessThan(30_000); // far from the minute of grace
});

test('a call into the engine that the stop cut short is no failure', async () => {
  const stop = stopSwitch();
  const pipeline = pipelineOf(await temporaryFolder(), {t: {uses: 'test.worker', params: {does: 'call'}}});
  const report = await run(pipeline, {
    stop,
    onEvent: ({kind}) => {
      if (kind === 'log') stop.request();
    },
  });
  expect(report).toMatchObject({outcome: 'interrupted', by: {t: {kind: 'interrupted', ended: 'itself'}}});
});

test('a stage that grows continues from the shorter one and repeats nothing', async () => {
  const dir = await temporaryFolder();
  const log = join(dir, 'epochs.log');
  const pipeline = (epochs: number) => pipelineOf(dir, {t: {uses: 'test.count', params: {epochs, log}}});
  await run(pipeline(2));
  const longer = await run(pipeline(4));
  expect(outputText(longer, 't').split('\n')).toHaveLength(4);
  expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(['1', '2', '3', '4']);
  expect((await run(pipeline(2))).by.t!.kind).toBe('cached'); // the shorter one is still what it was
});

test('a command is stopped too', async () => {
  const dir = await temporaryFolder();
  const stop = stopSwitch();
  const report = await run(pipelineOf(dir, {c: shell('exec sleep 60')}), {
    stop,
    onEvent: ({kind}) => {
      if (kind === 'stage_started') setTimeout(stop.request, 200);
    },
  });
  expect(report).toMatchObject({outcome: 'interrupted', by: {c: {kind: 'interrupted'}}});
});
