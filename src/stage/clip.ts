import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {didYouMean, listed} from '../base/near-miss.js';
import {UNKNOWN_LANGUAGE} from './conditioning.js';
import {datasetSamples} from './dataset.js';
import {judgeLanguage} from './language.js';
import {LATENT_HZ} from './latent-rate.js';
import {jsonObject} from './model-json.js';
import {isParamObject, type ParamValue} from './param.js';
import type {Misfit} from './stage-type.js';

/** Length of a piece about which nothing is said, as in upstream's inference. */
const USUAL_SECONDS = 30;

/** A piece of music to be made, everything about it settled. Texts as the prompt prints them; empty for what is not known. */
export interface Piece {
  /** What its files are called. */
  readonly name: string;
  readonly caption: string;
  readonly lyrics: string;
  readonly language: string;
  readonly bpm: string;
  readonly keyscale: string;
  readonly timesignature: string;
  /** Seconds, not necessarily whole. */
  readonly duration: number;
}

/**
 * How a sampler goes from noise to music; spelled as the engine takes it. What is left out has the default of a `generate` stage,
 * which the engine knows.
 */
export interface ClipSampling {
  readonly method?: 'ode' | 'sde';
  readonly solver?: 'euler' | 'heun';
  readonly steps: number;
  readonly shift: number;
  readonly guidance?: 'apg' | 'adg' | 'cfg';
  /** 1: without guidance. */
  readonly guidance_scale: number;
  readonly guidance_interval?: readonly [number, number];
  readonly velocity_norm_threshold?: number;
  readonly velocity_ema_factor?: number;
  readonly timesteps?: readonly number[];
  /** The turbo form: its own schedules, the last step direct. */
  readonly turbo: boolean;
  /** Upstream's correction after every step; left out: none. */
  readonly dcw?: JsonObject;
}

/** What upstream's interface takes for a kind of model. */
export function usualSampler(
  model: Json,
): Pick<ClipSampling, 'steps' | 'shift' | 'guidance_scale' | 'turbo'> {
  const {base} = jsonObject(model, 'model.json');
  return base === 'turbo'
    ? {steps: 8, shift: 3, guidance_scale: 1, turbo: true}
    : {steps: 50, shift: 1, guidance_scale: 7, turbo: false};
}

/** Parameters of a stage, or of its samples, to what the engine takes; what is unset goes by the model. */
export function samplerOptions(
  params: Readonly<Record<string, ParamValue | undefined>>,
  model: Json,
): ClipSampling {
  const usual = usualSampler(model);
  const given = Object.fromEntries(
    PASSED_ON.flatMap((key) => (params[key] === undefined ? [] : [[key, params[key]]])),
  );
  return {
    ...given,
    ...(params.interval !== undefined && {guidance_interval: params.interval as [number, number]}),
    steps: Number(params.steps ?? usual.steps),
    shift: Number(params.shift ?? usual.shift),
    guidance_scale: usual.turbo ? 1 : Number(params.guidance_scale ?? usual.guidance_scale),
    turbo: usual.turbo,
  };
}

/** Parameters that the engine takes as they are. */
const PASSED_ON = [
  'method',
  'solver',
  'guidance',
  'velocity_norm_threshold',
  'velocity_ema_factor',
  'timesteps',
  'dcw',
] as const;

/** Latent frames of a piece. */
export function framesOf({duration}: Pick<Piece, 'duration'>): number {
  return Math.max(1, Math.round(duration * LATENT_HZ));
}

type Prompt = Readonly<Record<string, ParamValue | undefined>>;

/** The prompts of a parameter. */
export function promptsOf(value: ParamValue | undefined): readonly Prompt[] {
  return Array.isArray(value) ? value.filter(isParamObject) : [];
}

/** What is made where no one said what: the first song that has words, else the first. */
export function promptsOrSong(value: ParamValue | undefined, dataset: Json | undefined): readonly Prompt[] {
  if (value !== undefined || dataset === undefined) return promptsOf(value);
  const songs = datasetSamples(dataset);
  const chosen = songs.find((song) => song.is_instrumental !== true) ?? songs[0];
  return chosen === undefined ? [] : [{sample: String(chosen.name)}];
}

/** Pure: prompts to pieces, in their order, each with a name of its own. `check` has seen them: what is wrong is a bug here. */
export function piecesOf(
  prompts: readonly Prompt[],
  {dataset, duration}: {readonly dataset: Json | undefined; readonly duration?: ParamValue | undefined},
): Piece[] {
  const names = new Map<string, number>();
  return prompts.map((prompt) => {
    const song = songOf(prompt, dataset);
    if (song?.kind === 'wrong') throw new TypeError(song.message);
    const piece = pieceOf(prompt, song?.sample, duration);
    const used = names.get(piece.name) ?? 0;
    names.set(piece.name, used + 1);
    return used === 0 ? piece : {...piece, name: `${piece.name}-${used + 1}`};
  });
}

function pieceOf(prompt: Prompt, song: JsonObject | undefined, duration: ParamValue | undefined): Piece {
  const text = (key: string, otherwise = '') => String(prompt[key] ?? song?.[key] ?? otherwise);
  const caption = String(prompt.caption ?? (song === undefined ? '' : captionOf(song)));
  const named = prompt.name ?? (prompt.caption === undefined ? prompt.sample : prompt.caption);
  return {
    name: fileName(String(named)),
    caption,
    lyrics: text('lyrics', '[Instrumental]'),
    language: text('language') || UNKNOWN_LANGUAGE,
    bpm: text('bpm'),
    keyscale: text('keyscale'),
    timesignature: text('timesignature'),
    duration: Number(prompt.duration ?? duration ?? song?.duration ?? USUAL_SECONDS),
  };
}

