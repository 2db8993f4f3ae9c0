import type {Json} from '../base/json.js';
import type {JsonNode, JsonObjectNode} from '../format/json.js';
import {type PromptParts, promptText} from '../stage/prompt-text.js';
import {isTruthy, pythonText} from './python-text.js';
import type {Prompt, PromptSource} from './sample.js';

/** The prompt of a song, with what its caption section holds. */
export function makePrompt(parts: PromptParts, source: PromptSource): Prompt {
  return {source, text: promptText(parts, source)};
}

/** What inference is told of a piece apart from its caption; numbers and texts as they came. */
export type Metas = Readonly<Record<string, Json>>;

/**
 * The prompt as upstream's inference handler writes it from a dictionary of metas: absent values print as N/A, a length is
 * cut to whole seconds, 30 where none is given.
 */
export function inferencePrompt(caption: string, metas: Metas): string {
  const first = (...names: readonly string[]) => names.map((name) => metas[name]).find(isSaid);
  return makePrompt(
    {
      caption,
      genre: '',
      custom_tag: '',
      tag_position: '',
      bpm: String(first('bpm', 'tempo') ?? ''),
      timesignature: String(first('timesignature', 'time_signature') ?? ''),
      keyscale: String(first('keyscale', 'key', 'scale') ?? ''),
      duration: String(Math.trunc(Number(first('duration', 'length') ?? USUAL_SECONDS))),
    },
    'caption',
  ).text;
}

const USUAL_SECONDS = 30;

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Who decides between caption and genre: the sample's own override, else the genre ratio's draw. */
export interface SourceChoice {
  readonly prompt_override: string | null;
  readonly genre: string;
  /** What the genre ratio drew for this sample. */
  readonly drawn: PromptSource;
}

/** An override wins, even for an empty genre; a drawn genre falls back to the caption when there is none. */
export function choosePromptSource({prompt_override, genre, drawn}: SourceChoice): PromptSource {
  if (prompt_override === 'caption' || prompt_override === 'genre') return prompt_override;
  return drawn === 'genre' && genre !== '' ? 'genre' : 'caption';
}

/** How upstream calls its prompt builder on one entry of a dataset JSON. */
export interface UpstreamPromptCall {
  readonly drawn: PromptSource;
  readonly tag_position: string;
}

/**
 * The prompt that upstream builds from a raw dataset JSON entry, accidents included: a null caption prints `None`, a null
 * duration `None seconds`, and `trigger` is another name for `custom_tag`.
 */
export function upstreamPrompt(entry: JsonObjectNode, {drawn, tag_position}: UpstreamPromptCall): Prompt {
  const field = (name: string) => entry.entries.get(name);
  const override = field('prompt_override');
  const tag = [field('custom_tag'), field('trigger')].find(isTruthy);
  // Python: a null caption is falsy beside a tag but prints as None where no tag is put beside it
  const tagged = tag !== undefined && (tag_position === 'prepend' || tag_position === 'append');
  const subject = (node: JsonNode | undefined) => (tagged && !isTruthy(node) ? '' : textOr(node, ''));
  const parts: PromptParts = {
    caption: subject(field('caption')),
    genre: subject(field('genre')),
    custom_tag: tag === undefined ? '' : pythonText(tag),
    tag_position,
    bpm: truthyText(field('bpm')),
    timesignature: truthyText(field('timesignature')),
    keyscale: truthyText(field('keyscale')),
    duration: textOr(field('duration'), '0'),
  };
  const source = choosePromptSource({
    prompt_override: override?.kind === 'string' ? override.value : null,
    genre: truthyText(field('genre')),
    drawn,
  });
  return makePrompt(parts, source);
}

function textOr(node: JsonNode | undefined, absent: string): string {
  return node === undefined ? absent : pythonText(node);
}

function truthyText(node: JsonNode | undefined): string {
  return node !== undefined && isTruthy(node) ? pythonText(node) : '';
}

/** What stands for the words of a song that has none. */
export const instrumentalLyrics = '[Instrumental]';
