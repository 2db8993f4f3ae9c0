import {readFile} from 'node:fs/promises';
import {upstreamGenreIndices} from '../../src/dataset/genre-choice.js';
import {upstreamPrompt} from '../../src/dataset/prompt.js';
import {type JsonNode, type JsonObjectNode, parseJson, toPlain} from '../../src/format/json.js';
import {exact, type Verdict} from './verdict.js';

/** `prompt_cases.json`: prompt texts and the seeded genre choice, to be met character by character. */
export async function judgePrompts(path: string): Promise<Verdict[]> {
  const golden = asObject(parseJson(await readFile(path, 'utf8'), {file: path, duplicateKeys: 'refuse'}));
  return [
    exact(
      'prompt_cases.json build_simple_prompt',
      listOf(golden, 'build_simple_prompt').flatMap(wrongPrompt),
    ),
    exact(
      'prompt_cases.json select_genre_indices',
      listOf(golden, 'select_genre_indices').flatMap(wrongIndices),
    ),
  ];
}

function wrongPrompt(entry: JsonObjectNode, index: number): string[] {
  if (entry.entries.has('error')) return []; // upstream raised: there is no prompt to compare with
  const args = toPlain(entry.entries.get('args')!) as {use_genre?: boolean; tag_position?: string};
  const meta = asObject(entry.entries.get('meta'));
  const call = {
    drawn: args.use_genre ? 'genre' : 'caption',
    tag_position: args.tag_position ?? 'prepend',
  } as const;
  const expected = toPlain(entry.entries.get('prompt')!);
  return upstreamPrompt(meta, call).text === expected ? [] : [`case ${index}`];
}

function wrongIndices(entry: JsonObjectNode): string[] {
  const plain = toPlain(entry) as Record<string, number> & {indices: number[]};
  const {num_samples, genre_ratio, indices, seed = 42} = plain; // upstream's default
  const chosen = [...upstreamGenreIndices({count: num_samples!, genre_ratio: genre_ratio!, seed})];
  const equal = JSON.stringify(chosen.sort((a, b) => a - b)) === JSON.stringify(indices);
  return equal ? [] : [`${genre_ratio}% of ${num_samples}`];
}

function listOf(object: JsonObjectNode, name: string): JsonObjectNode[] {
  const list = object.entries.get(name);
  if (list?.kind !== 'array') throw new Error(`Expected a list under ${name}`);
  return list.items.map(asObject);
}

function asObject(node: JsonNode | undefined): JsonObjectNode {
  if (node?.kind !== 'object') throw new Error('Expected an object');
  return node;
}
