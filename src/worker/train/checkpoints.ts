import {cp, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {PROVENANCE_FILE, type Provenance} from '../../adapter/provenance.js';
import {syncFolder} from '../../base/durable.js';
import {makeFolder} from '../../base/make-folder.js';
import type {Trainer} from '../../native/trainer.js';

/** Folders that outlive an interrupted attempt: checkpoints by name, the best state, the metrics. */
export class KeptFolders {
  readonly #root: string;

  constructor(partialDir: string) {
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

  get best(): string {
    return join(this.#root, 'best');
  }

  /** Fills a folder aside and renames it into place, so that what has the name is whole. */
  async replace(path: string, write: (folder: string) => Promise<void>): Promise<void> {
    const aside = `${path}.new`;
    await rm(aside, {recursive: true, force: true});
    await makeFolder(aside);
    await write(aside);
    await rm(path, {recursive: true, force: true});
    await rename(aside, path);
    await syncFolder(join(path, '..'));
  }

  async drop(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.checkpoint(name), {recursive: true, force: true});
  }

  /** Copies what belongs to the result; the originals stay, so that a longer run can continue from them. */
  async copyInto(
    target: string,
    checkpoints: readonly string[],
    best: 'with_best' | 'no_best',
  ): Promise<void> {
    for (const name of checkpoints)
      await cp(this.checkpoint(name), join(target, 'checkpoints', name), {recursive: true});
    if (best === 'with_best') await cp(this.best, join(target, 'best'), {recursive: true});
    await cp(this.metrics, join(target, 'metrics.jsonl'));
  }
}

export interface AdapterFolder {
  readonly trainer: Trainer;
  readonly metadata: Readonly<Record<string, string>>;
  readonly provenance: Provenance;
  /** Whether a moving average is kept: the raw weights then lie beside it in `raw/`. */
  readonly average: 'ema' | 'none';
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
  {trainer, metadata, provenance, average}: AdapterFolder,
): Promise<void> {
  const raw = join(folder, 'raw');
  if (average === 'ema') await trainer.saveAdapter(raw, 'raw', metadata);
  const text = `${JSON.stringify(provenance, null, 2)}\n`;
  for (const place of average === 'ema' ? [folder, raw] : [folder])
    await writeFile(join(place, PROVENANCE_FILE), text);
}
