import type {Sample} from '../dataset/sample.js';
import type {Tokenizer} from '../dataset/tokenizer.js';
import type {ShownSample, ShownText} from '../render/sample-text.js';
import {lyricsText} from '../stage/conditioning.js';
import {type PipelineDataset, YET_TO_RUN} from './pipeline-dataset.js';
import {pipelineTokenizer} from './pipeline-tokenizer.js';

/** Opens the tokenizer once; the function it gives says of each song what the text encoder will read. */
export async function sampleReader(found: PipelineDataset) {
  const {conditioning, limits} = found.texts;
  const tokenizer = await pipelineTokenizer(found);
  const shown = (text: string, limit: number): ShownText => ({
    text,
    tokens: tokenizer.ok ? tokensOf(tokenizer.value, text, limit) : null,
  });
  return (sample: Sample) =>
    ({
      sample,
      prompt: shown(sample.prompt.text, limits.text),
      lyrics: shown(lyricsText(sample, conditioning), limits.lyrics),
      conditioning,
      tokens_unknown: tokenizer.ok ? null : tokenizer.problems.map(({message}) => message).join('; '),
      findings: found.dataset.findings.filter(
        (finding) => finding.sample === sample.name || finding.code === YET_TO_RUN,
      ),
    }) satisfies ShownSample;
}

function tokensOf(tokenizer: Tokenizer, text: string, limit: number): ShownText['tokens'] {
  const {ids: all, valid, lost, kept} = tokenizer.encode(text, limit, 'none');
  const ids = Array.from(all.subarray(0, valid));
  return {ids, pieces: tokenizer.pieces(ids), limit, lost, kept: kept ?? null};
}
