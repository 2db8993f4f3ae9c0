import {columnsOf, filledEnd} from './columns.js';
import type {Palette} from './palette.js';
import {countText} from './quantity.js';
import {visible} from './visible.js';

/** A text with what the text encoder sees of it; `tokens` is null while no tokenizer is known. */
export interface ShownText {
  readonly text: string;
  readonly tokens: {
    /** Without padding. */
    readonly ids: readonly number[];
    /** The text of each; '' where a later one completes the character. */
    readonly pieces: readonly string[];
    readonly limit: number;
    /** Tokens that did not fit. */
    readonly lost: number;
    /** The text up to the cut; null when nothing was cut. */
    readonly kept: string | null;
  } | null;
}

/** A song as far as its page needs it. */
export interface ShownSample {
  readonly sample: {
    readonly name: string;
    readonly audio_path: string;
    readonly audio_seconds: number;
    readonly repeats: number;
    readonly prompt: {readonly source: string};
    readonly origins: Readonly<Partial<Record<string, string>>>;
  };
  readonly prompt: ShownText;
  readonly lyrics: ShownText;
  /** How the texts are built: `inference` or `upstream`. */
  readonly conditioning: string;
  readonly tokens_unknown: string | null;
  readonly findings: readonly {readonly severity: string; readonly message: string}[];
}

/** The page of `sidestep show sample`: texts are between rules, character for character. */
export function sampleText(shown: ShownSample, colours: Palette): string {
  const {sample, prompt, lyrics, conditioning, findings, tokens_unknown} = shown;
  const often = sample.repeats > 1 ? `, shown ${sample.repeats} times an epoch` : '';
  return [
    `${colours.bold(visible(sample.name))}  ${sample.audio_seconds.toFixed(2)} s${often}`,
    colours.dim(visible(sample.audio_path)),
    '',
    ...section(`Prompt (made of the ${sample.prompt.source})`, prompt, colours),
    ...section(`Lyrics (conditioning: ${conditioning})`, lyrics, colours),
    ...(tokens_unknown === null ? [] : [colours.yellow(tokens_unknown), '']),
    colours.bold('Where it came from'),
    ...originLines(sample.origins),
    ...findings.map(({severity, message}) => `${colours.yellow(severity)}: ${message}`),
    '',
  ].join('\n');
}

function section(title: string, {text, tokens}: ShownText, colours: Palette): string[] {
  const cut = tokens === null || tokens.lost === 0 ? [] : [cutLine(tokens.lost, tokens.kept ?? '', colours)];
  const ids =
    tokens === null
      ? []
      : [
          `${countText(tokens.ids.length, 'token')} of at most ${tokens.limit}, each between bars:`,
          ...piecesText(tokens.pieces)
            .split('\n')
            .map((line) => colours.dim(line)),
        ];
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  return [colours.bold(title), rule(colours), body, rule(colours), ...ids, ...cut, ''];
}

/** A token between bars, a line as long as the text's own. */
export function piecesText(pieces: readonly string[]): string {
  const whole = pieces.filter((piece) => piece !== '');
  return `│${whole.map((piece) => visible(piece.replaceAll('\n', '↵'))).join('│')}│`.replaceAll(
    /(↵│)(?=[^↵])/g,
    '$1\n│',
  );
}

function cutLine(lost: number, kept: string, colours: Palette): string {
  const end = kept.slice(-60).split('\n').at(-1) ?? '';
  return colours.yellow(`${countText(lost, 'token')} cut off; the last words kept: ${JSON.stringify(end)}`);
}

function rule(colours: Palette): string {
  return colours.dim('─'.repeat(60));
}

function originLines(origins: Readonly<Partial<Record<string, string>>>): string[] {
  const width = Math.max(0, ...Object.keys(origins).map((field) => columnsOf(field)));
  return Object.entries(origins).map(([field, from]) => `  ${filledEnd(field, width)}  ${words(from ?? '')}`);
}

function words(origin: string): string {
  return origin.replaceAll('_', ' ');
}
