import {join} from 'node:path';
import {Document, isCollection, isMap, parse, parseDocument} from 'yaml';
import {writeDurably} from '../base/durable.js';
import {type Failure, failure, ok, type Result} from '../base/result.js';
import {parseSettings} from '../config/parse-settings.js';

export function settingsPath(userDir: string): string {
  return join(userDir, 'settings.yaml');
}

/** `defaults.device` → `['defaults', 'device']`; stage types hold dots themselves: `stages.preprocess.pass1.seed`. */
export function settingWords(path: string): string[] {
  const words = path.split('.');
  const compound = words[0] === 'stages' && words[1] === 'preprocess' && words.length > 2;
  return compound ? ['stages', `${words[1]}.${words[2]}`, ...words.slice(3)] : words;
}

/**
 * Pure: the file's text with one value changed, comments kept, or every problem the changed file would have. The value is
 * YAML, so numbers, lists and `true` mean what they mean in the file; undefined takes the key out.
 */
export function editSettings(
  file: string,
  text: string,
  path: string,
  value: string | undefined,
): Result<string> {
  const document = text.trim() === '' ? new Document({sidestep: 1}) : parseDocument(text);
  const broken = document.errors.length > 0 ? parseSettings(file, text) : undefined;
  if (broken?.ok === false) return broken; // not YAML at all: nothing can be changed in it
  if (!isMap(document.contents)) return notAMap(file);
  const words = settingWords(path);
  if (value !== undefined) document.setIn(words, document.createNode(parse(value)));
  else if (document.hasIn(words)) prune(document, words);
  else return unknownKey(file, document, words) ?? ok(text);
  const edited = document.toString({lineWidth: 110});
  const checked = parseSettings(file, edited);
  return checked.ok ? ok(edited) : checked;
}

/** What `set` would say of a key that no settings have; undefined for one that is merely not set. */
function unknownKey(file: string, document: Document, words: readonly string[]): Failure | undefined {
  const probe = document.clone();
  probe.setIn(words, null);
  const judged = parseSettings(file, probe.toString());
  const unknown = judged.ok ? [] : judged.problems.filter(({code}) => code === 'config/unknown-key');
  return unknown.length > 0 ? failure(...unknown) : undefined;
}

/** Takes a key out, and the maps above it that this leaves empty. */
function prune(document: Document, words: readonly string[]): void {
  document.deleteIn(words);
  const above = words.slice(0, -1);
  const parent = above.length > 0 ? document.getIn(above) : undefined;
  if (isCollection(parent) && parent.items.length === 0) prune(document, above);
}

function notAMap(file: string): Failure {
  return failure({
    code: 'settings/not-a-map',
    message: `${file} is not a map of settings`,
    hint: 'sidestep settings reset',
  });
}

export async function writeSettings(file: string, text: string): Promise<void> {
  await writeDurably(file, text);
}
