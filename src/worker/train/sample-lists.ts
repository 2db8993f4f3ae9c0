import {join} from 'node:path';
import {shownPath} from '../../base/path-bytes.js';
import {SidestepError} from '../../base/problem.js';
import {type JsonNode, type JsonObjectNode, lineAndColumn, toPlain} from '../../format/json.js';
import {isListed} from '../../format/user-file.js';
import {parseUserJson} from '../../format/user-json.js';
import {readUserText} from '../../format/user-text.js';
import {COLLECTION_FILE, leavesFolder, type SampleCollection} from '../../stage/sample-parts.js';

/** The list that `preprocess.pass2` publishes beside its files; undefined without one. Throws `train/list-invalid`. */
export async function readCollection(folder: string): Promise<SampleCollection | undefined> {
  const list = await readList(join(folder, COLLECTION_FILE));
  if (list === undefined) return undefined;
  const kind = member(list.root, 'kind');
  if (kind?.kind !== 'string' || kind.value !== 'sample_collection') return undefined;
  const samples = member(list.root, 'samples');
  if (samples?.kind !== 'array') throw invalid(list, samples ?? list.root, 'a list of `samples`');
  for (const entry of samples.items) checkSample(list, entry);
  return toPlain(list.root) as SampleCollection;
}

/** What training reads of an entry: a name, facts and parts by name. */
function checkSample(list: List, entry: JsonNode): void {
  const name = member(entry, 'sample');
  if (name?.kind !== 'string' || leavesFolder(name.value))
    throw invalid(list, name ?? entry, 'a `sample` with its name in this folder');
  for (const key of ['about', 'parts'])
    if (member(entry, key)?.kind !== 'object') throw invalid(list, member(entry, key) ?? entry, `\`${key}\``);
  const repeats = member(member(entry, 'about'), 'repeats');
  if (repeats !== undefined && !(repeats.kind === 'number' && repeats.value >= 1))
    throw invalid(list, repeats, '`repeats` of at least 1');
}

interface List {
  readonly file: string;
  readonly text: string;
  readonly root: JsonObjectNode;
}

/** A JSON object in a file that may be absent. */
async function readList(file: string): Promise<List | undefined> {
  if (!isListed(file)) return undefined;
  const text = await readUserText(file);
  const root = parseUserJson(text, file);
  if (root.kind !== 'object') throw invalid({file, text}, root, 'an object');
  return {file, text, root};
}

function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.entries.get(key) : undefined;
}

function invalid({file, text}: Pick<List, 'file' | 'text'>, node: JsonNode, expected: string): SidestepError {
  return new SidestepError({
    code: 'train/list-invalid',
    message: `${shownPath(file)}: expected ${expected} here`,
    position: {file, ...lineAndColumn(text, node.offset)},
    hint: 'Preprocess the songs again, or remove this list: then every sample file in the folder is taken.',
  });
}
