import {mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {synthesise, waveFile} from '../../src/worker/fixture/music.js';
import {Folder} from './sidestep.js';

const checkpoints = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

/** Every stage but the first is wrong in its own way; the comment behind it is what must be said of that line. */
const wrong = `sidestep: 1
defaults: {device: cpu}
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}
  songs: {uses: dataset, with: {audio_dir: songs}}
  a_file: {uses: dataset, with: {audio_dir: notes.txt}} # run/not-a-file
  no_songs: {uses: dataset, with: {audio_dir: empty}} # dataset/no-samples
  no_tensors: {uses: train, with: {model: "\${stages.model}", tensors: empty}} # run/nothing-to-read
  held_out: {uses: train, with: {model: "\${stages.model}", tensors: tensors, validation: {tensors: empty}}} # run/nothing-to-read
  from_nothing: {uses: train, with: {model: "\${stages.model}", tensors: tensors, resume_from: empty}} # run/nothing-to-read
  from_lokr: {uses: train, with: {model: "\${stages.model}", tensors: tensors, resume_from: lokr}} # train/adapter-differs
  pattern: {uses: train, with: {model: "\${stages.model}", tensors: tensors, adapter: {type: lora, rank_pattern: {gate_proj: 8}}}} # train/pattern-without-module
  prompt: {uses: train, with: {model: "\${stages.model}", tensors: tensors, samples: {dataset: "\${stages.songs}", prompts: [{sample: waltz}]}}} # generate/unknown-song
  sample: {uses: generate, with: {model: "\${stages.model}", dataset: "\${stages.songs}", prompts: [{sample: waltz}]}} # generate/unknown-song
  flac: {uses: generate, with: {model: "\${stages.model}", format: flac, prompts: [{caption: x, duration: 1}]}} # run/program-missing
  program: {uses: command, with: {argv: [no-such-program], outputs: {out: out.txt}}} # run/program-missing
  script: {uses: command, with: {argv: [./notes.txt], outputs: {out: out.txt}}} # run/program-missing
`;

test('plan says of every stage what it would fail for, at its line, and nothing else', async () => {
  const folder = new Folder({
    'wrong.yaml': wrong,
    'notes.txt': '',
    'tensors/one.safetensors': '',
    'lokr/adapter.safetensors': '',
    'lokr/sidestep.json': JSON.stringify({params: {adapter: {type: 'lokr'}}}),
  });
  mkdirSync(folder.file('empty'));
  mkdirSync(folder.file('songs'));
  writeFileSync(folder.file('songs/march.wav'), waveFile(synthesise(42, 1, 1)));
  const {code, stdout} = await folder.run(['plan', 'wrong.yaml', '--json'], {PATH: folder.file('empty')});
  expect(code, stdout).toBe(2);
  const {problems} = JSON.parse(stdout) as {problems: {code: string; position?: {line: number}}[]};
  const expected = wrong.split('\n').flatMap(
    (line, index) =>
      / # (\S+)$/
        .exec(line)
        ?.slice(1)
        .map((said) => `${index + 1} ${said}`) ?? [],
  );
  expect(problems.map((problem) => `${problem.position?.line} ${problem.code}`)).toEqual(expected);
});

test('validate says what the file alone shows', async () => {
  const stages = (exporting: string) => `sidestep: 1
stages:
  model: {uses: scan, with: {checkpoint_dir: ${checkpoints}, model: turbo}}
  train: {uses: train, with: {model: "\${stages.model}", tensors: songs, epochs: 50, output_dir: notes.txt}}
  export: {uses: export, with: {adapter: "\${stages.train}", ${exporting}}}
  listen: {uses: generate, with: {model: "\${stages.model}", adapter: "\${stages.train}", prompts: [{caption: x}], strengths: [0.5, 11]}}
`;
  const folder = new Folder({
    'pipeline.yaml': stages('checkpoint: epoch_55'),
    'fine.yaml': stages('checkpoint: epoch_50').replace(', 11', ''),
    'notes.txt': '',
  });
  const {code, stderr} = await folder.run(['validate']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/pipeline\.yaml:5:\d+ error: .*epoch_55: it trains 50 epochs.*checkpoint-missing/);
  expect(stderr).toMatch(/epoch_10, epoch_20/);
  expect(stderr).toMatch(/pipeline\.yaml:6:\d+ error: .*at most 10 .*found 11/);
  const fine = await folder.run(['validate', 'fine.yaml']);
  expect(fine.code, fine.stderr).toBe(0);
  expect(fine.stderr).toMatch(/fine\.yaml:4:\d+ warning: .*notes\.txt is no folder.*place-refuses/);
});
