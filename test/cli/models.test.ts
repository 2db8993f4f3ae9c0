import {cpSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {documentOf, Folder} from './sidestep.js';

const checkpoint = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

function studio(): Folder {
  const folder = new Folder();
  cpSync(checkpoint, folder.file('checkpoints'), {recursive: true});
  return folder;
}

test('models are listed with their base and size; a query needs not be exact', async () => {
  const folder = studio();
  const all = await folder.run(['models', '--dir', 'checkpoints']);
  expect(all).toMatchObject({code: 0, stderr: ''});
  expect(all.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(all.stdout).toMatch(/✔ acestep-v15-turbo +official +turbo +/);
  const {stdout} = await folder.run(['models', 'trbo', '--dir', 'checkpoints', '--json']);
  expect(documentOf(stdout, 'models')).toMatchObject({
    checkpoint_dir: folder.file('checkpoints'),
    models: [{name: 'acestep-v15-turbo', base: 'turbo', missing: []}],
  });
});

test('an incomplete model is listed with what it lacks', async () => {
  const folder = studio();
  rmSync(join(folder.file('checkpoints'), 'acestep-v15-turbo/silence_latent.pt'));
  const {code, stdout} = await folder.run(['models', 'turbo', '--dir', 'checkpoints']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/✖ acestep-v15-turbo.*\n +lacks silence_latent: .*silence_latent\.pt/);
});

test('the folder may come from the settings; without one, and with an unknown name, it says what to do', async () => {
  const folder = studio();
  const lost = await folder.run(['models']);
  expect(lost).toMatchObject({code: 2, stdout: ''});
  expect(lost.stderr).toContain('usage/no-checkpoint-folder');
  folder.write('.config/settings.yaml', 'sidestep: 1\ncheckpoint_dir: ../checkpoints\n');
  expect((await folder.run(['models'])).stdout).toContain('acestep-v15-base');
  const unknown = await folder.run(['models', 'acestep-v15-trubo2']);
  expect(unknown).toMatchObject({code: 2, stderr: expect.stringContaining('model/unknown')});
});
