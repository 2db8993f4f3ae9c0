import {readFile} from 'node:fs/promises';
import {basename, extname, join} from 'node:path';
import {isFileError} from '../../base/durable.js';
import {SidestepError} from '../../base/problem.js';
import {type JsonNode, type JsonObject, lineAndColumn, parseJson, toPlain} from '../../format/json.js';
import {COLLECTION_FILE, leavesFolder, type SampleCollection} from '../../stage/sample-parts.js';

/** Files that hold a sample each. */
export const SAMPLE_FILES: readonly string[] = ['.pt', '.safetensors'];

/**
 * The files that upstream's `manifest.json` lists, as strings or as objects with `path` or `file`; paths are those of the
 * machine that made it, so only their names count. Undefined without such a list. Throws `train/list-invalid`.
 */
export async function readManifest(folder: string): Promise<string[] | undefined> {
  const list = await readList(join(folder, 'manifest.json'));
  const samples = list === undefined ? undefined : member(list.root, 'samples');
  if (list === undefined || samples?.kind !== 'array') return undefined;
  return samples.items.map((entry) => {
    const path = entry.kind === 'object' ? (member(entry, 'path') ?? member(entry, 'file')) : entry;
    const name = path?.kind === 'string' ? basename(path.value.replaceAll('\\', '/')) : '';
    if (SAMPLE_FILES.includes(extname(name)) && !name.includes('\0')) return name;
    throw invalid(list, path ?? entry, 'the name of a .pt or .safetensors file');
  });
}

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
  readonly root: JsonObject;
}

/** A JSON object in a file that may be absent. */
async function readList(file: string): Promise<List | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isFileError(error, 'ENOENT')) return undefined;
    throw error;
  }
  const root = parseJson(text, {file, duplicateKeys: 'last_wins'});
  if (root.kind !== 'object') throw invalid({file, text}, root, 'an object');
  return {file, text, root};
}

function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.entries.get(key) : undefined;
}

function invalid({file, text}: Pick<List, 'file' | 'text'>, node: JsonNode, expected: string): SidestepError {
  return new SidestepError({
    code: 'train/list-invalid',
    message: `${file}: expected ${expected} here`,
    position: {file, ...lineAndColumn(text, node.offset)},
    hint: 'Preprocess the songs again, or remove this list: then every sample file in the folder is taken.',
  });
}
