import {type ContentHash, contentHash} from '../base/hash.js';
import {asJson, canonicalJson} from '../base/json.js';
import type {TreeFile} from './entry.js';

/** A tree is named by the list of its files. */
export function listingHash(files: readonly TreeFile[]): ContentHash {
  return contentHash(canonicalJson(asJson(files)));
}
