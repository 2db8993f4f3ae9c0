import {expect, test} from 'vitest';
import {temporaryFolder} from '../temporary-folder.js';
import {outputText, pipelineOf, ref, run, shell} from './rig.js';

test('a chain of commands runs once and then comes from the cache', async () => {
  const dir = await temporaryFolder();
  const pipeline = pipelineOf(dir, {
    a: shell('printf hello > $1'),
    b: shell('tr a-z A-Z < $1 > $2', {inputs: {text: ref('a')}}),
  });
  const first = await run(pipeline);
  expect(first.outcome).toBe('done');
  expect(first.ran).toEqual(['a', 'b']);
  expect(outputText(first, 'b')).toBe('HELLO');
  const second = await run(pipeline);
  expect(second.ran).toEqual([]);
  expect(second.outcome).toBe('done');
  expect(outputText(second, 'b')).toBe('HELLO');
});

test('samples: each part is made once', async () => {
  const dir = await temporaryFolder();
  const songs = {'a.wav': 'one', 'b.wav': 'two', 'c.wav': 'three'};
  const first = await run(pipelineOf(dir, {s: {uses: 'test.samples', params: {songs}}}));
  expect(first.by.s).toMatchObject({
    kind: 'succeeded',
    samples: {total: 3, computed: 3, cached: 0, failed: 0},
  });
});
