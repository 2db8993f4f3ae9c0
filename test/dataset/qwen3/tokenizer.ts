import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {brotliDecompressSync} from 'node:zlib';
import {makeTokenizer, type Tokenizer} from '../../../src/dataset/tokenizer.js';

const path = fileURLToPath(new URL('merges.txt.br', import.meta.url));

const specialTokens = [
  ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|object_ref_start|>', '<|object_ref_end|>'],
  ['<|box_start|>', '<|box_end|>', '<|quad_start|>', '<|quad_end|>', '<|vision_start|>', '<|vision_end|>'],
  ['<|vision_pad|>', '<|image_pad|>', '<|video_pad|>', '<tool_call>', '</tool_call>', '<|fim_prefix|>'],
  ['<|fim_middle|>', '<|fim_suffix|>', '<|fim_pad|>', '<|repo_name|>', '<|file_sep|>', '<tool_response>'],
  ['</tool_response>', '<think>', '</think>'],
].flat();

/** The plain Qwen3 tokenizer: NFC, byte-level BPE, digits one by one, nothing appended. */
export async function qwen3Tokenizer(): Promise<Tokenizer> {
  const merges = brotliDecompressSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const tokens = [...byteSymbols(), ...merges.map((rule) => rule.replace(' ', ''))];
  const byteLevel = {type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false};
  const definition = {
    version: '1.0',
    added_tokens: specialTokens.map((content, i) => ({
      id: tokens.length + i,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: content.startsWith('<|'),
    })),
    normalizer: {type: 'NFC'},
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{...wordSplit(), behavior: 'Isolated', invert: false}, byteLevel],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {type: 'BPE', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges},
  };
  return makeTokenizer(definition, {path, config: {pad_token: '<|endoftext|>'}});
}

function wordSplit() {
  const pieces = [
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
    '\\p{N}',
    ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*',
    '\\s*[\\r\\n]+',
    '\\s+(?!\\S)',
    '\\s+',
  ];
  return {type: 'Split', pattern: {Regex: pieces.join('|')}};
}

/** The printable stand-ins of byte-level BPE (GPT-2): printable bytes as themselves, then the others from U+0100 on. */
function byteSymbols(): string[] {
  const printable = [range(0x21, 0x7e), range(0xa1, 0xac), range(0xae, 0xff)].flat();
  const others = 256 - printable.length;
  return [...printable, ...range(0x100, 0x100 + others - 1)].map((code) => String.fromCodePoint(code));
}

function range(first: number, last: number): number[] {
  return Array.from({length: last - first + 1}, (_, i) => first + i);
}
