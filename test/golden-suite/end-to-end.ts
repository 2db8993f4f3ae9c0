import {readdir} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {decodeStereo} from '../../src/dataset/audio/stereo.js';
import {loadTokenizer} from '../../src/dataset/tokenizer.js';
import {openSafetensors, type SafetensorsFile} from '../../src/format/safetensors-read.js';
import {toFloat32} from '../../src/format/tensor.js';
import {type Addon, loadAddon} from '../../src/native/addon.js';
import {openAudioEncoder, openConditionEncoder, openTextEncoder} from '../../src/native/engine.js';
import {tokenLimits} from '../../src/stage/conditioning.js';
import {addonPath} from '../addon-path.js';
import {broken, exact, relativeL2, type Verdict} from './verdict.js';

interface Config {
  readonly prompt: string;
  readonly lyrics: string;
  readonly text_valid: number;
  readonly lyric_valid: number;
  readonly variant: string;
  /** In audio samples; absent: upstream's own, 30 s with 2 s. */
  readonly tiles?: {readonly chunk_size: number; readonly overlap: number};
  readonly metadata?: {readonly audio_path?: string};
}

/** A case under judgement: what upstream recorded and what ours gave. */
interface Trial {
  readonly name: string;
  readonly golden: SafetensorsFile;
  readonly config: Config;
  readonly checkpoint: string;
  readonly addon: Addon;
}

const engine = {device: 'cpu', threads: undefined};

/** `e2e/*.safetensors` of kind e2e_preprocess: audio, prompt and lyrics to the tensors that training reads. */
export async function judgeEndToEnd(folder: string): Promise<Verdict[]> {
  const addon = loadAddon(addonPath);
  const checkpoint = join(folder, '../tiny_checkpoint');
  const verdicts: Verdict[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort()) {
    await using golden = await openSafetensors(join(folder, file));
    if (golden.metadata.kind !== 'e2e_preprocess') continue;
    const config = JSON.parse(golden.metadata.config!) as Config;
    const name = `e2e/${file}`;
    verdicts.push(
      ...(await judge({name, golden, config, checkpoint, addon}).catch((error: unknown) => [
        broken(name, error),
      ])),
    );
  }
  return verdicts;
}

async function judge(trial: Trial): Promise<Verdict[]> {
  const latents = await encodeAudio(trial);
  const {text, lyrics, verdicts} = await encodeTexts(trial);
  await using conditions = await openConditionEncoder(
    trial.addon,
    join(trial.checkpoint, `acestep-v15-${trial.config.variant}`),
    engine,
  );
  const condition = await conditions.encode({text, lyrics});
  const mask = (await trial.golden.read('out/encoder_attention_mask')).data;
  return [
    await compare(trial, 'out/target_latents', latents),
    ...verdicts,
    await compare(trial, 'out/encoder_hidden_states', condition.states),
    exact(`${trial.name} encoder_attention_mask`, Buffer.compare(condition.mask, mask) === 0 ? [] : ['mask']),
  ];
}

async function compare({name, golden}: Trial, tensor: string, actual: ArrayLike<number>): Promise<Verdict> {
  const expected = toFloat32(await golden.read(tensor));
  const allowed = Number(golden.metadata.tolerance);
  return {name: `${name} ${tensor.replace('out/', '')}`, error: relativeL2(actual, expected), allowed};
}

/** Where the file was resampled, upstream's own 48 kHz audio is the start: the resampler has cases of its own. */
async function encodeAudio(trial: Trial): Promise<Float32Array> {
  const {golden, config, checkpoint, addon} = trial;
  const sound = (await recordedAudio(golden)) ?? (await soundBeside(trial));
  const tiles = config.tiles ?? {chunk_size: 30 * 48_000, overlap: 2 * 48_000};
  await using vae = await openAudioEncoder(addon, join(checkpoint, 'vae'), engine);
  const {data} = await vae.encode(sound, {
    sample_rate: 48_000,
    resampler: 'soxr_hq',
    max_duration: 0,
    normalize: 'none',
    peak_target: 0,
    loudness_target: 0,
    latents: 'mean',
    seed: 0,
    sample: 0,
    tile_duration: tiles.chunk_size / 48_000,
    tile_overlap: tiles.overlap / 48_000,
  });
  return data;
}

interface Sound {
  readonly data: Float32Array;
  readonly channels: number;
}

/** Of songs that were mono only one channel is recorded. */
async function recordedAudio(golden: SafetensorsFile): Promise<Sound | undefined> {
  const names = ['in/audio_48k_stereo_ch0', 'in/audio_48k_stereo_ch1'].filter((name) =>
    golden.tensors.has(name),
  );
  if (names.length === 0) return undefined;
  const channels = await Promise.all(names.map(async (name) => toFloat32(await golden.read(name))));
  const data = new Float32Array(channels.length * channels[0]!.length);
  for (const [i, channel] of channels.entries()) data.set(channel, i * channel.length);
  return {data, channels: channels.length};
}

async function soundBeside({golden, name, config}: Trial): Promise<Sound> {
  const named = config.metadata?.audio_path ?? basename(golden.path).replace(/safetensors$/, 'wav');
  const wave = await decodeStereo(join(golden.path, '..', basename(named)), {max_seconds: null});
  if (wave.sample_rate !== 48_000) throw new Error(`${name} has another rate but records no 48 kHz audio`);
  return {data: wave.samples, channels: 2};
}

async function encodeTexts(trial: Trial) {
  const {golden, config, checkpoint, addon, name} = trial;
  const folder = join(checkpoint, 'Qwen3-Embedding-0.6B');
  const tokenizer = await loadTokenizer(folder);
  await using encoder = await openTextEncoder(addon, folder, engine);
  const limits = tokenLimits.upstream;
  const text = tokenizer.encode(config.prompt, limits.text, 'max_length');
  const lyrics = tokenizer.encode(config.lyrics, limits.lyrics, 'max_length');
  const width = encoder.hidden_size;
  const states = await encoder.encode(Array.from(text.ids));
  const valid = text.valid * width;
  const wrong = [
    ...(text.valid === config.text_valid && lyrics.valid === config.lyric_valid ? [] : ['token counts']),
    ...((await sameIds(golden, 'out/text_ids', text.ids)) ? [] : ['text ids']),
    ...((await sameIds(golden, 'out/lyric_ids', lyrics.ids)) ? [] : ['lyric ids']),
  ];
  const mask = (count: number, length: number) => Uint8Array.from({length}, (_, i) => (i < count ? 1 : 0));
  return {
    text: {states, width, mask: mask(text.valid, limits.text)},
    lyrics: {
      states: await encoder.embed(Array.from(lyrics.ids)),
      width,
      mask: mask(lyrics.valid, limits.lyrics),
    },
    verdicts: [
      exact(`${name} tokens`, wrong),
      await compare(trial, 'out/text_hidden_states_valid', states.subarray(0, valid)),
      await compare(trial, 'out/text_hidden_states_pad_row0', states.subarray(valid, valid + width)),
    ],
  };
}

async function sameIds(golden: SafetensorsFile, tensor: string, ids: Int32Array): Promise<boolean> {
  const expected = (await golden.read(tensor)).data;
  return Buffer.compare(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), expected) === 0;
}
