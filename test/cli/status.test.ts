import {expect, test} from 'vitest';
import {Folder} from './sidestep.js';

const pipeline = (audio: string) => `sidestep: 1
name: demo
stages:
  tiny: {uses: fixture, with: {clips: 1, clip_duration: 1, hidden_size: 32}}
  songs: {uses: dataset, with: {audio_dir: ${audio}}}
`;

test('status only reports; with --check its exit code tells what has to run from what cannot', async () => {
  const folder = new Folder({'pipeline.yaml': pipeline('"${stages.tiny.audio_dir}"')});
  const codes = async () => [
    (await folder.run(['status'])).code,
    (await folder.run(['status', '--check'])).code,
  ];
  expect(await codes(), 'never run').toEqual([0, 3]);
  expect((await folder.run(['run', '--plain'])).code).toBe(0);
  expect(await codes(), 'up to date').toEqual([0, 0]);
  folder.write('pipeline.yaml', pipeline('nowhere'));
  expect(await codes(), 'no songs').toEqual([0, 2]);
  expect((await folder.run(['plan'])).code).toBe(2);
});

test('a pipeline that is not there: the one beside it is named, several are listed, without any init is', async () => {
  const folder = new Folder({
    'preset.yaml': 'uses: train\n',
    'demo.lock.yaml': 'sidestep_lock: 1\nstages: {}\n',
  });
  const hint = async (...args: string[]) => (await folder.run(['plan', ...args])).stderr;
  expect(await hint()).toContain('`sidestep init` writes a pipeline');
  folder.write('pipelines/blues.yaml', pipeline('songs'));
  expect(await hint()).toContain('Did you mean pipelines/blues.yaml?');
  folder.write('jazz.yml', pipeline('songs'));
  expect(await hint()).toContain(
    'There are other pipelines here, name one of them: jazz.yml, pipelines/blues.yaml.',
  );
  expect(await hint('jaz.yml')).toContain('Did you mean jazz.yml?');
});
