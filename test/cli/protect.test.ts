import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const pipeline = (clips: number) => `sidestep: 1
stages:
  tiny: {uses: fixture, with: {clips: 1, clip_duration: 1, hidden_size: 32}}
  model: {uses: scan, with: {checkpoint_dir: "\${stages.tiny.checkpoint_dir}"}}
  songs: {uses: dataset, with: {audio_dir: "\${stages.tiny.audio_dir}", custom_tag: tag${clips}}}
  latents: {uses: preprocess.pass1, with: {model: "\${stages.model}", dataset: "\${stages.songs}"}}
  conditions:
    uses: preprocess.pass2
    protect: true
    with: {model: "\${stages.model}", latents: "\${stages.latents}", output_dir: tensors}
`;

test('protected results stay as they are until that is asked for, and it is said before and after', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline(1)});
  const file = 'tensors/clip-1.wav.conditions.safetensors';
  const first = await folder.run(['run', '--plain']);
  expect(first.code, first.stdout + first.stderr).toBe(0);
  expect(first.stdout + first.stderr).not.toContain('run/protected');
  const before = folder.read(file);

  folder.write('pipeline.yaml', pipeline(2));
  const planned = await folder.run(['plan']);
  expect(planned.stderr).toMatch(
    /pipeline\.yaml:7:\d+ warning: conditions is protected.*tensors.*\[run\/protected\]/,
  );
  const second = await folder.run(['run', '--plain']);
  expect(second.code).toBe(0);
  expect(second.stdout + second.stderr).toMatch(
    /is protected and was left as it is.*clip-1\.wav\.conditions/,
  );
  expect(folder.read(file)).toBe(before);

  const third = await folder.run(['run', '--plain', '--overwrite', 'conditions']);
  expect(third.code, third.stdout + third.stderr).toBe(0);
  expect(folder.read(file)).not.toBe(before);
});
