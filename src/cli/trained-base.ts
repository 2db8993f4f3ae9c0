import {stat} from 'node:fs/promises';
import type {Adapter} from '../adapter/adapter.js';
import type {Provenance} from '../adapter/provenance.js';
import {hashFile} from '../base/hash.js';
import {own} from '../base/json.js';
import {transformerFiles} from '../model/checkpoint.js';
import {identify} from '../model/scan-model.js';
import type {ComparedBase} from '../render/adapter-text.js';

/** Whether the model that an adapter is measured against is the one it was trained on: by content, whatever the folders are called. */
export async function compareBase(
  path: string,
  {metadata}: Adapter,
  provenance: Provenance | undefined,
): Promise<ComparedBase> {
  const recorded = provenance?.base_hash ?? own(metadata, 'sidestep.base_hash');
  const trained_on = provenance?.base_model ?? own(metadata, 'ss_sd_model_name') ?? null;
  if (recorded === undefined) return {path, trained_on, is: 'not_recorded'};
  const hash = await transformerHash(path);
  if (hash === undefined) return {path, trained_on, is: 'not_comparable'};
  return {path, trained_on, is: hash === recorded ? 'same' : 'other'};
}

/** Undefined for what is no whole model folder, such as a single file. */
async function transformerHash(path: string): Promise<string | undefined> {
  if (!(await stat(path)).isDirectory()) return undefined;
  const files = await transformerFiles(path);
  return files.missing.length > 0 ? undefined : (await identify(files, hashFile)).hash;
}
