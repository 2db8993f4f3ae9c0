import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {readProvenance} from '../../src/adapter/provenance.js';
import {temporaryFolder} from '../temporary-folder.js';

const whole = {
  ...{base_model: 'acestep-v15-turbo', base: 'turbo', inference: {shift: 3, steps: 8}},
  ...{global_step: 3, epoch: 1, loss: null, samples: 2, trigger: '', params: {}, fingerprint: 'f00d'},
};

async function folderWith(value: unknown): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'sidestep.json'), JSON.stringify(value));
  return folder;
}

test('what training leaves is read as it is', async () => {
  expect(await readProvenance(await folderWith(whole))).toEqual(whole);
  expect(await readProvenance(await temporaryFolder())).toBeUndefined();
});

test.each([
  {name: 'of something else', value: {hello: 'world'}, says: 'base_model'},
  {name: 'without how music is made with it', value: {...whole, inference: {}}, says: 'inference is missing'},
  {name: 'with parameters that are none', value: {...whole, params: 'none'}, says: 'params is missing'},
  {
    name: 'with a count in words',
    value: {...whole, samples: 'two', epoch: '1'},
    says: 'epoch, samples are missing',
  },
])('a sidestep.json $name is refused by the name of what is wrong', async ({value, says}) => {
  const folder = await folderWith(value);
  await expect(readProvenance(folder)).rejects.toMatchObject({
    problem: {code: 'adapter/config-invalid', message: expect.stringContaining(says)},
  });
});
