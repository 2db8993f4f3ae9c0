import {cpSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import type {Adapter} from '../../src/adapter/adapter.js';
import {hashFile} from '../../src/base/hash.js';
import {compareBase} from '../../src/cli/trained-base.js';
import {scanModel} from '../../src/model/scan-model.js';
import {temporaryFolder} from '../temporary-folder.js';

const checkpoints = fileURLToPath(new URL('../golden/tiny_checkpoint', import.meta.url));

test('the model that an adapter was trained on is known by its weights, wherever it is', async () => {
  const scanned = await scanModel(
    {checkpoint_dir: checkpoints, model: 'turbo', base_model: 'auto'},
    hashFile,
  );
  const adapter = (metadata: Record<string, string>) => ({metadata}) as unknown as Adapter;
  const trained = adapter({'sidestep.base_hash': scanned.components.dit.hash, ss_sd_model_name: 'my-turbo'});
  const moved = await temporaryFolder();
  cpSync(join(checkpoints, 'acestep-v15-turbo'), moved, {recursive: true});
  const is = async (path: string, of = trained) => (await compareBase(path, of, undefined)).is;
  expect(await compareBase(moved, trained, undefined)).toEqual({
    path: moved,
    trained_on: 'my-turbo',
    is: 'same',
  });
  expect(await is(join(checkpoints, 'acestep-v15-base'))).toBe('other');
  expect(await is(moved, adapter({}))).toBe('not_recorded');
  expect(await is(join(moved, 'model.safetensors')), 'a file alone').toBe('not_comparable');
  writeFileSync(join(moved, 'config.json'), '{"hidden_size": 64}');
  expect(await is(moved), 'not whole').toBe('not_comparable');
  rmSync(moved, {recursive: true});
});
