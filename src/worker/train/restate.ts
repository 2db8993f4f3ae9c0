import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {PROVENANCE_FILE} from '../../adapter/provenance.js';
import {temporaryName} from '../../base/durable.js';
import {namesIn} from '../../base/folder.js';
import type {JsonObject} from '../../base/json.js';
import {makeFolder} from '../../base/make-folder.js';
import {removeFile, removeTree} from '../../base/remove.js';
import {rename} from '../../base/rename.js';
import {writeFile} from '../../base/write-file.js';
import {restateMetadata} from '../../format/safetensors-metadata.js';
import {readSafetensorsHeader} from '../../format/safetensors-read.js';
import type {Trainer} from '../../native/trainer.js';
import type {WorkerJob} from '../../protocol/message.js';
import {recordedParams} from '../../stage/resume-differences.js';
import type {KeptFolders} from './checkpoints.js';

/** What checkpoints say of the run that wrote them. */
interface Identity {
  readonly fingerprint: string;
  readonly params: JsonObject;
  /** Of the engine's own state: its options and the length of the run, as the engine writes them. */
  readonly state: Readonly<Record<string, string>>;
}

/**
 * Checkpoints and the best state of another length of this work hold the weights that this run would have had there, but name
 * that run. Here they get this run's name, so that the result is the bytes of a run that was never anything else. Files are
 * replaced, never written into: the other run may be linked to them. Doing it twice does no harm.
 */
export async function restateKept(
  kept: KeptFolders,
  {trainer, job}: {readonly trainer: Trainer; readonly job: WorkerJob},
): Promise<void> {
  const folders = [...(await foldersIn(kept.checkpoints)), ...(await foldersIn(kept.bests))];
  const identity = {
    fingerprint: job.fingerprint,
    params: recordedParams(job.params),
    state: await stateMetadata(trainer, kept.scratch),
  };
  for (const folder of folders) {
    await restateFolder(folder, identity);
    await restateFolder(join(folder, 'raw'), identity);
    await kept.sealAgain(folder);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  return namesIn(folder).map((name) => join(folder, name));
}

/** The engine's words for this run, read from a state that it writes now. */
async function stateMetadata(trainer: Trainer, scratch: string): Promise<Record<string, string>> {
  await removeTree(scratch);
  await makeFolder(scratch);
  try {
    await trainer.save(scratch, {});
    const {metadata} = await readSafetensorsHeader(join(scratch, STATE_FILE));
    const {options = '', total_steps = ''} = metadata;
    return {options, total_steps};
  } finally {
    await removeTree(scratch);
  }
}

const STATE_FILE = 'training_state.safetensors';

async function restateFolder(folder: string, {fingerprint, params, state}: Identity): Promise<void> {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    if (name.endsWith('.tmp')) {
      await removeFile(path); // of an attempt at this that was killed
    } else if (name === PROVENANCE_FILE) {
      const old = JSON.parse(await readFile(path, 'utf8')) as JsonObject;
      await replaceFile(path, `${JSON.stringify({...old, params, fingerprint}, null, 2)}\n`);
    } else if (name === STATE_FILE) {
      await restateMetadata(path, {...state, 'sidestep.fingerprint': fingerprint});
    } else if (name.endsWith('.safetensors')) {
      await restateMetadata(path, {'sidestep.fingerprint': fingerprint});
    }
  }
}

async function replaceFile(path: string, bytes: string): Promise<void> {
  const aside = temporaryName(path);
  await writeFile(aside, bytes);
  await rename(aside, path);
}
