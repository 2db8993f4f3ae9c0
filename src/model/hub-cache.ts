import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {readUserText} from '../format/user-text.js';

/** A repository in Hugging Face's download cache: `models--ORG--NAME/{blobs,refs,snapshots/REVISION}`. */
export interface HubFolder {
  /** The revision that `main` is, else the newest name among those there; undefined when none was downloaded. */
  readonly revision: string | undefined;
}

/** Undefined when the folder is none of that cache's. */
export async function hubFolder(dir: string): Promise<HubFolder | undefined> {
  if (!basename(dir).startsWith('models--')) return undefined;
  const revisions = await readdir(join(dir, 'snapshots')).catch(() => undefined);
  if (revisions === undefined) return undefined;
  const main = await readUserText(join(dir, 'refs/main')).then(
    (text) => text.trim(),
    () => '',
  );
  return {revision: revisions.includes(main) ? main : revisions.sort().at(-1)};
}

/**
 * A folder's name as people know it: `models--ACE-Step--acestep-v15-base/snapshots/0123` is `acestep-v15-base`, and what is in a
 * snapshot of many models has its own name.
 */
export function withoutHub(name: string): string {
  const match = /(?:^|\/)models--(?:.*--)?([^/]+)\/snapshots\/[^/]+(?:\/(.+))?$/.exec(name);
  if (match) return match[2] ?? match[1]!;
  return name.replace(/^snapshots\/[^/]+\//, '');
}
