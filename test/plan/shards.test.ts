import {expect, test} from 'vitest';
import {jobRequest, jobScript} from '../../src/run/slurm/request.js';
import {here, how} from '../cluster/disturbed.js';
import {resolveText} from '../config/resolved.js';

test.each([
  {uses: 'train', more: 'tensors: ./tensors', hint: 'Say `ranks` instead'},
  {uses: 'estimate', more: 'tensors: ./tensors', hint: 'Take the line out'},
])('a $uses stage has no samples that shards could share', ({uses, more, hint}) => {
  const resolved = resolveText(`sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
  it: {uses: ${uses}, resources: {shards: 2}, with: {model: "\${stages.model}", ${more}}}
`);
  expect(resolved).toMatchObject({
    ok: false,
    problems: [{code: 'config/shards-without-samples', hint: expect.stringContaining(hint)}],
  });
});

test('a stage of songs has shards, and ranks are called by their right name', () => {
  const text = (resources: string) => `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ./checkpoints}}
  songs: {uses: dataset, with: {audio_dir: ./songs}}
  it:
    uses: preprocess.pass1
    resources: ${resources}
    with: {model: "\${stages.model}", dataset: "\${stages.songs}"}
`;
  const resolved = resolveText(text('{shards: 4}'));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  expect(resolved.value.stages.find(({id}) => id === 'it')!.resources.shards).toBe(4);
  expect(resolveText(text('{ranks: 4}'))).toMatchObject({
    ok: false,
    problems: [
      {code: 'config/ranks-without-training', hint: expect.stringContaining('Say `shards` instead')},
    ],
  });
});

test.each([
  {name: 'a job of its own', tasks: [], array: undefined},
  {name: 'all of them', tasks: [0, 1, 2, 3], array: '--array=0-3'},
  {name: 'without one that could not be made ready', tasks: [0, 2, 3], array: '--array=0,2-3'},
  {name: 'no more at once than the executor runs', tasks: [0, 1, 2], jobs: 2, array: '--array=0-2%2'},
])('what Slurm is asked for: $name', ({tasks, jobs = 100, array}) => {
  const request = jobRequest({...here, jobs}, how, {memory: undefined, ranks: 1, tasks});
  expect(request.find((word) => word.startsWith('--array'))).toBe(array);
  expect(request).toContain('--ntasks=1'); // of each
});

test("a task of an array enters its own folder, whatever the folder's name", () => {
  const script = jobScript(['node', 'main.js'], ['module load cuda'], "/it's/jobs/abc");
  expect(script.split('\n')).toEqual([
    '#!/bin/sh',
    `cd '/it'\\''s/jobs/abc-'"$SLURM_ARRAY_TASK_ID" || exit 1`,
    'module load cuda',
    "exec 'node' 'main.js'",
    '',
  ]);
});
