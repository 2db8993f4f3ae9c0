import {join} from 'node:path';
import type {Tokenizer as Engine} from '@huggingface/tokenizers';
import {shownPath} from '../base/path-bytes.js';
import {SidestepError} from '../base/problem.js';
import {isListed} from '../format/user-file.js';
import {readUserObject} from '../format/user-json.js';

/** A text as the text encoder sees it. */
export interface EncodedText {
  /** The text's tokens and what the post-processor adds; then, where it was asked for, padding up to the length. */
  readonly ids: Int32Array;
  /** How many of `ids` are not padding. */
  readonly valid: number;
  /** Tokens of the text that did not fit; 0 when all of it is there. */
  readonly lost: number;
  /** The text up to the cut; only when tokens were lost. */
  readonly kept?: string;
}

export type Padding = 'max_length' | 'none';

export interface Tokenizer {
  /** All tokens of a text, the post-processor's included, without padding or truncation. */
  tokens(text: string): readonly number[];
  /**
   * Truncates to `length` as Hugging Face tokenizers do with `truncation=True`: a text too long loses its end, but not the
   * tokens that the post-processor appends. `max_length` fills shorter ones up, as `padding='max_length'` does.
   */
  encode(text: string, length: number, padding: Padding): EncodedText;
  /** The text of each of these tokens, one after the other; of a character that several share, the last has it, and the others ''. */
  pieces(ids: readonly number[]): readonly string[];
}

/**
 * Loads `tokenizer.json` and `tokenizer_config.json` from a text encoder's folder. What the file says about appended
 * tokens is followed: plain Qwen3 appends none, the embedding checkpoint its `<|endoftext|>`.
 * Throws `tokenizer/unusable` and what reading a user's JSON throws, naming the file.
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const path = join(dir, 'tokenizer.json');
  const definition = await readJson(path);
  const config = await readJson(join(dir, 'tokenizer_config.json'), {absent: {}});
  return makeTokenizer(definition, {path, config});
}

/**
 * The tokenizer of an already parsed `tokenizer.json`; `path` is for messages. The package takes the file at its word, so
 * that what is wrong in it may show only with a text: whatever it throws then names the file too.
 */
export async function makeTokenizer(
  definition: object,
  from: {path: string; config: object},
): Promise<Tokenizer> {
  const {Tokenizer: Engine} = await import('@huggingface/tokenizers'); // 0.1 s to load: only where text is encoded
  const guarded = <Value>(act: () => Value): Value => {
    try {
      return act();
    } catch (error) {
      if (error instanceof SidestepError) throw error;
      throw unusable(from.path, error instanceof Error ? error.message : String(error));
    }
  };
  const engine = guarded(() => new Engine(definition, from.config));
  const use: Use = {engine, path: from.path};
  const pad = guarded(() => padId(use, padToken(from.config)));
  return {
    tokens: (text) =>
      guarded(() => engine.encode(text).ids.map((id: unknown) => checkedId(use, id, 'a token'))),
    encode: (text, length, padding) =>
      guarded(() => encode(use, {text, length, ...(padding === 'none' ? {} : {pad})})),
    pieces: (ids) => guarded(() => pieces(use, ids)),
  };
}

interface Use {
  readonly engine: Engine;
  readonly path: string;
}

interface EncodeJob {
  readonly text: string;
  readonly length: number;
  /** What fills up; absent: nothing does. */
  readonly pad?: number;
}

function encode(use: Use, job: EncodeJob): EncodedText {
  const {engine} = use;
  const words = engine.tokenize(job.text);
  const room = job.length - added(engine, []);
  const lost = Math.max(0, words.length - room);
  const kept = lost > 0 ? words.slice(0, room) : words;
  const all = postProcess(engine, kept);
  const ids = new Int32Array(job.pad === undefined ? all.length : job.length).fill(job.pad ?? 0);
  ids.set(all.map((token) => idOf(use, token)));
  if (lost === 0) return {ids, valid: all.length, lost};
  return {ids, valid: all.length, lost, kept: decode(use, kept)};
}

function postProcess(engine: Engine, words: string[]): string[] {
  return engine.post_processor?.post_process(words, null, true).tokens ?? words;
}

/** How many tokens the post-processor adds to a text. */
function added(engine: Engine, words: string[]): number {
  return postProcess(engine, words).length - words.length;
}

function decode(use: Use, words: readonly string[]): string {
  return words.length === 0
    ? ''
    : use.engine.decode(
        words.map((token) => idOf(use, token)),
        {clean_up_tokenization_spaces: false},
      );
}

/** What a decoder puts for bytes that are no whole character. */
const INCOMPLETE = '\ufffd';
/** A character has at most so many bytes, and a token at least one. */
const MOST_TOKENS_OF_A_CHARACTER = 4;

function pieces({engine}: Use, ids: readonly number[]): string[] {
  const found: string[] = [];
  let open: number[] = [];
  for (const [at, id] of ids.entries()) {
    open.push(id);
    const text = engine.decode(open, {clean_up_tokenization_spaces: false, skip_special_tokens: false});
    const last = at === ids.length - 1 || open.length === MOST_TOKENS_OF_A_CHARACTER;
    const whole = last || !text.endsWith(INCOMPLETE);
    found.push(whole ? text : '');
    if (whole) open = [];
  }
  return found;
}

function idOf({engine, path}: Use, token: string): number {
  const id = engine.token_to_id(token);
  if (id === undefined)
    throw unusable(path, `it makes the token ${JSON.stringify(token)} and gives it no number`);
  return checkedId({path}, id, JSON.stringify(token));
}

/** A number of the vocabulary as it is in the file, which may be anything. */
function checkedId({path}: Pick<Use, 'path'>, id: unknown, of: string): number {
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < 2 ** 31) return id as number;
  throw unusable(path, `the number of ${of} is ${JSON.stringify(id)}, expected a whole number of 0 or more`);
}

function padId(use: Use, token: string): number {
  const id = use.engine.token_to_id(token);
  if (id === undefined) throw unusable(use.path, `it has no padding token ${token}`);
  return checkedId(use, id, JSON.stringify(token));
}

function padToken(config: object): string {
  const token = (config as {pad_token?: unknown}).pad_token;
  if (typeof token === 'string') return token;
  const content = (token as {content?: unknown} | undefined)?.content;
  return typeof content === 'string' ? content : '<|endoftext|>';
}

async function readJson(path: string, options: {absent?: object} = {}): Promise<object> {
  if (options.absent !== undefined && !isListed(path)) return options.absent;
  return readUserObject(path);
}

function unusable(path: string, why: string): SidestepError {
  return new SidestepError({
    code: 'tokenizer/unusable',
    message: `${shownPath(path)} cannot be used as a tokenizer: ${why}`,
    hint: 'Copy tokenizer.json of the text encoder again; it comes with Qwen3-Embedding-0.6B.',
  });
}
