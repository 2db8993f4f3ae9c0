import {readdir} from 'node:fs/promises';
import {readUserDocument} from '../format/user-text.js';

/** Where the files that make a pipeline are read: on the disk, or in a revision of a repository. Paths are absolute. */
export interface PipelineFiles {
  /** The text of a file. Throws `file/*`. */
  readonly read: (path: string) => Promise<string>;
  /** Names of what is in a folder; none of a folder that is not there. */
  readonly namesIn: (folder: string) => Promise<readonly string[]>;
}

export const filesOnDisk: PipelineFiles = {
  read: readUserDocument,
  namesIn: (folder) => readdir(folder).catch(() => []),
};
