import {mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {columnsOf} from '../../src/render/columns.js';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {Folder} from './sidestep.js';

const checkpoints = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

/** Songs long enough that their encoding is seen, each a second too long, and a training that lasts until it is stopped. */
const pipeline = (epochs: number) => `sidestep: 1
name: rows
defaults: {device: cpu, seed: 42}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}
  songs: {uses: dataset, with: {audio_dir: songs}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}", max_duration: 6}}
  conditions: {uses: preprocess.pass2, with: {model: "\${stages.model}", latents: "\${stages.latents}", output_dir: songs as the model hears them when they are in one folder}}
  train:
    uses: train
    with:
      model: "\${stages.model}"
      tensors: "\${stages.conditions}"
      adapter: {type: lora, rank: 2, alpha: 4}
      gradient_accumulation_steps: 1
      epochs: ${epochs}
      schedule: {type: constant}
      checkpoint: {every_epochs: 0}
      logging: {tensorboard: false}
`;

function project(epochs: number): Folder {
  const folder = new Folder({'pipeline.yaml': pipeline(epochs)});
  mkdirSync(folder.file('songs'));
  for (const song of [1, 2, 3, 4, 5, 6])
    writeFileSync(folder.file(`songs/${song}.wav`), waveFile(synthesise(42, song, 7)));
  return folder;
}

/** What was drawn, a row an element, without what moves the cursor or colours. */
function rows(drawn: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences of a terminal
  return drawn.split(/\r?\n|\u001b\[\d*[GKJ]/).map((row) => row.replace(/\u001b\[[\d;?]*[A-Za-z]/g, ''));
}

test('on 60 columns an encoding shows songs, minutes of music and time left, a training its loss and time left, results their paths', async () => {
  const folder = project(1_000_000);
  const running = folder.startInTerminal(['run'], {}, 60);
  await running.shows(/latents +\S*encoding songs [1-5]\/6 · 0:\d\d\/0:36 · ETA \d/);
  await running.shows(/train +\S*(?:\d+\/6000000 steps · )?loss \d\S* · ETA \d/);
  running.child.stdin!.write('\u0003');
  const {code, stdout} = await running.finished;
  expect(code).toBe(130);
  const live = rows(stdout).filter((row) => /^\W*(latents|train) /.test(row));
  for (const row of live) expect(columnsOf(row), row).toBeLessThanOrEqual(60);

  const only = await folder.startInTerminal(['run', '--only', 'conditions'], {NO_COLOR: '1'}, 60).finished;
  const results = folder.file('songs as the model hears them when they are in one folder');
  expect(only.stdout.split(/\r?\n/)).toContain(`      ${results}`); // nothing else on that line: it can be copied whole

  // The row has no room for why it begins again; below the list it is said whole.
  const args = ['run', '--set', 'train.epochs=1', '--set', 'train.adapter.rank=3'];
  const again = await folder.startInTerminal(args, {NO_COLOR: '1'}, 60).finished;
  expect(again.stdout.replace(/\s+/g, ' ')).toMatch(
    /train trains from the beginning: the run without --set that was interrupted at step \d+ had adapter\.rank 2 \(now 3\)/,
  );
});

test('printed in lines, a training of many epochs says how far it is every fifteen seconds and at its end', async () => {
  const {code, stderr} = await project(40).run(['run', '--plain']);
  expect(code).toBe(0);
  const told = [...stderr.matchAll(/^(\d\d):(\d\d):(\d\d) train {2}\d+\/240 steps/gm)].map(
    ([, hours, minutes, seconds]) => 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds),
  );
  expect(told.length, stderr).toBeGreaterThan(0);
  const DAY = 86_400;
  const apart = told.slice(1, -1).map((at, index) => (at - told[index]! + DAY) % DAY);
  for (const seconds of apart) expect(seconds, stderr).toBeGreaterThanOrEqual(14); // of whole seconds
  expect(stderr.match(/^.* train {2}/gm)!.length, stderr).toBeLessThanOrEqual(told.length + 3); // needs, begun, done
  expect(stderr.match(/warning: .*\[preprocess\/song-cut\]/g), stderr).toHaveLength(2); // the first song, and five more
});
