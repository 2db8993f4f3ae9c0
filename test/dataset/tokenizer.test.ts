import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, test} from 'vitest';
import {SidestepError} from '../../src/base/problem.js';
import {loadTokenizer, makeTokenizer, type Tokenizer} from '../../src/dataset/tokenizer.js';
import {openSafetensors} from '../../src/format/safetensors-read.js';
import {tokenLimits} from '../../src/stage/conditioning.js';
import {qwen3Tokenizer} from './qwen3/tokenizer.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const {cases} = JSON.parse(readFileSync(join(golden, 'qwen3_tokenizer_cases.json'), 'utf8')) as {
  cases: {text: string; ids: number[]}[];
};

interface EndToEndConfig {
  prompt: string;
  lyrics: string;
  text_valid: number;
  lyric_valid: number;
}

function bytesOf(ids: Int32Array): Uint8Array {
  return new Uint8Array(ids.buffer);
}

describe('the real Qwen3 vocabulary', () => {
  let qwen3: Tokenizer;
  beforeAll(async () => {
    qwen3 = await qwen3Tokenizer();
  });
  test.each(cases)('$text', ({text, ids}) => expect(qwen3.tokens(text)).toEqual(ids));

  test.each(cases)('the pieces of the tokens of $text are the text again', ({ids}) => {
    const pieces = qwen3.pieces(ids);
    expect(pieces).toHaveLength(ids.length);
    expect(qwen3.tokens(pieces.join(''))).toEqual(ids);
  });
});

describe('the tiny checkpoint, whose post-processor appends <|endoftext|>', () => {
  let tiny: Tokenizer;
  beforeAll(async () => {
    tiny = await loadTokenizer(join(golden, 'tiny_checkpoint/Qwen3-Embedding-0.6B'));
  });

  test.each(['a_stereo48k', 'b_mono44k'])('%s is tokenised as upstream did', async (name) => {
    await using twin = await openSafetensors(join(golden, `e2e/${name}.safetensors`));
    const config = JSON.parse(twin.metadata.config!) as EndToEndConfig;
    const text = tiny.encode(config.prompt, tokenLimits.upstream.text, 'max_length');
    const lyrics = tiny.encode(config.lyrics, tokenLimits.upstream.lyrics, 'max_length');
    expect([text.valid, lyrics.valid]).toEqual([config.text_valid, config.lyric_valid]);
    expect(bytesOf(text.ids)).toEqual((await twin.read('out/text_ids')).data);
    expect(bytesOf(lyrics.ids)).toEqual((await twin.read('out/lyric_ids')).data);
  });

  test('a text too long keeps the appended token and says what was lost', () => {
    const encoded = tiny.encode('one\n'.repeat(100), 20, 'none');
    const end = tiny.tokens('').at(-1)!;
    expect(encoded.valid).toBe(20);
    expect(encoded.ids.at(-1)).toBe(end);
    expect(encoded.lost).toBe(tiny.tokens('one\n'.repeat(100)).length - 20);
    expect('one\n'.repeat(100).startsWith(encoded.kept!)).toBe(true);
  });

  test('an empty text is the appended token and padding', () => {
    const encoded = tiny.encode('', 4, 'max_length');
    expect(encoded).toMatchObject({valid: 1, lost: 0});
    expect(new Set(encoded.ids).size).toBe(1); // here padding is the same token
  });

  test('without padding a text is as long as it is', () => {
    const text = 'one two three';
    expect(Array.from(tiny.encode(text, 2048, 'none').ids)).toEqual(tiny.tokens(text));
  });
});

test('a missing tokenizer.json is named', async () => {
  const error = await loadTokenizer('/nowhere').catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error('expected a refusal');
  expect(error.problem).toMatchObject({
    code: 'file/missing',
    message: expect.stringContaining(join('/nowhere', 'tokenizer.json')),
  });
});

/** What of a valid file became wrong; `says` is how the problem goes on behind the file's name. */
const WRONG: readonly {name: string; harm: (definition: Definition) => void; says: RegExp}[] = [
  {name: 'no vocabulary', harm: ({model}) => delete model.vocab, says: /cannot be used/},
  {name: 'a vocabulary that is a word', harm: ({model}) => (model.vocab = 'x'), says: /cannot be used/},
  {
    name: 'merges that are no pairs',
    harm: ({model}) => (model.merges = [null, 7, ['a']]),
    says: /cannot be used/,
  },
  {
    name: 'a pre-tokenizer without its kind',
    harm: (file) => (file.pre_tokenizer = {}),
    says: /cannot be used/,
  },
  {
    name: 'a pre-tokenizer with a broken pattern',
    harm: (file) => (file.pre_tokenizer = {type: 'Split', pattern: {Regex: '(['}, behavior: 'Isolated'}),
    says: /cannot be used/,
  },
  {
    name: 'a pre-tokenizer that only a text shows to be wrong',
    harm: (file) => (file.pre_tokenizer = {type: 'Split', pattern: {Regex: ' '}, behavior: 7}),
    says: /cannot be used/,
  },
  {
    name: 'a post-processor of nothing',
    harm: (file) => (file.post_processor = {type: 'TemplateProcessing', single: null, special_tokens: {}}),
    says: /cannot be used/,
  },
  {name: 'numbers that are words', harm: numbers('x'), says: /the number of .* is "x"/},
  {name: 'numbers below nothing', harm: numbers(-1), says: /the number of .* is -1/},
  {name: 'broken numbers', harm: numbers(0.5), says: /the number of .* is 0\.5/},
  {name: 'numbers beyond all', harm: numbers(1e300), says: /the number of .* is 1e\+300/},
];

interface Definition {
  model: {vocab?: unknown; merges?: unknown};
  [part: string]: unknown;
}

function numbers(id: unknown) {
  return ({model}: Definition): void => {
    model.vocab = Object.fromEntries(Object.keys(model.vocab as object).map((token) => [token, id]));
  };
}

test.each(WRONG)('a tokenizer.json with $name is named, never a bug', async ({harm, says}) => {
  const from = join(golden, 'tiny_checkpoint/Qwen3-Embedding-0.6B');
  const definition = JSON.parse(readFileSync(join(from, 'tokenizer.json'), 'utf8')) as Definition;
  const config = JSON.parse(readFileSync(join(from, 'tokenizer_config.json'), 'utf8')) as object;
  harm(definition);
  const use = async () => {
    const tokenizer = await makeTokenizer(definition, {path: '/m/tokenizer.json', config});
    tokenizer.tokens('A calm song, 120 bpm');
    return tokenizer.encode('A calm song, 120 bpm', 4, 'max_length');
  };
  const error = await use().catch((reason: unknown) => reason);
  if (!(error instanceof SidestepError)) throw new Error(`expected a refusal, found ${String(error)}`);
  expect(error.problem.code).toBe('tokenizer/unusable');
  expect(error.problem.message).toMatch(/^\/m\/tokenizer\.json /);
  expect(error.problem.message).toMatch(says);
});
