import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {judgeAdapterFiles} from './adapter-files.js';
import {judgeDatasets, judgeEndToEndDataset} from './dataset.js';
import {judgeEndToEnd} from './end-to-end.js';
import {judgeInference} from './inference.js';
import {judgePrompts} from './prompt.js';
import {judgeTokenizer} from './tokenizer.js';
import {judgeTorchFiles} from './torch-files.js';
import {broken, type Verdict} from './verdict.js';

/** What in a golden folder is judged here rather than by the engine's own suite. */
const judges: readonly {readonly path: string; readonly judge: (path: string) => Promise<Verdict[]>}[] = [
  {path: 'prompt_cases.json', judge: judgePrompts},
  {path: 'prompt_cases.json', judge: judgeDatasets},
  {path: 'qwen3_tokenizer_cases.json', judge: judgeTokenizer},
  {path: 'torch_files', judge: judgeTorchFiles},
  {path: 'peft_files', judge: judgeAdapterFiles},
  {path: 'e2e/dataset.json', judge: judgeEndToEndDataset},
  {path: 'e2e', judge: judgeEndToEnd},
  {path: 'inference', judge: judgeInference},
];

/** Judges every TypeScript case of the folder; what a folder does not hold is not judged. */
export async function judgeFolder(folder: string): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const {path, judge} of judges) {
    if (!existsSync(join(folder, path))) continue;
    verdicts.push(...(await judge(join(folder, path)).catch((error: unknown) => [broken(path, error)])));
  }
  return verdicts;
}
