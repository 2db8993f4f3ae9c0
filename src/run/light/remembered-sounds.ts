import {join} from 'node:path';
import {asWritten, isJsonObject, type Json} from '../../base/json.js';
import {readState, writeState} from '../../base/state-file.js';
import type {SoundReport} from '../../dataset/audio/sound-report.js';

/** Raised when listening means something else, so that old reports are not believed. */
const reportVersion = 2;

/** What was heard in files, by content hash: adding one song to a thousand listens to one. */
export interface RememberedSounds {
  readonly get: (hash: string) => SoundReport | undefined;
  readonly set: (hash: string, report: SoundReport) => void;
  /** Writes what is new to disk. */
  readonly save: () => Promise<void>;
}

/** Opens the memory in a folder; a missing or unreadable file is an empty memory. */
export async function openRememberedSounds(folder: string): Promise<RememberedSounds> {
  const path = join(folder, `sounds-${reportVersion}.json`);
  const reports = new Map(Object.entries(readReports(path)));
  let fresh = 0;
  return {
    get: (hash) => reports.get(hash),
    set: (hash, report) => {
      reports.set(hash, report);
      fresh += 1;
    },
    save: async () => {
      if (fresh > 0) await writeState(path, {...readReports(path), ...Object.fromEntries(reports)});
      fresh = 0;
    },
  };
}

function readReports(path: string): Record<string, SoundReport> {
  const reports = readState(path) as Json | undefined; // sealed: it is what was heard, or nothing
  return isJsonObject(reports) ? asWritten<Record<string, SoundReport>>(reports) : {};
}
