import {cp} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {PROVENANCE_FILE, type Provenance} from '../../adapter/provenance.js';
import {isFileError, syncFolder, syncTree} from '../../base/durable.js';
import {namesIn} from '../../base/folder.js';
import {removeLeftover} from '../../base/leftover.js';
import {makeFolder} from '../../base/make-folder.js';
import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {removeTree} from '../../base/remove.js';
import {rename} from '../../base/rename.js';
import {
  type Damage,
  damageIn,
  type Seal,
  type SealedFile,
  type SealedFolder,
  sealFolder,
} from '../../base/seal.js';
import {writeFile} from '../../base/write-file.js';
import type {Trainer} from '../../native/trainer.js';
import type {ProgressState} from './progress-state.js';

/**
 * Folders that outlive an interrupted attempt: checkpoints by name, the best state, the metrics. What is in a checkpoint is
 * hashed when it is written, and compared when it becomes part of the result: hours may be between.
 */
export class KeptFolders {
  readonly #partialDir: string;
  readonly #root: string;
  readonly #seals = new Map<string, SealedFolder>();

  constructor(partialDir: string) {
    this.#partialDir = partialDir;
    this.#root = join(partialDir, 'kept');
  }

  get metrics(): string {
    return join(this.#root, 'metrics.jsonl');
  }

  get checkpoints(): string {
    return join(this.#root, 'checkpoints');
  }

  checkpoint(name: string): string {
    return join(this.checkpoints, name);
  }

  /** For what is needed for a moment only. */
  get scratch(): string {
    return join(this.#root, 'scratch');
  }

  async dropScratch(): Promise<void> {
    await removeLeftover(this.scratch);
  }

  /** A better one gets a folder of its own: a saved state may still count on the one before. */
  best(epoch: number): string {
    return join(this.bests, `epoch_${epoch}`);
  }

  get bests(): string {
    return join(this.#root, 'best');
  }

  /** Fills a folder aside and renames it into place, so that what has the name is whole. */
  async replace(path: string, write: (folder: string) => Promise<void>): Promise<void> {
    const aside = `${path}.new`;
    await removeTree(aside);
    await makeFolder(aside);
    await write(aside);
    await syncTree(aside);
    const {files} = await sealFolder(dirname(aside), basename(aside));
    await removeTree(path);
    await rename(aside, path);
    await syncFolder(dirname(path));
    this.#seals.set(path, {path: this.#named(path), files});
  }

  async drop(names: readonly string[]): Promise<void> {
    for (const name of names) await removeLeftover(this.checkpoint(name));
  }

  /** Once no saved state counts on them. */
  async dropOtherBests(best: ProgressState['best']): Promise<void> {
    for (const name of namesIn(this.bests))
      if (best === null || join(this.bests, name) !== this.best(best.epoch))
        await removeLeftover(join(this.bests, name));
  }

  /** What an earlier attempt wrote is what its seal says. */
  takeUp({folders}: Seal): void {
    for (const folder of folders) this.#seals.set(join(this.#partialDir, folder.path), folder);
  }

  /** After a folder was changed with good reason. */
  async sealAgain(path: string): Promise<void> {
    await syncTree(path);
    this.#seals.set(path, await sealFolder(this.#partialDir, this.#named(path)));
  }

  /** What a state at this point counts on, apart from itself. */
  seal({checkpoints, best}: ProgressState, metrics: Pick<SealedFile, 'size' | 'hash'>): Seal {
    const folders = [
      ...checkpoints.map((name) => this.checkpoint(name)),
      ...(best === null ? [] : [this.best(best.epoch)]),
    ];
    return {
      folders: folders.map((path) => this.#seals.get(path)!),
      beginnings: [{path: this.#named(this.metrics), ...metrics}],
    };
  }

  /**
   * Copies what belongs to the result; the originals stay, so that a longer run can continue from them. Throws
   * `train/kept-damaged` when a copy is not what was written.
   */
  async copyInto(target: string, seal: Seal): Promise<void> {
    const below = (path: string) =>
      path.startsWith(this.#named(this.bests)) ? 'best' : path.slice('kept/'.length);
    for (const {path} of [...seal.folders, ...seal.beginnings])
      await cp(join(this.#partialDir, path), join(target, below(path)), {recursive: true}).catch(
        ignoreMissing,
      );
    const copied = {
      folders: seal.folders.map((folder) => ({...folder, path: below(folder.path)})),
      beginnings: seal.beginnings.map((file) => ({...file, path: below(file.path)})),
    };
    const damage = await damageIn(target, copied);
    if (damage !== undefined) throw keptDamaged(damage);
  }

  #named(path: string): string {
    return path.slice(this.#partialDir.length + 1);
  }
}

/** What is missing is found missing in the copy. */
function ignoreMissing(error: unknown): void {
  if (!isFileError(error, 'ENOENT', 'ENOTDIR')) throw error;
}

export function keptDamaged({path, what}: Damage): SidestepError {
  const words = {missing: 'is gone', changed: 'is not what was written', added: 'was not written by it'};
  return new SidestepError({
    code: 'train/kept-damaged',
    message: `Of what this training kept on its way, ${shownPath(path)} ${words[what]}`,
    hint: 'Nothing was made from it. Run again: the training is done again, to the same result. If it happens again, check the disk.',
  });
}

export interface AdapterFolder {
  readonly trainer: Trainer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  /** Whether a moving average is kept: the raw weights then are beside it in `raw/`. */
  readonly averaged: boolean;
}

/** A checkpoint: ready for inference, and to resume from. */
export async function writeCheckpoint(folder: string, adapter: AdapterFolder): Promise<void> {
  await adapter.trainer.save(folder, adapter.metadata);
  await writeBeside(folder, adapter);
}

/** The adapter without training state. */
export async function writeAdapter(folder: string, adapter: AdapterFolder): Promise<void> {
  await adapter.trainer.saveAdapter(folder, 'best', adapter.metadata);
  await writeBeside(folder, adapter);
}

async function writeBeside(
  folder: string,
  {trainer, metadata, provenance, averaged}: AdapterFolder,
): Promise<void> {
  const raw = join(folder, 'raw');
  if (averaged) await trainer.saveAdapter(raw, 'raw', metadata);
  const text = `${JSON.stringify(provenance, null, 2)}\n`;
  for (const place of averaged ? [folder, raw] : [folder])
    await writeFile(join(place, PROVENANCE_FILE), text);
}
