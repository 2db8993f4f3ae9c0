import {join} from 'node:path';
import {asWritten, isJsonObject, type Json, type JsonObject, own} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {isListed} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';
import type {Recipe} from './recipe.js';

/** What training leaves beside an adapter, in `sidestep.json`: enough to use it well and to make it again. */
export interface Provenance {
  /** Name of the base model's folder, e.g. `acestep-v15-turbo`. */
  readonly base_model: string;
  /** `turbo`, `base` or `sft`. */
  readonly base: string;
  /** Content hash of the base model's transformer, as `scan` has it; absent in adapters of earlier versions. */
  readonly base_hash?: string;
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
  /** What it was made of; absent in adapters of earlier versions. */
  readonly recipe?: Recipe;
}

export const PROVENANCE_FILE = 'sidestep.json';

/**
 * Reads `sidestep.json` in an adapter's folder; undefined for adapters of other programs. Throws `adapter/config-invalid` for a file
 * that training did not leave, and what reading a user's JSON throws.
 */
export async function readProvenance(folder: string): Promise<Provenance | undefined> {
  const path = join(folder, PROVENANCE_FILE);
  if (!isListed(path)) return undefined;
  const read = await readUserObject(path);
  const wrong = Object.entries(kinds).filter(([key, isKind]) => !isKind(own(read, key)));
  if (wrong.length === 0) return asWritten<Provenance>(read);
  throw new SidestepError({
    code: 'adapter/config-invalid',
    message: `${shownPath(path)} is not what training leaves beside an adapter: ${listed(wrong.map(([key]) => key))} ${wrong.length === 1 ? 'is' : 'are'} missing or of another kind`,
    hint: 'Copy the folder again, or remove the file: the adapter is then read as one of another program.',
  });
}

const isText = (value: Json | undefined): boolean => typeof value === 'string';
const isCount = (value: Json | undefined): boolean => typeof value === 'number';

/** What readers rely on. */
const kinds: Readonly<
  Record<Exclude<keyof Provenance, 'base_hash' | 'recipe'>, (value: Json | undefined) => boolean>
> = {
  base_model: isText,
  base: isText,
  inference: (value) => isJsonObject(value) && isCount(value.shift) && isCount(value.steps),
  global_step: isCount,
  epoch: isCount,
  loss: (value) => value === null || isCount(value),
  samples: isCount,
  trigger: isText,
  params: isJsonObject,
  fingerprint: isText,
};
