import {extname, join} from 'node:path';
import {namesIfListable} from '../base/folder.js';
import {isJsonObject, type Json} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import {readUserJson} from '../format/user-json.js';
import {countText} from '../render/quantity.js';
import {PREPROCESS_META, SAMPLE_FILES} from '../stage/preprocessed-for.js';
import {COLLECTION_FILE, isSampleCollection} from '../stage/sample-parts.js';

/** A folder of encoded samples, looked at quickly: names, and what is written beside them. */
export interface FoundTensors {
  readonly count: number;
  /** What Side-Step says that they were encoded for. */
  readonly encoded_for: string | undefined;
}

/** `place`: absolute. The stages read and check the samples themselves. Problem: `init/no-tensors`. */
export async function lookAtTensors(place: string): Promise<Result<FoundTensors>> {
  const names = namesIfListable(place);
  const collection = await jsonBeside(place, COLLECTION_FILE);
  const count = isSampleCollection(collection)
    ? collection.samples.length
    : names.filter((name) => (SAMPLE_FILES as readonly string[]).includes(extname(name).toLowerCase()))
        .length;
  if (count === 0)
    return failure({
      code: 'init/no-tensors',
      message: `${place} holds no preprocessed samples`,
      hint: `Expected a folder with ${SAMPLE_FILES.join(' or ')} files, or with the ${COLLECTION_FILE} of preprocess.pass2.`,
    });
  const meta = await jsonBeside(place, PREPROCESS_META);
  const variant = isJsonObject(meta) ? meta.model_variant : undefined;
  return ok({count, encoded_for: typeof variant === 'string' && variant !== '' ? variant : undefined});
}

/** Undefined where there is none, or nothing that can be read: the stages say what is wrong with it. */
async function jsonBeside(place: string, name: string): Promise<Json | undefined> {
  try {
    return await readUserJson(join(place, name));
  } catch (error) {
    if (error instanceof SidestepError) return undefined;
    throw error;
  }
}

/** Pure: `12 samples, encoded for turbo`. */
export function tensorsText({count, encoded_for}: FoundTensors): string {
  return `${countText(count, 'sample')}${encoded_for === undefined ? '' : `, encoded for ${encoded_for}`}`;
}
