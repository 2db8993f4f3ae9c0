import type {JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import type {Tensor} from '../format/tensor.js';
import type {AdapterModule, Matrix} from './adapter.js';
import type {AdapterFile} from './adapter-file.js';
import {requirePart, scalarOf, toMatrix} from './factors.js';
import type {FoundModule} from './found-module.js';
import {DORA_RULE} from './metadata.js';
import {patternValue, peftScale} from './scale.js';

/**
 * A LoRA or DoRA module. Rank is what the factors have. With settings, alpha is PEFT's: `alpha_pattern`, else `lora_alpha`, else
 * PEFT's own default. Without, it is that of the module's own `.alpha` tensor; a module without one is applied as it is, as
 * ComfyUI and diffusers do.
 */
export function loraModule(found: FoundModule, file: AdapterFile): AdapterModule {
  const {name, parts, where} = found;
  const stored = requirePart(parts, 'down', where);
  const down = toMatrix(stored);
  const up = toMatrix(requirePart(parts, 'up', where));
  if (up.cols !== down.rows) throw unlikeFactors(where, {up, down});
  const alpha = file.config === undefined ? ownAlpha(found, file, down.rows) : peftAlpha(found, file.config);
  const law = file.config?.use_rslora === true ? 'rs_lora' : 'plain';
  const magnitude = magnitudeOf(found, up.rows);
  const taps = stored.shape[2];
  return {
    name,
    weights: {
      kind: 'lora',
      down,
      up,
      ...(magnitude && {magnitude}),
      ...(stored.shape.length === 3 && {taps: taps!}),
    },
    rank: down.rows,
    alpha,
    scale: peftScale(alpha, down.rows, law),
    ...(parts.dora_scale && file.metadata[DORA_RULE.key] === DORA_RULE.over_base && {magnitude_over: 'base'}),
  };
}

/** PEFT's default of `lora_alpha`, which it leaves out of no config; a config by hand may lack it. */
const PEFT_DEFAULT_ALPHA = 8;

function peftAlpha({path, where}: FoundModule, config: JsonObject): number {
  const alpha = patternValue(config.alpha_pattern, {name: path, where, setting: 'alpha_pattern'});
  if (alpha !== undefined) return alpha;
  const value = config.lora_alpha === undefined ? PEFT_DEFAULT_ALPHA : config.lora_alpha;
  if (typeof value === 'number') return value;
  throw new SidestepError({
    code: 'adapter/config-invalid',
    message: `${where}: lora_alpha is ${JSON.stringify(value)}, expected a number`,
  });
}

function ownAlpha({parts}: FoundModule, file: AdapterFile, rank: number): number {
  if (parts.alpha !== undefined) return scalarOf(parts.alpha);
  const names = [...file.tensors.keys()];
  const peft =
    names.every((name) => name.startsWith('base_model.')) && names.some((name) => name.includes('.lora_A'));
  if (!peft || names.some((name) => name.endsWith('.alpha'))) return rank;
  throw new SidestepError({
    code: 'adapter/layout-unknown',
    message: `${file.path} holds PEFT tensors but no rank and alpha`,
    hint: 'Name the folder with adapter_model.safetensors and adapter_config.json instead.',
  });
}

/** `[out]`, `[out, 1]`, `[1, out, 1]`: all are one number for each row. One for each column is another adapter. */
function magnitudeOf({parts, where}: FoundModule, rows: number): Float32Array | undefined {
  const tensor: Tensor | undefined = parts.magnitude ?? parts.dora_scale;
  if (tensor === undefined) return undefined;
  const count = tensor.shape.reduce((a, b) => a * b, 1);
  const overColumns = parts.dora_scale !== undefined && tensor.shape[0] === 1 && tensor.shape.length > 1;
  if (count === rows && !(overColumns && rows !== 1)) return toMatrix(tensor).data;
  throw new SidestepError({
    code: 'adapter/dora-axis',
    message: `${where}: its magnitudes are [${tensor.shape}], expected one for each of the ${rows} rows of the weight`,
    hint: 'Magnitudes of columns (LyCORIS with wd_on_output=False) have no form in PEFT; train it with wd_on_output, or use it where it was made.',
  });
}

function unlikeFactors(where: string, {up, down}: {up: Matrix; down: Matrix}): SidestepError {
  return new SidestepError({
    code: 'adapter/incomplete',
    message: `${where}: up is [${up.rows}, ${up.cols}] and down [${down.rows}, ${down.cols}]: they have no common rank`,
    hint: 'The file mixes tensors of different adapters.',
  });
}
