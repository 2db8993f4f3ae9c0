import {readdir, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {readProvenance} from '../adapter/provenance.js';
import {SidestepError} from '../base/problem.js';
import {openSafetensors} from '../format/safetensors-read.js';

/**
 * The name of the model that an adapter was trained on, as it remembers it: in `sidestep.json` where training left it, in the file's
 * own metadata where it was exported. Undefined where neither says, and where there is no adapter: what uses it says so better.
 */
export async function adapterModel(adapter: string): Promise<string | undefined> {
  const info = await stat(adapter).catch(() => undefined);
  if (info === undefined) return undefined;
  const folder = info.isDirectory() ? adapter : dirname(adapter);
  const provenance = await readProvenance(folder);
  if (provenance !== undefined) return provenance.base_model;
  return savedName(info.isDirectory() ? await weightsIn(folder) : adapter);
}

async function weightsIn(folder: string): Promise<string | undefined> {
  const name = (await readdir(folder)).filter((each) => each.endsWith('.safetensors')).sort()[0];
  return name === undefined ? undefined : join(folder, name);
}

/** `ss_sd_model_name` is where kohya's trainers, and exports of ours, name the model. */
async function savedName(file: string | undefined): Promise<string | undefined> {
  if (file === undefined || !file.endsWith('.safetensors')) return undefined;
  try {
    await using opened = await openSafetensors(file);
    return opened.metadata.ss_sd_model_name;
  } catch (error) {
    if (error instanceof SidestepError) return undefined; // the stage that reads it names the fault
    throw error;
  }
}
