import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {drawPromptSource, upstreamGenreIndices} from '../../src/dataset/genre-choice.js';
import {pythonRandom, pythonShuffle} from '../../src/dataset/mersenne-twister.js';
import {upstreamPrompt} from '../../src/dataset/prompt.js';
import {pythonFloat, pythonText} from '../../src/dataset/python-text.js';
import {type JsonNode, type JsonObjectNode, parseJson, toPlain} from '../../src/format/json.js';

const file = fileURLToPath(new URL('../golden/prompt_cases.json', import.meta.url));
const golden = asObject(parseJson(readFileSync(file, 'utf8'), {file, duplicateKeys: 'refuse'}));

function asObject(node: JsonNode | undefined): JsonObjectNode {
  if (node?.kind !== 'object') throw new Error('expected an object');
  return node;
}

function casesOf(name: string): JsonObjectNode[] {
  const list = golden.entries.get(name);
  if (list?.kind !== 'array') throw new Error(`expected a list under ${name}`);
  return list.items.map(asObject);
}

describe("the prompt text is upstream's, character by character", () => {
  const cases = casesOf('build_simple_prompt').map((entry, index) => {
    const args = toPlain(asObject(entry.entries.get('args'))) as {use_genre?: boolean; tag_position?: string};
    return {
      index,
      meta: asObject(entry.entries.get('meta')),
      args,
      prompt: toPlain(entry.entries.get('prompt')!),
    };
  });
  test('there are cases', () => expect(cases.length).toBeGreaterThan(30));
  test.each(cases)('case $index', ({meta, args, prompt}) => {
    const drawn = args.use_genre ? 'genre' : 'caption';
    expect(upstreamPrompt(meta, {drawn, tag_position: args.tag_position ?? 'prepend'}).text).toBe(prompt);
  });
});

describe("upstream's genre choice", () => {
  const cases = casesOf('select_genre_indices').map(
    (entry) => toPlain(entry) as {num_samples: number; genre_ratio: number; indices: number[]},
  );
  test.each(cases)('$genre_ratio percent of $num_samples', ({num_samples, genre_ratio, indices}) => {
    const chosen = upstreamGenreIndices({count: num_samples, genre_ratio, seed: 42});
    expect([...chosen].sort((a, b) => a - b)).toEqual(indices);
  });
});

// Recorded from CPython 3.11: random.Random(seed).shuffle(list(range(10)))
test.each([
  {seed: 0, order: [7, 8, 1, 5, 3, 4, 2, 0, 9, 6]},
  {seed: 42, order: [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]},
  {seed: 2 ** 40 + 5, order: [1, 2, 3, 6, 7, 0, 5, 4, 9, 8]},
])('shuffling with seed $seed', ({seed, order}) => {
  const shuffled = pythonShuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], pythonRandom(seed));
  expect(shuffled).toEqual(order);
});

// Recorded from CPython 3.11: repr(x)
test.each([
  [120, '120.0'],
  [0.1, '0.1'],
  [97.5, '97.5'],
  [1e16, '1e+16'],
  [1e15, '1000000000000000.0'],
  [123456789012345680, '1.2345678901234568e+17'],
  [0.0001, '0.0001'],
  [0.00012345, '0.00012345'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [-0, '-0.0'],
  [-2.5e-3, '-0.0025'],
  [5e-324, '5e-324'],
])('the float %d prints as %s', (value, text) => expect(pythonFloat(value)).toBe(text));

// Recorded from CPython 3.11: str(json.loads(text))
test.each([
  ['["rock", "lo-fi"]', "['rock', 'lo-fi']"],
  ['["it\'s", "q\\"\'", null, 1.0, []]', `["it's", 'q"\\'', None, 1.0, []]`],
  ['{"a": true, "b": [120, {}]}', "{'a': True, 'b': [120, {}]}"],
  ['["\\n\\t\\\\ é\\u200b\\u00a0\\u0000\\udb40\\udc01🎵"]', "['\\n\\t\\\\ é\\u200b\\xa0\\x00\\U000e0001🎵']"],
])('the JSON %s prints as %s', (text, expected) => {
  expect(pythonText(parseJson(text, {file: 'x.json', duplicateKeys: 'refuse'}))).toBe(expected);
});

test.each([
  {meta: '{"caption": null, "custom_tag": "t"}', tag_position: 'prepend', subject: 't'},
  {meta: '{"caption": null, "custom_tag": "t"}', tag_position: 'middle', subject: 'None'},
  {
    meta: '{"genre": null, "custom_tag": "t", "prompt_override": "genre"}',
    tag_position: 'append',
    subject: 't',
  },
  {meta: '{"genre": null, "prompt_override": "genre"}', tag_position: 'append', subject: 'None'},
])(
  'a null is nothing beside a tag and None without one: $meta, $tag_position',
  ({meta, tag_position, subject}) => {
    const entry = asObject(parseJson(meta, {file: 'x.json', duplicateKeys: 'refuse'}));
    expect(upstreamPrompt(entry, {drawn: 'caption', tag_position}).text.split('\n')[4]).toBe(subject);
  },
);

describe('the default genre choice belongs to the song', () => {
  const songs = Array.from({length: 4000}, (_, i) => `hash ${i}`);
  const share = (genre_ratio: number) =>
    songs.filter((audio_hash) => drawPromptSource({audio_hash, seed: 42, genre_ratio}) === 'genre').length /
    4000;
  test.each([0, 25, 50, 100])('%d percent of many songs', (ratio) => {
    expect(Math.abs(share(ratio) * 100 - ratio)).toBeLessThan(ratio % 100 === 0 ? 1e-9 : 3); // 4 sigma of 4000 draws
  });
  test('a larger ratio only adds songs', () => {
    const at = (genre_ratio: number) =>
      songs.filter((audio_hash) => drawPromptSource({audio_hash, seed: 1, genre_ratio}) === 'genre');
    expect(at(60)).toEqual(expect.arrayContaining(at(40)));
  });
});
