import {existsSync, renameSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {Folder, linesOf, type Running} from '../cli/sidestep.js';

const pipeline = `sidestep: 1
name: demo
stages:
  a: {uses: command, with: {argv: [sh, -c, "ls \${inputs.x} > \${outputs.o}"], inputs: {x: ./songs}, outputs: {o: o}}}
`;

/** Starts watching and waits until it is idle. */
async function watching(folder: Folder): Promise<Running> {
  const running = folder.start(['watch', '--json']);
  await waits(running, 1);
  return running;
}

/** Until it waited for edits `times` times. */
async function waits(running: Running, times: number): Promise<void> {
  await running.shows(new RegExp(`(watch_waiting[^]*){${times}}`));
}

async function ended(running: Running) {
  running.child.kill('SIGINT');
  const {code, stdout, stderr} = await running.finished;
  expect({code, stderr}).toEqual({code: 130, stderr: ''});
  return linesOf(stdout, 'watch');
}

function finishes(lines: readonly Record<string, unknown>[]): [unknown, string][] {
  return lines
    .filter(({kind}) => kind === 'stage_finished')
    .map(({stage, result}) => [stage, (result as {kind: string}).kind]);
}

test('a new song, a vanished one and an edit of the file are noticed; the reaction is timed', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'songs/one.wav': '1'});
  const running = await watching(folder);
  folder.write('songs/two.wav', '2');
  await waits(running, 2);
  rmSync(folder.file('songs/two.wav'));
  await waits(running, 3);
  folder.write('pipeline.yaml', pipeline.replace('ls ', 'ls -1 '));
  await waits(running, 4);
  const lines = await ended(running);
  expect(finishes(lines)).toEqual([
    ['a', 'succeeded'],
    ['a', 'succeeded'],
    ['a', 'succeeded'],
  ]); // without the second song everything is as it was: nothing runs
  const reactions = lines
    .filter(({kind}) => kind === 'watch_reacted')
    .map(({latency_ms}) => latency_ms as number);
  expect(reactions).toHaveLength(2);
  for (const latency of reactions) expect(latency).toBeGreaterThan(0);
});

test('an editor that saves by renaming is one edit', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'songs/one.wav': '1'});
  const running = await watching(folder);
  for (const flag of ['-1', '-a']) {
    folder.write('.pipeline.yaml.swp', pipeline.replace('ls ', `ls ${flag} `));
    renameSync(folder.file('.pipeline.yaml.swp'), folder.file('pipeline.yaml'));
    await waits(running, flag === '-1' ? 2 : 3);
  }
  const lines = await ended(running);
  expect(finishes(lines)).toHaveLength(3);
  expect(lines.filter(({kind}) => kind === 'watch_edited')).toHaveLength(2);
});

test('a half-saved file shows its error, and watching goes on', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'songs/one.wav': '1'});
  const running = await watching(folder);
  folder.write('pipeline.yaml', pipeline.slice(0, 60));
  await running.shows(/watch_problems/);
  folder.write('pipeline.yaml', pipeline.replace('ls ', 'ls -1 '));
  await waits(running, 2);
  const lines = await ended(running);
  const [problems] = lines.filter(({kind}) => kind === 'watch_problems') as unknown as {
    problems: {position: object}[];
  }[];
  expect(problems?.problems[0]?.position).toBeDefined();
  expect(finishes(lines)).toHaveLength(2);
});

test('a pipeline that is not there yet is waited for', async () => {
  const folder = new Folder({'songs/one.wav': '1'});
  const running = folder.start(['watch', '--json']);
  await running.shows(/watch_problems/);
  folder.write('pipeline.yaml', pipeline);
  await waits(running, 1);
  expect(finishes(await ended(running))).toEqual([['a', 'succeeded']]);
});

test('an edit during a run cancels what it made stale, and nothing else', async () => {
  const two = (word: string): string => `sidestep: 1
name: demo
stages:
  kept: {uses: command, with: {argv: [sh, -c, "touch kept; sleep 2"]}}
  edited: {uses: command, with: {argv: [sh, -c, "touch edited; ${word}"]}}
`;
  const folder = new Folder({'pipeline.yaml': two('sleep 30')});
  const running = folder.start(['watch', '--json', '--only', 'kept', '--only', 'edited']);
  await running.shows(/"stage_started","stage":"edited"/);
  await running.shows(/"stage_started","stage":"kept"/);
  folder.write('pipeline.yaml', two('true'));
  await waits(running, 1);
  const lines = await ended(running);
  expect(lines.find(({kind}) => kind === 'watch_cancelled')).toMatchObject({stages: ['edited']});
  expect(finishes(lines)).toEqual([
    ['edited', 'interrupted'],
    ['kept', 'succeeded'],
    ['kept', 'cached'],
    ['edited', 'succeeded'],
  ]);
});

