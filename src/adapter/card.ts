import {stringify} from 'yaml';
import {adapterFacts} from '../stage/adapter-kinds.js';
import type {ExportFormat} from '../stage/export-layouts.js';
import type {Adapter} from './adapter.js';
import {cardTrainingFacts} from './card-facts.js';
import type {CardParts} from './card-parts.js';
import {codeSpan, oneLine} from './card-text.js';
import {usage} from './card-use.js';
import {hubLicence, hubModel} from './hub.js';

export const CARD_FILE = 'README.md';

/**
 * The model card of one exported folder: front matter as the Hub reads it, then how to use the adapter in each program that reads
 * this layout, and how it was trained. Made of the adapter and its provenance alone, so that the same adapter gives the same bytes:
 * no time, no path, no name of a song that no one asked for.
 */
export function modelCard(parts: CardParts): string {
  const {about, settings, name} = parts;
  const title = oneLine(about.title ?? name);
  const opening = settings.text ?? about.description ?? firstSentence(parts);
  const trigger = triggerOf(parts);
  return [
    frontMatter(parts),
    `# ${title}`,
    opening.trim(),
    ...(trigger === undefined ? [] : [`Put ${codeSpan(trigger)} into the prompt: it calls the style up.`]),
    ...(about.author === undefined ? [] : [`By ${oneLine(about.author)}.`]),
    ...usage({...parts, trigger}),
    ...cardTrainingFacts(parts),
    ...songList(parts),
  ]
    .join('\n\n')
    .concat('\n');
}

export function triggerOf({about, provenance}: Pick<CardParts, 'about' | 'provenance'>): string | undefined {
  const trigger = oneLine(about.trigger ?? provenance?.trigger ?? '');
  return trigger === '' ? undefined : trigger;
}

/** Every value in quotes: the Hub reads YAML 1.1 in one place and 1.2 in another, and a tag may be called `no`. */
function frontMatter(parts: CardParts): string {
  const {adapter, about, settings, format, provenance} = parts;
  const base_model = settings.base_model ?? (provenance && hubModel(provenance.base_model));
  const values = {
    ...(about.license === undefined || about.license.trim() === '' ? {} : hubLicence(about.license)),
    ...(base_model && {base_model, base_model_relation: format === 'merged' ? 'finetune' : 'adapter'}),
    ...libraryOf(format),
    pipeline_tag: 'text-to-audio',
    ...triggerKey(triggerOf(parts)),
    tags: tagsOf(adapter, format, about.tags),
  };
  const text = stringify(values, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  });
  return `---\n${text}---`;
}

/** The name that diffusers' training programs give the trigger word, and that galleries show. */
function triggerKey(trigger: string | undefined) {
  return trigger === undefined ? {} : {instance_prompt: trigger};
}

/** Libraries that the Hub knows by name; LyCORIS and whole ACE-Step checkpoints are none. */
function libraryOf(format: ExportFormat): {readonly library_name?: string} {
  switch (format) {
    case 'peft':
    case 'diffusers':
      return {library_name: format};
    case 'comfyui':
      return {library_name: 'diffusion-single-file'};
    case 'lycoris':
    case 'merged':
      return {};
  }
}

function tagsOf({kind}: Adapter, format: ExportFormat, own: readonly string[]): string[] {
  const general = ['ace-step', 'ace-step-1.5', 'music', 'text-to-music', 'sidestep'];
  const kinds = kind === 'dora' ? ['lora', 'dora'] : [kind];
  const reader = format === 'comfyui' || format === 'lycoris' ? [format] : [];
  return [...new Set([...general, ...kinds, ...reader, ...own.map(oneLine)])].filter((tag) => tag !== '');
}

function firstSentence({adapter, provenance, format}: CardParts): string {
  const base = provenance === undefined ? 'ACE-Step 1.5' : oneLine(provenance.base_model);
  const kind = adapterFacts[adapter.kind].name;
  return format === 'merged'
    ? `${base} with ${article(kind)} ${kind} adapter worked into its weights.`
    : `${capital(article(kind))} ${kind} adapter for ${base}, a model that makes music from text.`;
}

function article(word: string): string {
  return word === 'OFT' ? 'an' : 'a';
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function songList({songs}: CardParts): string[] {
  if (songs === undefined || songs.length === 0) return [];
  return ['## Songs', songs.map((song) => `- ${codeSpan(song)}`).join('\n')];
}
