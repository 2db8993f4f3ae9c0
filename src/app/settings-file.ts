import {join} from 'node:path';
import {Document, isCollection, isMap, isScalar, parse, parseDocument} from 'yaml';
import {type Failure, failure, ok, type Result} from '../base/result.js';
import {writeUserFile} from '../base/write-user-file.js';
import {sourceText} from '../config/text/source-text.js';
import {parseYaml} from '../config/text/yaml.js';
import {parseSettings} from '../config/user/parse-settings.js';

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
  const broken = parseYaml(sourceText(file, text)).problems; // not YAML at all: nothing can be changed in it
  if (broken.length > 0) return failure(...broken);
  const document = text.trim() === '' ? new Document({sidestep: 1}) : parseDocument(text);
  if (!isMap(document.contents)) return notAMap(file);
  const words = settingWords(path);
  const blocked = openWay(file, document, words);
  if (blocked !== undefined) return blocked;
  if (value !== undefined) {
    const wrong = parseYaml(sourceText(path, value)).problems;
    if (wrong.length > 0) return failure(...wrong);
    document.setIn(words, document.createNode(meantValue(value)));
  } else if (document.hasIn(words)) prune(document, words);
  else return unknownKey(file, document, words) ?? ok(text);
  const edited = document.toString({lineWidth: 110});
  const checked = parseSettings(file, edited);
  return checked.ok ? ok(edited) : checked;
}

/** YAML, unless that would drop part of it: a folder may be called `songs #2`. */
function meantValue(value: string): unknown {
  const text = value.trim();
  const isPlain = !/^["'[{&*!|>]/.test(text);
  return isPlain && /^#|\s#/.test(text) ? text : parse(value);
}

/** Makes room on the way to a key: an empty value becomes a map. Anything else in its way is said. */
function openWay(file: string, document: Document, words: readonly string[]): Failure | undefined {
  for (let depth = 1; depth < words.length; depth += 1) {
    const above = words.slice(0, depth);
    const node = document.getIn(above, true);
    if (node === undefined || isMap(node)) continue;
    if (!isScalar(node) || node.value !== null) return notAMap(file, above.join('.'));
    document.deleteIn(above);
  }
  return undefined;
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

function notAMap(file: string, key?: string): Failure {
  return failure({
    code: 'settings/not-a-map',
    message:
      key === undefined ? `${file} is not a map of settings` : `${key} in ${file} is not a map of settings`,
    hint: key === undefined ? 'sidestep settings reset' : `sidestep settings reset ${key}`,
  });
}

export async function writeSettings(file: string, text: string): Promise<void> {
  await writeUserFile(file, text);
}
