import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {adapterModel} from '../../src/cli/adapter-model.js';
import {floatTensor} from '../../src/format/float-bits.js';
import {writeSafetensors} from '../../src/format/safetensors-write.js';
import {temporaryFolder} from '../temporary-folder.js';

async function exported(name: string, metadata: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  const tensor = {name: 'a', ...floatTensor(Float32Array.of(1), [1], 'F32')};
  await writeSafetensors(join(folder, name), {tensors: [tensor], metadata});
  return folder;
}

const base = {ss_sd_model_name: 'acestep-v15-base'};

test('an exported folder and an exported file remember the model in their metadata', async () => {
  const peft = await exported('adapter_model.safetensors', base);
  await writeFile(join(peft, 'README.md'), '# card\n');
  expect(await adapterModel(peft)).toBe('acestep-v15-base');
  const comfyui = await exported('blues.safetensors', base);
  expect(await adapterModel(join(comfyui, 'blues.safetensors'))).toBe('acestep-v15-base');
});

test('what training left beside it counts more', async () => {
  const folder = await exported('adapter_model.safetensors', base);
  const provenance = {
    ...{base_model: 'my-mix', base: 'turbo', inference: {shift: 3, steps: 8}, global_step: 1, epoch: 1},
    ...{loss: null, samples: 1, trigger: '', params: {}, fingerprint: 'f00d'},
  };
  await writeFile(join(folder, 'sidestep.json'), JSON.stringify(provenance));
  expect(await adapterModel(folder)).toBe('my-mix');
});

test('no one said, nothing there, or a damaged file: unknown', async () => {
  expect(await adapterModel(await exported('adapter_model.safetensors', {}))).toBeUndefined();
  expect(await adapterModel('/nowhere/at-all')).toBeUndefined();
  const folder = await temporaryFolder();
  expect(await adapterModel(folder)).toBeUndefined();
  await writeFile(join(folder, 'adapter_model.safetensors'), 'not tensors');
  expect(await adapterModel(folder)).toBeUndefined();
});
