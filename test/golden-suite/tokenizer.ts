import {readFile} from 'node:fs/promises';
import {qwen3Tokenizer} from '../dataset/qwen3/tokenizer.js';
import {exact, type Verdict} from './verdict.js';

/** `qwen3_tokenizer_cases.json`: token ids of the plain Qwen3 tokenizer, to be met exactly. */
export async function judgeTokenizer(path: string): Promise<Verdict[]> {
  const {cases} = JSON.parse(await readFile(path, 'utf8')) as {cases: {text: string; ids: number[]}[]};
  const tokenizer = await qwen3Tokenizer();
  const wrong = cases.filter(({text, ids}) => JSON.stringify(tokenizer.tokens(text)) !== JSON.stringify(ids));
  return [
    exact(
      'qwen3_tokenizer_cases.json',
      wrong.map(({text}) => JSON.stringify(text)),
    ),
  ];
}
