import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {inferencePrompt, type Metas} from '../../src/dataset/prompt.js';
import {loadTokenizer} from '../../src/dataset/tokenizer.js';
import {openSafetensors, type SafetensorsFile} from '../../src/format/safetensors-read.js';
import {toFloat32} from '../../src/format/tensor.js';
import {type Addon, loadAddon} from '../../src/native/addon.js';
import {openConditionEncoder, openTextEncoder} from '../../src/native/engine.js';
import type {WorkerJob} from '../../src/protocol/message.js';
import {lyricsText, tokenLimits} from '../../src/stage/conditioning.js';
import {contextOf, silentLatents, silentReference} from '../../src/worker/silence.js';
import {addonPath} from '../addon-path.js';
import {broken, exact, relativeL2, type Verdict} from './verdict.js';

interface Config {
  readonly caption: string;
  readonly metas: Metas;
  readonly lyrics: string;
  readonly language: string;
  readonly prompt: string;
  readonly lyrics_text: string;
  readonly frames: number;
  readonly reference_frames?: number;
  readonly variant: string;
}

interface Trial {
  readonly name: string;
  readonly golden: SafetensorsFile;
  readonly config: Config;
  readonly checkpoint: string;
  readonly addon: Addon;
}

const engine = {device: 'cpu', threads: undefined};

/** `inference/*.safetensors` of kind condition_inference: caption, metas and lyrics to what the transformer is given. */
export async function judgeInference(folder: string): Promise<Verdict[]> {
  const addon = loadAddon(addonPath);
  const verdicts: Verdict[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).sort()) {
    await using golden = await openSafetensors(join(folder, file));
    if (golden.metadata.kind !== 'condition_inference') continue;
    const config = JSON.parse(golden.metadata.config!) as Config;
    const trial = {
      name: `inference/${file}`,
      golden,
      config,
      checkpoint: join(folder, '../tiny_checkpoint'),
      addon,
    };
    verdicts.push(...(await judge(trial).catch((error: unknown) => [broken(trial.name, error)])));
  }
  return verdicts;
}

async function judge(trial: Trial): Promise<Verdict[]> {
  const {golden, config, name} = trial;
  const model = {job: {inputs: inputsOf(trial)}};
  const {text, lyrics, verdicts} = await encodeTexts(trial);
  await using conditions = await openConditionEncoder(trial.addon, modelDir(trial), engine);
  const reference = await silentReference(model);
  const condition = await conditions.encode({text, lyrics, reference});
  const mask = (await golden.read('out/encoder_attention_mask')).data;
  return [
    ...verdicts,
    exact(
      `${name} reference`,
      reference.frames === (config.reference_frames ?? reference.frames) ? [] : [`${reference.frames}`],
    ),
    await compare(trial, 'out/encoder_hidden_states', condition.states),
    exact(`${name} encoder_attention_mask`, Buffer.compare(condition.mask, mask) === 0 ? [] : ['mask']),
    await compare(trial, 'out/context_latents', contextOf(await silentLatents(model, config.frames)).data),
  ];
}

async function encodeTexts(trial: Trial) {
  const {golden, config, checkpoint, addon, name} = trial;
  const folder = join(checkpoint, 'Qwen3-Embedding-0.6B');
  const tokenizer = await loadTokenizer(folder);
  await using encoder = await openTextEncoder(addon, folder, engine);
  const prompt = inferencePrompt(config.caption, config.metas);
  const words = lyricsText(config, 'inference');
  const text = tokenizer.encode(prompt, tokenLimits.inference.text, 'none');
  const lyrics = tokenizer.encode(words, tokenLimits.inference.lyrics, 'none');
  const width = encoder.hidden_size;
  const textStates = await encoder.encode(Array.from(text.ids));
  const lyricStates = await encoder.embed(Array.from(lyrics.ids));
  const wrong = [
    ...(prompt === config.prompt ? [] : ['prompt']),
    ...(words === config.lyrics_text ? [] : ['lyrics text']),
    ...((await sameIds(golden, 'out/text_ids', text.ids)) ? [] : ['text ids']),
    ...((await sameIds(golden, 'out/lyric_ids', lyrics.ids)) ? [] : ['lyric ids']),
  ];
  const whole = (states: Float32Array) => ({
    states,
    width,
    mask: new Uint8Array(states.length / width).fill(1),
  });
  return {
    text: whole(textStates),
    lyrics: whole(lyricStates),
    verdicts: [
      exact(`${name} texts`, wrong),
      await compare(trial, 'out/text_hidden_states', textStates),
      await compare(trial, 'out/lyric_hidden_states', lyricStates),
    ],
  };
}

function modelDir({checkpoint, config}: Trial): string {
  return join(checkpoint, `acestep-v15-${config.variant}`);
}

function inputsOf(trial: Trial): WorkerJob['inputs'] {
  const json = {components: {silence_latent: {dir: modelDir(trial)}}};
  const model = {stage: 'model', output: 'model', kind: 'json', hash: '', path: '', json};
  return {model} as unknown as WorkerJob['inputs'];
}

async function compare({name, golden}: Trial, tensor: string, actual: ArrayLike<number>): Promise<Verdict> {
  const expected = toFloat32(await golden.read(tensor));
  const allowed = Number(golden.metadata.tolerance);
  return {name: `${name} ${tensor.replace('out/', '')}`, error: relativeL2(actual, expected), allowed};
}

async function sameIds(golden: SafetensorsFile, tensor: string, ids: Int32Array): Promise<boolean> {
  const expected = (await golden.read(tensor)).data;
  return Buffer.compare(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), expected) === 0;
}
