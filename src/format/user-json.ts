import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {type JsonNode, parseJson, toPlain} from './json.js';
import {readUserText} from './user-text.js';

/**
 * The one way JSON files of users and of other programs are read: as Python reads them. A byte order mark and Windows line
 * ends are nothing, of a key that occurs twice the last counts, and `NaN` and the infinities, which Python writes and JSON
 * does not know, are `null`. Everything else is a problem with the file's name and line.
 */
export function parseUserJson(text: string, file: string): JsonNode {
  if (text.trim() === '')
    throw new SidestepError({
      code: 'json/invalid',
      message: `${shownPath(file)} is empty, expected JSON`,
      position: {file, line: 1, column: 1},
      hint: 'Write the file again; an empty one may be left from a full disk.',
    });
  return parseJson(text, {file, duplicateKeys: 'last_wins', nonfinite_is_null: true});
}

/** A user's JSON file. Throws `file/*`, `text/wrong-encoding` and `json/invalid`, each naming the file. */
export async function readUserJson(path: string): Promise<Json> {
  return toPlain(parseUserJson(await readUserText(path), path)) as Json;
}

/** A user's JSON file that has to hold an object. Throws as `readUserJson`, and `json/not-an-object`. */
export async function readUserObject(path: string): Promise<JsonObject> {
  return parseUserObject(await readUserText(path), path);
}

/** The same of a text that came with a file. */
export function parseUserObject(text: string, path: string): JsonObject {
  const value = toPlain(parseUserJson(text, path)) as Json;
  if (isJsonObject(value)) return value;
  throw new SidestepError({
    code: 'json/not-an-object',
    message: `${shownPath(path)} holds ${Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`}, expected an object`,
    position: {file: path, line: 1, column: 1},
    hint: 'Is it the file that was meant?',
  });
}
