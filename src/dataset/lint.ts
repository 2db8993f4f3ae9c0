import {basename} from 'node:path/posix';
import {lyricsText, type TokenLimits, tokenLimits} from '../stage/conditioning.js';
import {judgeLanguage} from '../stage/language.js';
import type {SoundReport} from './audio/sound-report.js';
import {isGarbled} from './garbled.js';
import type {Finding, Sample} from './sample.js';
import type {Tokenizer} from './tokenizer.js';

/** A sample and what listening to it told. */
export interface HeardSample {
  readonly sample: Sample;
  readonly sound: SoundReport;
}

/** Everything questionable about the songs themselves, the songs in order, then what concerns several. */
export function lintSamples(heard: readonly HeardSample[]): Finding[] {
  const samples = heard.map(({sample}) => sample);
  return [
    ...heard.flatMap(lintSample),
    ...equalNames(samples),
    ...silentlyInstrumental(samples),
    ...lintLanguages(samples),
  ];
}

function lintSample({sample, sound}: HeardSample): Finding[] {
  return [...lintSound(sample, sound), ...lintText(sample)];
}

function lintSound(sample: Sample, sound: SoundReport): Finding[] {
  const found: Finding[] = [];
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
  if (sound.quiet_share === 1)
    found.push(
      warning(sample, 'dataset/silent', 'is silent from beginning to end (below -60 dBFS)', 'Leave it out.'),
    );
  else if (sound.quiet_share > 0.3)
    found.push(
      warning(
        sample,
        'dataset/mostly-silent',
        `is silent for ${percent(sound.quiet_share)} of its length`,
        'Cut the silence.',
      ),
    );
  if (sound.clipped_share > 0.001)
    found.push(
      warning(
        sample,
        'dataset/clipped',
        `is clipped: ${percent(sound.clipped_share)} of its samples are at full scale`,
        'Use a master that is not overdriven.',
      ),
    );
  const off = Math.abs(sample.duration - sound.seconds);
  if (sample.origins.duration !== 'audio' && off > Math.max(2, 0.02 * sound.seconds))
    found.push(
      warning(
        sample,
        'dataset/duration-differs',
        `is said to last ${sample.duration} s but lasts ${sound.seconds.toFixed(1)} s`,
        'The prompt will state the wrong length; remove `duration` to use the real one.',
      ),
    );
  return found;
}

function lintText(sample: Sample): Finding[] {
  const found: Finding[] = [];
  const subject = sample.prompt.source === 'genre' ? sample.genre : sample.caption;
  if (subject.trim() === '')
    found.push(
      warning(
        sample,
        'dataset/no-caption',
        `has no ${sample.prompt.source}`,
        'Say in a sentence what it sounds like, or have a model say it: a stage with `uses: caption`.',
      ),
    );
  if (sample.origins.caption === 'file_name')
    found.push(
      warning(
        sample,
        'dataset/caption-from-name',
        `is captioned by its file name: ${JSON.stringify(sample.caption)}`,
        'Write genre, instruments, mood and voice into a caption file, or have a model do it: a stage with `uses: caption`.',
      ),
    );
  found.push(...lintWording(sample));
  const sung = hasWords(sample);
  if (sample.is_instrumental && sung)
    found.push(
      warning(
        sample,
        'dataset/instrumental-with-lyrics',
        'is marked instrumental but has lyrics',
        'Correct is_instrumental or the lyrics.',
      ),
    );
  if (!sample.is_instrumental && !sung)
    found.push(
      warning(
        sample,
        'dataset/missing-lyrics',
        'has no lyrics though it is not marked instrumental',
        'Training voices without their words teaches babble: add lyrics, or set is_instrumental.',
      ),
    );
  return found;
}

/** A title in place of a caption, and letters that came from a wrong encoding. */
function lintWording(sample: Sample): Finding[] {
  const found: Finding[] = [];
  if (sample.origins.caption === 'tags')
    found.push(
      warning(
        sample,
        'dataset/caption-from-title',
        `is captioned by the title in its tags: ${JSON.stringify(sample.caption)}`,
        'A title does not say what a song sounds like: write a caption file, or have a model do it: a stage with `uses: caption`.',
      ),
    );
  const misread = (['caption', 'genre', 'lyrics'] as const).filter((field) => isGarbled(sample[field]));
  if (misread.length > 0)
    found.push(
      warning(
        sample,
        'dataset/garbled-text',
        `has characters in its ${misread.join(' and ')} that no one writes: from a wrong encoding, such as Ã© for é, or controls and half characters`,
        'Save the text again in the right encoding; it is trained as it is.',
      ),
    );
  return found;
}

function hasWords({lyrics}: Sample): boolean {
  return lyrics.trim() !== '' && !/^\[?\s*instrumental\s*\]?$/i.test(lyrics.trim());
}

