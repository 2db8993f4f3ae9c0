import {stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Adapter} from '../../adapter/adapter.js';
import {openBase} from '../../adapter/base-weights.js';
import {fitToBase} from '../../adapter/on-base.js';
import {readProvenance} from '../../adapter/provenance.js';
import {readAdapter} from '../../adapter/read.js';
import {ownFiles, writeLayoutFile} from '../../adapter/write.js';
import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {jsonObject} from '../../stage/model-json.js';
import {parametersOf} from '../../stage/parameters.js';
import {adapterState} from '../adapter-state.js';
import type {WorkerContext} from '../context.js';
import {componentDir} from '../model-input.js';

/**
 * The adapter that a stage was given, known to belong to the stage's model, in the form that the engine opens: written again into
 * the stage's own folder, whatever program wrote it. Throws `generate/other-base`, `adapter/*`, `export/checkpoint-missing`.
 */
export async function usableAdapter({job}: WorkerContext): Promise<string> {
  const {adapter: given, checkpoint} = parametersOf('generate', job.params);
  const root = job.inputs.adapter?.path ?? String(given);
  const path = await adapterState(root, {checkpoint, weights: 'ema'});
  const model = jsonObject(job.inputs.model?.json, 'model.json');
  await expectSameBase(path, model);
  const adapter = await fitted(path, componentDir(job.inputs.model, 'dit'));
  const folder = join(job.out_dir, 'adapter');
  for (const file of ownFiles(adapter)) await writeLayoutFile(folder, file);
  return folder;
}

/** What says where it comes from is believed; an adapter of another program says nothing. */
async function expectSameBase(path: string, {name, base}: Readonly<Record<string, unknown>>): Promise<void> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const provenance = await readProvenance(folder);
  if (provenance === undefined || provenance.base === base) return;
  throw otherBase(
    `${shownPath(path)} is trained on ${provenance.base_model} (${provenance.base}), and the music is to be made with ${String(name)} (${String(base)})`,
  );
}

/** Weights of other sizes, or for modules that the model has not, were trained on another. */
async function fitted(path: string, base: string): Promise<Adapter> {
  const adapter = await readAdapter(path);
  await using weights = await openBase(base);
  try {
    return await fitToBase(adapter, weights);
  } catch (error) {
    const known = ['adapter/other-model', 'adapter/unknown-module'];
    if (!(error instanceof SidestepError) || !known.includes(error.problem.code)) throw error;
    throw otherBase(`${shownPath(path)}: ${error.problem.message}`);
  }
}

function otherBase(message: string): SidestepError {
  return new SidestepError({
    code: 'generate/other-base',
    message,
    hint: 'Take the model that it was trained on; `sidestep inspect` says which.',
  });
}
