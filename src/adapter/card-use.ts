import {isLowRank} from '../stage/adapter-kinds.js';
import type {CardParts} from './card-parts.js';
import {codeSpan, fenced, oneLine, tableOf} from './card-text.js';

/** "How to use it", for the programs that read this layout, with the numbers that belong to the base model. */
export function usage(parts: CardParts & {readonly trigger: string | undefined}): string[] {
  return ['## How to use it', ...settingsTable(parts), ...programs(parts)];
}

/** Steps, shift and guidance: what music is made with, never what was trained with. */
function settingsTable({provenance}: CardParts): string[] {
  if (provenance === undefined) return [];
  const {inference, base} = provenance;
  return [
    tableOf([
      ['strength', '1.0 is what was trained; 0.6 to 0.8 keeps more of the base model'],
      ['steps', String(inference.steps)],
      ['shift', String(inference.shift)],
      ['guidance', base === 'turbo' ? 'none: turbo models take none' : '7'],
    ]),
  ];
}

function programs(parts: CardParts & {readonly trigger: string | undefined}): string[] {
  const {format} = parts;
  switch (format) {
    case 'peft':
      return [...(isLowRank(parts.adapter.kind) ? [aceStep, cppFolder] : []), own(parts, '.')];
    case 'comfyui':
      return [comfyui(parts), ...(isLora(parts) ? [cppFile(parts)] : []), own(parts, fileName(parts))];
    case 'diffusers':
      return [diffusers(parts)];
    case 'lycoris':
      return [lycoris(parts), own(parts, fileName(parts))];
    case 'merged':
      return [merged];
  }
}

const aceStep = `**ACE-Step's own interface.** Enter the path of this folder under LoRA Path, press Load LoRA and switch Use LoRA on; LoRA Scale is the
strength. Initialise the service without quantization, which adapters do not work with.`;

const cppFolder = `**acestep.cpp.** Put this folder into the one that \`--adapters\` names, and its name into the request: \`"adapter": "…"\`, with
\`"adapter_scale": 1.0\`.`;

function cppFile(parts: CardParts): string {
  return `**acestep.cpp.** Put the file into the folder that \`--adapters\` names, and into the request \`"adapter": ${JSON.stringify(fileName(parts))}\` with
\`"adapter_scale": 1.0\`.`;
}

function comfyui(parts: CardParts): string {
  const dora = parts.adapter.kind === 'dora' ? ' It needs a ComfyUI of April 2025 or newer.' : '';
  return `**ComfyUI.** Put ${codeSpan(fileName(parts))} into \`models/loras/\` and load it with LoraLoaderModelOnly; the text encoder is not adapted. Every module
carries its own alpha with the scale worked in, so a strength of 1.0 is what was trained.${dora}`;
}

function diffusers({trigger, provenance}: CardParts & {readonly trigger: string | undefined}): string {
  const steps = provenance === undefined ? '' : `, num_inference_steps=${provenance.inference.steps}`;
  const prompt = JSON.stringify(trigger === undefined ? 'slow blues' : `${trigger}, slow blues`);
  return `**diffusers**, from the first release after 0.39.0 on; before that its ACE-Step pipelines loaded no adapters. The pipeline is made of the base
model in diffusers' own layout.

${fenced('python', `pipe.load_lora_weights("path/of/this/folder", weight_name="pytorch_lora_weights.safetensors", adapter_name="style")\npipe.set_adapters(["style"], [1.0])\naudio = pipe(prompt=${prompt}, audio_duration=30.0${steps}).audios`)}`;
}

function lycoris(parts: CardParts): string {
  const rename =
    parts.adapter.kind === 'lokr'
      ? " ACE-Step's own interface takes a folder that holds this file under the name `lokr_weights.safetensors`."
      : '';
  return `**LyCORIS.** \`create_lycoris_from_weights(1.0, ${JSON.stringify(fileName(parts))}, decoder)\` and \`apply_to()\`.${rename}`;
}

const merged = `**Any program that takes ACE-Step checkpoints.** Put this folder beside \`vae/\` and \`Qwen3-Embedding-0.6B/\` and choose it as the model. The style is
in its weights: there is no strength to set.`;

/** Our own program, on this folder or the file in it; in full, since the reader of a card knows neither. */
function own(
  {trigger, provenance}: Pick<CardParts, 'provenance'> & {readonly trigger: string | undefined},
  path: string,
): string {
  const prompt = trigger === undefined ? 'slow blues' : `${trigger}, slow blues`;
  const model = provenance === undefined ? '' : ` --model ${shellWord(provenance.base_model)}`;
  const command = `sidestep generate ${shellWord(path)}${model} --checkpoints path/of/checkpoints --prompt ${quoted(prompt)} --out blues.wav`;
  return `**sidestep**, in this folder:\n\n${fenced('sh', command)}`;
}

function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}

function isLora({adapter}: CardParts): boolean {
  return adapter.kind === 'lora';
}

function fileName({name}: CardParts): string {
  return `${name}.safetensors`;
}
