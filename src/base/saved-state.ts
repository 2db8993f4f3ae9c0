import {basename, join} from 'node:path';
import {asWritten, isJsonObject, type Json, type JsonObject} from './json.js';
import type {OtherVersion} from './saved-by.js';
import type {Seal} from './seal.js';
import {jsonIn, textIfReadable, unsealed} from './state-file.js';

/** In a folder of partial work: appears when a resumable state is whole. Workers write it, runners look for it. */
export const SAVED_STATE_FILE = 'newest.json';

/** Raised when the file changes its form: what another version saved is not continued. */
export const SAVED_STATE_FORMAT = 1;

/** The newest whole state of a folder of partial work, and all that it counts on. */
export interface SavedStateNote {
  readonly format: typeof SAVED_STATE_FORMAT;
  /** Name of the folder of partial work that it was written in: a copy of it, made for other work, is told by that. */
  readonly by: string;
  /** The folder in it that holds the state. */
  readonly folder: string;
  /** As the stage described it, e.g. `{global_step: 1200, epoch: 12}`. */
  readonly about: JsonObject;
  readonly seal: Seal;
}

/** `none`: nothing was saved. `unreadable`: something was, and what it was can no longer be said. */
export function readSavedState(partialDir: string): SavedStateNote | 'none' | 'unreadable' | OtherVersion {
  const path = join(partialDir, SAVED_STATE_FILE);
  const text = textIfReadable(path);
  if (text === undefined) return 'none';
  const note = unsealed(text) as Json | undefined;
  if (note === undefined) return isOlderNote(jsonIn(text)) ? 'older_version' : 'unreadable';
  if (!isJsonObject(note) || typeof note.format !== 'number') return 'unreadable';
  if (note.format === SAVED_STATE_FORMAT) return asWritten<SavedStateNote>(note); // sealed: somebody wrote just this
  return note.format < SAVED_STATE_FORMAT ? 'older_version' : 'newer_version';
}

/** Before notes were sealed they named the folder and what is in it, and that was all. */
function isOlderNote(note: Json | undefined): boolean {
  return isJsonObject(note) && typeof note.folder === 'string' && isJsonObject(note.about);
}

/** Whether the note was written for the work whose folder it is in, not for that which this one was copied from. */
export function isOwn({by}: SavedStateNote, partialDir: string): boolean {
  return workOf(by) === workOf(basename(partialDir));
}

/** Folders of partial work are called `GROUP.FINGERPRINT.ATTEMPT`: which work one is of, whatever attempt made it. */
export function workOf(name: string): string {
  return name.split('.').slice(0, 2).join('.');
}
