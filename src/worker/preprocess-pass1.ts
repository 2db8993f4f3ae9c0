import {HeardTime} from '../dataset/audio/heard-time.js';
import {stereoPieces} from '../dataset/audio/stereo.js';
import {type EncodedText, loadTokenizer} from '../dataset/tokenizer.js';
import {loadAddon} from '../native/addon.js';
import {
  type AudioEncoder,
  openAudioEncoder,
  openTextEncoder,
  type SoundPiece,
  type TextEncoder,
} from '../native/engine.js';
import type {PartJob} from '../protocol/message.js';
import {textOptions} from '../stage/conditioning.js';
import {parametersOf} from '../stage/parameters.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {expectUnchanged} from './expect-unchanged.js';
import {componentDir} from './model-input.js';
import {SampleWork} from './sample-work.js';
import {commitTensors, floatSource, maskSource} from './state-file.js';

/**
 * The VAE over the songs, then the text encoder over prompts and lyrics: only one of the two models is open at a time, and
 * only if something is missing that it makes.
 */
export const preprocessPass1: WorkerEntry = async (context) => {
  const work = new SampleWork(context);
  await encodeSongs(context, work);
  if (!context.signal.aborted) await encodeTexts(context, work);
  return context.signal.aborted ? 'stopped' : 'done';
};

async function encodeSongs(context: WorkerContext, work: SampleWork): Promise<void> {
  const {job, emit} = context;
  const parts = work.pending('latents');
  if (parts.length === 0) return;
  emit({kind: 'phase_started', phase: 'loading the VAE'});
  await using vae = await openAudioEncoder(engineOf(context), componentDir(job.inputs.model, 'vae'), job);
  const encoding = {phase: 'encoding songs', unit: 'songs', seconds: secondsOf};
  await work.makeAll(encoding, parts, (part) => work.make(part, () => encodeSong(context, part, vae)));
}

/** What of the song is encoded, as far as its length is known beforehand. */
function secondsOf({work}: PartJob): number {
  const seconds = Number(work.audio_seconds ?? 0);
  const limit = Number(work.max_duration ?? 0);
  return limit > 0 ? Math.min(seconds, limit) : seconds;
}

/** A little more is decoded than is kept: the resampler needs what follows the cut to be exact there. */
const DECODED_BEYOND_CUT_S = 1;

async function encodeSong(context: WorkerContext, part: PartJob, vae: AudioEncoder): Promise<void> {
  const {audio_path, audio_hash, max_duration} = part.work as Record<string, string | number | null>;
  const limit = Number(max_duration ?? 0);
  warnOfCut(context, part, limit);
  const path = String(audio_path);
  let heard = new HeardTime();
  const sound = () => {
    heard = new HeardTime(); // of the newest pass
    return songPieces(path, limit, heard);
  };
  const options = {
    ...parametersOf('preprocess.pass1', context.job.params),
    max_duration: limit,
    sample: randomStreamOf(String(audio_hash)),
  };
  const latents = await vae.encodePieces(sound, options, {signal: context.signal});
  await expectUnchanged(path, String(audio_hash));
  const mask = new Uint8Array(latents.frames).fill(1);
  await commitTensors(
    context,
    part,
    [
      floatSource('target_latents', latents.data, latents.frames, latents.channels),
      maskSource('attention_mask', mask),
    ],
    {latent_frames: latents.frames, audio_seconds: heard.seconds},
  );
}

/** One pass over the song; `heard` is what it gave. */
async function* songPieces(path: string, limit: number, heard: HeardTime): AsyncGenerator<SoundPiece> {
  const max_seconds = limit > 0 ? limit + DECODED_BEYOND_CUT_S : null;
  for await (const {sample_rate, samples} of stereoPieces(path, {max_seconds})) {
    heard.add(samples.length / 2, sample_rate);
    yield {data: samples, channels: 2, sample_rate};
  }
}

/** Upstream says nothing of what a song loses. Part of a second is no one's loss. */
function warnOfCut({emit}: WorkerContext, {sample, work}: PartJob, limit: number): void {
  const seconds = Number(work.audio_seconds ?? 0);
  if (limit === 0 || seconds < limit + 1) return;
  emit({
    kind: 'stage_warning',
    problem: {
      code: 'preprocess/song-cut',
      message: `${sample}: lasts ${seconds.toFixed(0)} s, of which the first ${limit} s are trained`,
      hint: 'Raise max_duration, or cut the song where you want it.',
    },
  });
}

/** Songs draw from streams of their own, chosen by content: neither name nor place in the list matters. */
function randomStreamOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16);
}

async function encodeTexts(context: WorkerContext, work: SampleWork): Promise<void> {
  const {job, emit} = context;
  const texts = work.pending('text');
  const lyrics = work.pending('lyrics');
  if (texts.length + lyrics.length === 0) return;
  emit({kind: 'phase_started', phase: 'loading the text encoder'});
  const tokenizer = await loadTokenizer(componentDir(job.inputs.model, 'tokenizer'));
  await using encoder = await openTextEncoder(
    engineOf(context),
    componentDir(job.inputs.model, 'text_encoder'),
    job,
  );
  const {conditioning, limits} = textOptions(job.params);
  const padding = conditioning === 'upstream' ? 'max_length' : 'none';
  const encode = async (part: PartJob): Promise<void> => {
    const kind = part.part === 'text' ? 'text' : 'lyric';
    const words = kind === 'text' ? part.work.text : part.work.lyrics;
    const encoded = tokenizer.encode(String(words), kind === 'text' ? limits.text : limits.lyrics, padding);
    await work.make(part, () => commitStates(context, part, {encoder, encoded, kind}));
  };
  await work.makeAll({phase: 'encoding prompts and lyrics', unit: 'texts'}, [...texts, ...lyrics], encode);
}

interface TextWork {
  readonly encoder: TextEncoder;
  readonly encoded: EncodedText;
  /** Prompts go through the whole encoder; of lyrics upstream takes the embedding rows alone. */
  readonly kind: 'text' | 'lyric';
}

async function commitStates(context: WorkerContext, part: PartJob, work: TextWork): Promise<void> {
  const {encoder, encoded, kind} = work;
  const ids = Array.from(encoded.ids);
  const options = {signal: context.signal};
  const states = kind === 'text' ? await encoder.encode(ids, options) : await encoder.embed(ids, options);
  const mask = Uint8Array.from(ids, (_, i) => (i < encoded.valid ? 1 : 0));
  if (encoded.lost > 0) warnOfLoss(context, part, encoded);
  await commitTensors(
    context,
    part,
    [
      floatSource(`${kind}_hidden_states`, states, ids.length, encoder.hidden_size),
      maskSource(`${kind}_attention_mask`, mask),
    ],
    {tokens: encoded.valid, tokens_lost: encoded.lost},
  );
}

function engineOf({job}: WorkerContext) {
  return loadAddon(job.addon!); // the runner gives it to every stage whose numerics are the engine's
}

/** Upstream cuts silently; here the user learns what the model never sees. */
function warnOfLoss({emit}: WorkerContext, {sample, part}: PartJob, {lost, kept}: EncodedText): void {
  const lastLine = kept?.trimEnd().split('\n').at(-1) ?? '';
  emit({
    kind: 'stage_warning',
    problem: {
      code: 'preprocess/text-cut',
      message: `${sample}: the ${part === 'text' ? 'prompt loses' : 'lyrics lose'} ${lost} tokens; the last line kept is ${JSON.stringify(lastLine)}`,
      hint: 'Shorten them, or raise max_text_tokens or max_lyric_tokens.',
    },
  });
}
