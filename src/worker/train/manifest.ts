import {statSync} from 'node:fs';
import {extname, isAbsolute, join, posix, relative, sep} from 'node:path';
import {namesIn} from '../../base/folder.js';
import {fsPath, shownPath} from '../../base/path-bytes.js';
import {type Problem, SidestepError} from '../../base/problem.js';
import {sameLetters} from '../../base/same-letters.js';
import {type JsonNode, lineAndColumn} from '../../format/json.js';
import {isListed} from '../../format/user-file.js';
import {parseUserJson} from '../../format/user-json.js';
import {readUserText} from '../../format/user-text.js';

/**
 * The sample files of a folder, relative to it with `/`, in order of name: those that upstream's `manifest.json` lists, else
 * every `.pt` and `.safetensors` file in it. Paths in a manifest were right where it was written; here the end of each is
 * looked for below the folder. Throws `train/manifest-invalid` and what reading a user's JSON throws, with the line.
 */
export async function sampleFiles(folder: string): Promise<SampleFile[]> {
  const path = join(folder, 'manifest.json');
  const listed = isListed(path) ? await readManifest(folder, path) : undefined;
  const names = listed ?? namesIn(folder).filter(isSampleFile);
  const repeats = new Map<string, number>();
  for (const name of names) repeats.set(name, (repeats.get(name) ?? 0) + 1);
  return [...repeats]
    .map(([name, times]) => ({name, repeats: times}))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface SampleFile {
  /** Relative to the folder. */
  readonly name: string;
  /** How often the manifest lists it: so often an epoch shows it, in Side-Step too. */
  readonly repeats: number;
}

function isSampleFile(name: string): boolean {
  return ['.pt', '.safetensors'].includes(extname(name).toLowerCase());
}

/** `undefined` for an object without `samples`, which lists nothing. */
async function readManifest(folder: string, path: string): Promise<string[] | undefined> {
  const text = await readUserText(path);
  const root = parseUserJson(text, path);
  const list = root.kind === 'object' ? root.entries.get('samples') : root;
  if (list === undefined) return undefined;
  const place = (node: JsonNode) => ({file: path, ...lineAndColumn(text, node.offset)});
  if (list.kind !== 'array') throw invalid([{node: list, why: '`samples` is no list'}], place);
  const names: string[] = [];
  const wrong: Wrong[] = [];
  for (const node of list.items) {
    const written = writtenPath(node);
    const found = written === undefined ? undefined : findBelow(folder, written);
    if (found !== undefined) names.push(found);
    else if (written === undefined) wrong.push({node, why: `expected a path but found ${node.kind}`});
    else wrong.push({node, why: `${shownPath(written)} is not in ${shownPath(folder)}`});
  }
  if (wrong.length > 0) throw invalid(wrong, place);
  return names;
}

/** A path, or an object that has one under a name that people give it. */
function writtenPath(node: JsonNode): string | undefined {
  if (node.kind === 'string') return node.value === '' ? undefined : node.value;
  if (node.kind !== 'object') return undefined;
  const named = ['path', 'file', 'filename', 'tensor_path'].map((key) => node.entries.get(key));
  const given = named.find((field) => field?.kind === 'string' && field.value !== '');
  return given?.kind === 'string' ? given.value : undefined;
}

/** The longest end of a path that is a file below the folder. */
function findBelow(folder: string, written: string): string | undefined {
  if (isAbsolute(written)) {
    const below = relative(folder, written).split(sep).join('/');
    const found = below.startsWith('..') || isAbsolute(below) ? undefined : fileIn(folder, below);
    if (found !== undefined) return found;
  }
  const parts = posix
    .normalize(written.replaceAll('\\', '/'))
    .split('/')
    .filter((part) => !['', '.', '..'].includes(part) && !/^[A-Za-z]:$/.test(part));
  const ends = parts.map((_, i) => parts.slice(i).join('/'));
  return ends.map((end) => fileIn(folder, end)).find((found) => found !== undefined);
}

/** As its names really are, whichever Unicode form a manifest has them in. */
function fileIn(folder: string, below: string): string | undefined {
  const found = sameLetters(join(folder, below));
  if (found === undefined || !statSync(fsPath(found)).isFile()) return undefined;
  return relative(folder, found).split(sep).join('/');
}

interface Wrong {
  readonly node: JsonNode;
  readonly why: string;
}

function invalid(
  wrong: readonly Wrong[],
  place: (node: JsonNode) => NonNullable<Problem['position']>,
): SidestepError {
  const lines = wrong.slice(0, 10).map(({node, why}) => `  line ${place(node).line}: ${why}`);
  const more = wrong.length > lines.length ? [`  and ${wrong.length - lines.length} more`] : [];
  const position = place(wrong[0]!.node);
  return new SidestepError({
    code: 'train/manifest-invalid',
    message: [`${shownPath(position.file)} does not list the samples of its folder:`, ...lines, ...more].join(
      '\n',
    ),
    position,
    hint: 'Correct the paths, or remove manifest.json: every .pt and .safetensors file of the folder is then a sample.',
  });
}
