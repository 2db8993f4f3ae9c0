import {dirname, join} from 'node:path';
import {makeFolder} from '../base/make-folder.js';
import {writeFile} from '../base/write-file.js';
import {writeSafetensors} from '../format/safetensors-write.js';
import {ownLayout} from '../stage/adapter-kinds.js';
import type {Adapter} from './adapter.js';
import {type LayoutFile, type LayoutOptions, lycorisLayout, peftLayout} from './layout.js';

/**
 * An adapter in the one form that the engine reads: PEFT's folder or LyCORIS' `<kind>_weights.safetensors`, in f32, modules named as
 * the decoder names them. Adapters of other programs reach the engine through these files alone, so that there is one reader.
 */
export function ownFiles(adapter: Adapter): LayoutFile[] {
  const options: LayoutOptions = {name: `${adapter.kind}_weights`, dtype: 'F32', metadata: {}};
  return ownLayout(adapter.kind) === 'peft' ? peftLayout(adapter, options) : lycorisLayout(adapter, options);
}

export async function writeLayoutFile(folder: string, file: LayoutFile): Promise<void> {
  const path = join(folder, file.name);
  await makeFolder(dirname(path));
  if (file.kind === 'json') {
    await writeFile(path, `${JSON.stringify(file.value, null, 2)}\n`);
    return;
  }
  const tensors = Object.entries(file.tensors).map(([name, tensor]) => ({name, ...tensor}));
  await writeSafetensors(path, {tensors, metadata: file.metadata});
}
