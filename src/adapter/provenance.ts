import {join} from 'node:path';
import type {JsonObject} from '../base/json.js';
import {isListed} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';

/** What training leaves beside an adapter, in `sidestep.json`: enough to use it well and to make it again. */
export interface Provenance {
  /** Name of the base model's folder, e.g. `acestep-v15-turbo`. */
  readonly base_model: string;
  /** `turbo`, `base` or `sft`. */
  readonly base: string;
  /** What inference should use; training never applies the shift. */
  readonly inference: {readonly shift: number; readonly steps: number};
  readonly global_step: number;
  readonly epoch: number;
  /** Mean loss of the last epoch; null when none was finite. */
  readonly loss: number | null;
  readonly samples: number;
  readonly trigger: string;
  /** The train stage's parameters, references resolved to fingerprints. */
  readonly params: JsonObject;
  readonly fingerprint: string;
}

export const PROVENANCE_FILE = 'sidestep.json';

/** Reads `sidestep.json` in an adapter's folder; undefined for adapters of other programs. Throws what reading a user's JSON throws. */
export async function readProvenance(folder: string): Promise<Provenance | undefined> {
  const path = join(folder, PROVENANCE_FILE);
  if (!isListed(path)) return undefined;
  return (await readUserObject(path)) as unknown as Provenance;
}