/** Upstream mixes up songs of one name in different folders; here they are told apart, but their metadata may not be. */
function equalNames(samples: readonly Sample[]): Finding[] {
  const byName = new Map<string, Sample[]>();
  for (const sample of samples) {
    const name = basename(sample.name);
    byName.set(name, [...(byName.get(name) ?? []), sample]);
  }
  return [...byName.values()]
    .filter((group) => group.length > 1)
    .map((group) =>
      warning(
        group[0]!,
        'dataset/equal-names',
        `has the same file name as ${group
          .slice(1)
          .map(({name}) => name)
          .join(', ')}`,
        'Entries of a dataset JSON that give only the file name cannot tell them apart.',
      ),
    );
}

/** Songs that count as instrumental because no one said anything: right for a beat tape, wrong where lyrics were forgotten. */
function silentlyInstrumental(samples: readonly Sample[]): Finding[] {
  const untold = samples.filter(
    ({origins}) => origins.lyrics === 'default' && origins.is_instrumental === 'default',
  );
  if (untold.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'dataset/lyrics-unknown',
      message: `${untold.length} of ${samples.length} songs have no lyrics and are trained as [Instrumental]: ${someNames(untold)}`,
      hint: 'Where somebody sings, write the words beside the song (NAME.lyrics.txt); where no one does, `is_instrumental: true` says so.',
    },
  ];
}

/** The language is in the text that the model reads beside the words: told once for all songs, not for each. */
function lintLanguages(samples: readonly Sample[]): Finding[] {
  const sung = samples.filter(hasWords);
  const unsaid = sung.filter(({language}) => judgeLanguage(language).kind === 'unknown');
  const foreign = new Map<string, Sample[]>();
  for (const sample of sung) {
    if (judgeLanguage(sample.language).kind === 'other')
      foreign.set(sample.language, [...(foreign.get(sample.language) ?? []), sample]);
  }
  return [
    ...(unsaid.length === 0 ? [] : [languageUnsaid(unsaid, sung.length)]),
    ...[...foreign].map(([language, songs]) => languageOther(language, songs)),
  ];
}

function languageUnsaid(unsaid: readonly Sample[], sung: number): Finding {
  return {
    severity: 'warning',
    code: 'dataset/language-unknown',
    message: `${unsaid.length} of ${sung} songs with lyrics do not say in which language: ${someNames(unsaid)}`,
    hint: 'Set `language: en` (or zh, ja, …) of the dataset stage, or `language:` beside single songs.',
  };
}

function languageOther(language: string, songs: readonly Sample[]): Finding {
  const judged = judgeLanguage(language);
  const code = judged.kind === 'other' ? judged.code : undefined;
  return {
    severity: 'warning',
    code: 'dataset/language-other',
    message: `The language ${JSON.stringify(language)} is no code that the model was trained with: ${someNames(songs)}`,
    hint: code === undefined ? 'Codes are en, zh, ja, ko, de and so on.' : `Write ${code}.`,
  };
}

function someNames(samples: readonly Sample[]): string {
  const names = samples.slice(0, 3).map(({name}) => name);
  const more = samples.length > names.length ? ` and ${samples.length - names.length} more` : '';
  return `${names.join(', ')}${more}`;
}

/** The same audio more than once; the first by name is the original. */
export function duplicateAudio(samples: readonly Sample[]): {original: Sample; copy: Sample}[] {
  const first = new Map<string, Sample>();
  const copies: {original: Sample; copy: Sample}[] = [];
  for (const sample of samples) {
    const original = first.get(sample.audio_hash);
    if (original === undefined) first.set(sample.audio_hash, sample);
    else copies.push({original, copy: sample});
  }
  return copies;
}

/**
 * What the text encoder will not see of a song's prompt and lyrics, with the last line it does see; judged as inference
 * builds its texts, since the songs do not know how they will be trained.
 */
export function lintTokens(
  sample: Sample,
  tokenizer: Tokenizer,
  limits: TokenLimits = tokenLimits.inference,
): Finding[] {
  const prompt = tokenizer.encode(sample.prompt.text, limits.text, 'none');
  const lyrics = tokenizer.encode(lyricsText(sample, 'inference'), limits.lyrics, 'none');
  const found: Finding[] = [];
  if (prompt.lost > 0)
    found.push(
      warning(
        sample,
        'dataset/text-too-long',
        `has a prompt of ${prompt.lost} tokens too many (limit ${limits.text}); the last whole line kept is ${lastWholeLine(prompt.kept)}`,
        'Shorten the caption: the metadata behind it is what gets lost.',
      ),
    );
  if (lyrics.lost > 0)
    found.push(
      warning(
        sample,
        'dataset/lyrics-too-long',
        `has lyrics of ${lyrics.lost} tokens too many (limit ${limits.lyrics}); the last whole line kept is ${lastWholeLine(lyrics.kept)}`,
        'Shorten the lyrics to what is sung in the part that is trained.',
      ),
    );
  return found;
}

/** The last line of which nothing is lost; of a text cut in its first line, that line as far as it goes. */
function lastWholeLine(kept = ''): string {
  const lines = kept.split('\n').filter((line) => line.trim() !== '');
  return JSON.stringify((lines.length > 1 ? lines.at(-2) : lines.at(0)) ?? '');
}

function warning(sample: Sample, code: string, words: string, hint: string): Finding {
  return {severity: 'warning', code, sample: sample.name, message: `${sample.name} ${words}`, hint};
}
