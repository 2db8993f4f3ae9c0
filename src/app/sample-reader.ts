import {isFileSync} from '../base/if-there.js';
import type {Finding, Sample} from '../dataset/sample.js';
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
      findings: [
        ...found.dataset.findings.filter(
          (finding) => finding.sample === sample.name || finding.code === YET_TO_RUN,
        ),
        ...(isFileSync(sample.audio_path) ? [] : [gone(sample)]),
      ],
    }) satisfies ShownSample;
}

/** A cached list names songs that may be gone since, or are temporary outputs. */
function gone({name, audio_path}: Sample): Finding {
  return {
    severity: 'warning',
    code: 'dataset/song-gone',
    sample: name,
    message: `${audio_path} is not there any more`,
    hint: 'Where a stage made it as a temporary output, a run that reads it makes it again.',
  };
}

function tokensOf(tokenizer: Tokenizer, text: string, limit: number): ShownText['tokens'] {
  const {ids: all, valid, lost, kept} = tokenizer.encode(text, limit, 'none');
  const ids = Array.from(all.subarray(0, valid));
  return {ids, pieces: tokenizer.pieces(ids), limit, lost, kept: kept ?? null};
}