test('more epochs under a cosine, once finished and once in the middle: trained from the beginning, and nothing fails', async () => {
  const epochs = (number: number): string => `sidestep: 1
name: demo
defaults: {device: cpu, seed: 42}
stages:
  tiny: {uses: fixture, with: {clips: 2, clip_duration: 1, hidden_size: 32}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}", model: turbo}}
  songs: {uses: dataset, with: {audio_dir: "\${stages.tiny.audio_dir}", dataset_json: "\${stages.tiny.dataset_json}"}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}"}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      adapter: {type: lora, rank: 2, alpha: 4}
      gradient_accumulation_steps: 1
      epochs: ${number}
      logging: {tensorboard: false}
`;
  const folder = new Folder({'pipeline.yaml': epochs(2)});
  const running = await watching(folder);
  folder.write('pipeline.yaml', epochs(10_000));
  await running.shows(/"global_step":9,/);
  folder.write('pipeline.yaml', epochs(3));
  await waits(running, 2);
  const lines = await ended(running);
  expect(finishes(lines).filter(([stage]) => stage === 'train')).toEqual([
    ['train', 'succeeded'],
    ['train', 'interrupted'],
    ['train', 'succeeded'],
  ]);
  const begun = lines.filter(({kind, stage}) => kind === 'stage_started' && stage === 'train');
  const starts = begun.map(({start}) => (start as {kind: string}).kind);
  expect(starts).toEqual(['beginning', 'other_length', 'other_length']);
});

test('an edit of what has not begun yet interrupts the run, and fails nothing', async () => {
  const two = (word: string): string => `sidestep: 1
name: demo
stages:
  first: {uses: command, with: {argv: [sh, -c, "touch alive; while [ ! -e go ]; do sleep 0.02; done"], working_dir: .}}
  then: {uses: command, needs: [first], with: {argv: [echo, ${word}]}}
`;
  const folder = new Folder({'pipeline.yaml': two('one')});
  const running = folder.start(['watch', '--json']);
  await expect.poll(() => existsSync(folder.file('alive')), {timeout: 30_000}).toBe(true);
  folder.write('pipeline.yaml', two('other'));
  await running.shows(/watch_cancelled/);
  folder.write('go', '');
  await waits(running, 1);
  const lines = await ended(running);
  const outcomes = lines.filter(({kind}) => kind === 'run_finished').map(({outcome}) => outcome);
  expect(outcomes).toEqual(['interrupted', 'done']);
});

test('Ctrl-C ends watching during a run as well', async () => {
  const text = pipeline.replace('ls ', 'sleep 30; ls ');
  const folder = new Folder({'pipeline.yaml': text, 'songs/one.wav': '1'});
  const running = folder.start(['watch', '--json']);
  await running.shows(/stage_started/);
  expect(finishes(await ended(running))).toEqual([['a', 'interrupted']]);
});

test('people read what happens', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline, 'songs/one.wav': '1'});
  const running = folder.start(['watch']);
  await running.shows(/Watching for edits/);
  folder.write('songs/two.wav', '2');
  await running.shows(/a started \d+ ms after the edit/);
  running.child.kill('SIGINT');
  await running.finished;
});

test('an edit of a preset is an edit of the pipelines that use it', async () => {
  const preset = (level: number) => `sidestep: 1\nuses: command\nwith: {environment: {LEVEL: "${level}"}}\n`;
  const folder = new Folder({
    'pipeline.yaml': pipeline.replace('uses: command,', 'uses: command, preset: mine,'),
    'presets/mine.yaml': preset(1),
    'songs/one.wav': '1',
  });
  const running = await watching(folder);
  folder.write('presets/mine.yaml', preset(2));
  await waits(running, 2);
  expect(finishes(await ended(running))).toEqual([
    ['a', 'succeeded'],
    ['a', 'succeeded'],
  ]);
});

test('a file that is half saved during a run stops nothing', async () => {
  const text = pipeline
    .replace('ls ', 'touch alive; while [ ! -e go ]; do sleep 0.02; done; ls ')
    .replace('with: {', 'with: {working_dir: ., ');
  const folder = new Folder({'pipeline.yaml': text, 'songs/one.wav': '1'});
  const running = folder.start(['watch', '--json']);
  await expect.poll(() => existsSync(folder.file('alive')), {timeout: 30_000}).toBe(true);
  folder.write('pipeline.yaml', text.slice(0, 60));
  await running.shows(/watch_problems/);
  folder.write('pipeline.yaml', text);
  folder.write('go', '');
  await waits(running, 1);
  expect(finishes(await ended(running))).toEqual([['a', 'succeeded']]);
});

test('a stage that cannot run is said with its reason, and waiting is not “up to date”', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const running = await watching(folder);
  expect(running.stdout()).toMatch(/run\/file-missing/);
  expect(running.stdout()).toMatch(/"kind":"watch_waiting","last":"failed"/);
  folder.write('songs/one.wav', '1');
  await waits(running, 2);
  rmSync(folder.file('songs'), {recursive: true});
  await waits(running, 3);
  const lines = await ended(running);
  expect(finishes(lines)).toEqual([
    ['a', 'failed'],
    ['a', 'succeeded'],
    ['a', 'failed'],
  ]);
});

test('people read why a stage cannot run', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline});
  const running = folder.start(['watch', '--plain']);
  await running.shows(/Watching for edits/);
  expect(running.stderr() + running.stdout()).toMatch(/songs does not exist/);
  expect(running.stderr() + running.stdout()).not.toMatch(/Up to date/);
  running.child.kill('SIGINT');
  await running.finished;
});