/** What is in the caption section of a song's prompt: the trigger word is in it, and the genre where that was drawn. */
function captionOf(song: JsonObject): string {
  const text = String(jsonObject(song.prompt, 'dataset.json: samples.prompt').text);
  const begin = text.indexOf(CAPTION) + CAPTION.length;
  return text.slice(begin, text.lastIndexOf(METAS));
}

const CAPTION = '# Caption\n';
const METAS = '\n\n# Metas\n';

/** Letters and digits of any script, the rest as dashes; short enough for every file system. */
function fileName(text: string): string {
  const plain = text
    .replace(/\.[A-Za-z0-9]{1,5}$/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return Array.from(plain).slice(0, 40).join('').replace(/-$/, '') || 'clip';
}

type FoundSong =
  | {readonly kind: 'found'; readonly sample: JsonObject}
  | {readonly kind: 'wrong'; readonly message: string; readonly hint?: string};

/** The song that a prompt names: by its whole name, else by its file name or that without ending. */
function songOf({sample: name}: Prompt, dataset: Json | undefined): FoundSong | undefined {
  if (name === undefined || dataset === undefined) return undefined;
  const songs = datasetSamples(dataset);
  const exact = songs.find((song) => song.name === name);
  if (exact !== undefined) return {kind: 'found', sample: exact};
  const like = songs.filter((song) => shortNames(String(song.name)).includes(String(name)));
  if (like.length === 1) return {kind: 'found', sample: like[0]!};
  if (like.length > 1)
    return {
      kind: 'wrong',
      message: `${String(name)} could be ${listed(like.map((song) => String(song.name)))}`,
    };
  return {
    kind: 'wrong',
    ...unknownSong(
      String(name),
      songs.map((song) => String(song.name)),
    ),
  };
}

/** Of a song that no one has: message and hint, with names that are near. */
export function unknownSong(name: string, songs: readonly string[]) {
  const names = new Set(songs.flatMap((song) => [song, ...shortNames(song)]));
  return {
    message: `No song of the dataset is called ${name}`,
    hint: didYouMean(name, names) ?? `Its songs: ${listed(songs, 8)}.`,
  };
}

function shortNames(name: string): string[] {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const bare = (text: string) => text.replace(/\.[^./]*$/, '');
  return [file, bare(name), bare(file)];
}

/** Everything that is wrong with prompts, as far as model and dataset are known. `at` is where they are. */
export function misfitsOfPrompts(
  prompts: readonly Prompt[],
  {at, model, dataset, has_dataset, duration}: PromptContext,
): Misfit[] {
  return prompts.flatMap((prompt, index) => {
    const place = `${at}.${index}`;
    if (prompt.caption === undefined && prompt.sample === undefined) return [noCaption(place)];
    if (prompt.sample !== undefined && !has_dataset) return [noDataset(place)];
    const foreign = unknownLanguage(prompt, place);
    if (foreign !== undefined) return [foreign];
    const song = songOf(prompt, dataset);
    if (song?.kind === 'wrong')
      return [{param: `${place}.sample`, problem: {code: 'generate/unknown-song', ...song}}].map(withoutKind);
    if (prompt.sample !== undefined && song === undefined) return []; // no one knows yet
    return tooLong(pieceOf(prompt, song?.sample, duration), {prompt, place, model});
  });
}

export interface PromptContext {
  readonly at: string;
  readonly model: Json | undefined;
  readonly dataset: Json | undefined;
  /** Whether the stage reads a dataset at all. */
  readonly has_dataset: boolean;
  /** Of prompts that do not say theirs. */
  readonly duration?: ParamValue | undefined;
}

function withoutKind({
  param,
  problem,
}: {
  param: string;
  problem: {code: string; message: string; hint?: string};
}): Misfit {
  const {code, message, hint} = problem;
  return {param, problem: {code, message, ...(hint === undefined ? {} : {hint})}};
}

function noCaption(param: string): Misfit {
  return {
    param,
    problem: {
      code: 'generate/no-caption',
      message: 'This prompt says neither what the music is like nor which song of the dataset is meant',
      hint: 'Write `caption: "slow blues, male voice"`, or `sample: first song`.',
    },
  };
}

function noDataset(place: string): Misfit {
  return {
    param: `${place}.sample`,
    problem: {
      code: 'generate/no-dataset',
      message: 'This prompt names a song, and nothing says which dataset stage has it',
      hint: 'Name it beside the prompts: dataset: "${stages.songs}".',
    },
  };
}

/** The language is in the text that the model reads; a song's own is a matter of its dataset. */
function unknownLanguage({language}: Prompt, place: string): Misfit | undefined {
  const judged = judgeLanguage(String(language ?? ''));
  if (judged.kind !== 'other') return undefined;
  return {
    param: `${place}.language`,
    problem: {
      code: 'generate/unknown-language',
      message: `The language ${JSON.stringify(language)} is no code that the model was trained with`,
      hint:
        judged.code === undefined
          ? 'Write its code, such as en, zh or ja; without one it is unknown.'
          : `Write language: ${judged.code}.`,
    },
  };
}

function tooLong(
  piece: Piece,
  {prompt, place, model}: {readonly prompt: Prompt; readonly place: string; readonly model: Json | undefined},
): Misfit[] {
  const frames = isJsonObject(model) ? model.silence_frames : undefined;
  if (typeof frames !== 'number' || framesOf(piece) <= frames) return [];
  return [
    {
      param: prompt.duration === undefined ? place : `${place}.duration`,
      problem: {
        code: 'generate/too-long',
        message: `${piece.name} is to last ${piece.duration} s, longer than the ${frames / LATENT_HZ} s of silence that the model comes with`,
        hint: `Write a duration of at most ${frames / LATENT_HZ}.`,
      },
    },
  ];
}
