import {basename, dirname, join} from 'node:path';
import {sha256} from '../base/hash.js';
import type {JsonObject} from '../base/json.js';
import {SidestepError} from '../base/problem.js';
import {aceStepSizes} from './ace-step-sizes.js';
import {isModelFolder, type ScannedCheckpoint, type ScannedModel, scanCheckpoint} from './checkpoint.js';
import type {ComponentFiles} from './component-files.js';
import {type BaseModel, type Component, type Components, componentNames, type Model} from './model.js';
import {baseFromConfig, inferenceDefaults, upstreamTimestep} from './model-config.js';
import {modelNamed, nearModels} from './model-name.js';
import {readSilenceLatent} from './silence-latent.js';

/** What the `scan` stage was asked for; paths are absolute. */
export interface ScanOptions {
  readonly checkpoint_dir: string;
  /** `turbo`, `xl-sft`, or the name of a fine-tune's folder. */
  readonly model: string;
  readonly base_model: BaseModel | 'auto';
}

/** Content hash of a file; may remember files that did not change. */
export type HashFile = (path: string) => Promise<{readonly hash: string}>;

/**
 * Finds the model a name means, checks that all its parts are there, and gives every part an identity by content.
 * Throws `model/none-found`, `model/unknown-name` (with near names), `model/incomplete` (naming every missing part) and
 * `model/base-unknown`.
 */
export async function scanModel(options: ScanOptions, hashFile: HashFile): Promise<Model> {
  const scanned = await chooseModel(options);
  const {found, components} = scanned;
  if (found.missing.length > 0) throw incomplete(scanned);
  const silence = await readSilenceLatent(join(components.silence_latent.dir, 'silence_latent.pt'));
  const {base, base_origin} = settleBase(scanned, options.base_model);
  const identified: Partial<Record<keyof Components, Component>> = {};
  for (const name of componentNames) identified[name] = await identify(components[name], hashFile);
  return {
    name: found.name,
    label: found.label,
    base,
    base_origin,
    size: found.size,
    parameters: found.parameters,
    timestep_mu: found.timestep_mu ?? upstreamTimestep.mu,
    timestep_sigma: found.timestep_sigma ?? upstreamTimestep.sigma,
    inference: inferenceDefaults(base),
    shape: shapeOf(scanned.config),
    silence_frames: silence.frames,
    components: identified as Components,
  };
}

function shapeOf(config: JsonObject): Model['shape'] {
  const {decoder_layers, encoder, latent_channels} = aceStepSizes(config);
  return {layers: decoder_layers, condition_width: encoder.hidden, latent_channels};
}

/**
 * Where a model's parts are, without reading its weights: what is enough to say how much memory it will take.
 * Throws as `scanModel` does when there is no such model.
 */
export async function locateModel(
  options: Pick<ScanOptions, 'checkpoint_dir' | 'model'>,
): Promise<Readonly<Record<keyof Components, {readonly dir: string}>>> {
  const {components} = await chooseModel(options);
  return Object.fromEntries(componentNames.map((name) => [name, {dir: components[name].dir}])) as Record<
    keyof Components,
    {dir: string}
  >;
}

async function chooseModel({
  checkpoint_dir,
  model,
}: Pick<ScanOptions, 'checkpoint_dir' | 'model'>): Promise<ScannedModel> {
  const {models, unreadable} = await modelsIn(checkpoint_dir);
  const names = models.map(({found}) => found.name);
  const name = modelNamed(model, names);
  const chosen = models.find(({found}) => found.name === name);
  if (chosen !== undefined) return chosen;
  const broken = unreadable.get(modelNamed(model, [...unreadable.keys()]) ?? '');
  if (broken !== undefined) throw new SidestepError(broken);
  const near = nearModels(model, names);
  const renamed = models.filter(({config}) => isCalledByBase(model, config)).map(({found}) => found.name);
  const hints = [
    ...(near.length > 0 ? [`Did you mean ${near.join(' or ')}?`] : []),
    ...(renamed.length > 0
      ? [
          `By its config.json ${renamed.join(' or ')} is a ${model} model under another name: write \`model: ${renamed[0]}\`.`,
        ]
      : []),
  ];
  throw new SidestepError({
    code: 'model/unknown-name',
    message: `There is no model ${JSON.stringify(model)} in ${checkpoint_dir}; there are ${names.join(', ')}`,
    ...(hints.length > 0 ? {hint: hints.join(' ')} : {}),
  });
}

/** Short names say a base: who writes one may have given the folder another name. */
function isCalledByBase(model: string, config: JsonObject): boolean {
  const base = baseFromConfig(config);
  return base !== undefined && model.toLowerCase() === base;
}

/** All models of a checkpoint folder; throws `model/none-found` when there are none. */
export async function listModels(checkpointDir: string): Promise<readonly ScannedModel[]> {
  return (await modelsIn(checkpointDir)).models;
}

async function modelsIn(checkpointDir: string): Promise<ScannedCheckpoint> {
  const scanned = await scanCheckpoint(checkpointDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return {models: [], unreadable: new Map()};
    throw error;
  });
  if (scanned.models.length > 0) return scanned;
  const [broken] = scanned.unreadable.values();
  if (broken !== undefined) throw new SidestepError(broken); // the model, as far as one can tell
  const inside = await isModelFolder(checkpointDir);
  throw new SidestepError({
    code: 'model/none-found',
    message: inside
      ? `${checkpointDir} is itself a model; checkpoint_dir is the folder above it, which also holds the VAE`
      : `No ACE-Step model found in ${checkpointDir}: no folder in it has a config.json of AceStepConditionGenerationModel`,
    hint: inside
      ? `Set checkpoint_dir to ${dirname(checkpointDir)} and model to ${basename(checkpointDir)}.`
      : 'Download the ACE-Step 1.5 checkpoints there; each model has its own folder, such as acestep-v15-turbo.',
  });
}

function settleBase(
  scanned: ScannedModel,
  wanted: ScanOptions['base_model'],
): Pick<Model, 'base' | 'base_origin'> {
  if (wanted !== 'auto') return {base: wanted, base_origin: 'parameter'};
  const stated = baseFromConfig(scanned.config);
  if (stated !== undefined) return {base: stated, base_origin: 'config'};
  if (scanned.found.base !== undefined) return {base: scanned.found.base, base_origin: 'folder_name'};
  throw new SidestepError({
    code: 'model/base-unknown',
    message: `Neither the config.json nor the folder name of ${scanned.found.name} says which model it descends from`,
    hint: 'Set base_model to turbo, base or sft.',
  });
}

/** What a component is by its content, wherever it is. */
export async function identify({dir, files}: ComponentFiles, hashFile: HashFile): Promise<Component> {
  const paths = files.map((file) => join(dir, file));
  const parts: string[] = [];
  for (const [index, path] of paths.entries())
    parts.push(`${role(files[index]!)} ${(await hashFile(path)).hash}`);
  return {dir, files: paths, hash: sha256(parts.join('\n'))};
}

/** Weights are weights whatever the files are called; which of the small files is which does matter. */
function role(file: string): string {
  return file.endsWith('.safetensors') ? 'weights' : file;
}

function incomplete({found}: ScannedModel): SidestepError {
  const parts = found.missing.map(({component, path, reason}) => `  ${component}: ${path}: ${reason}`);
  return new SidestepError({
    code: 'model/incomplete',
    message: [`The model ${found.name} is incomplete:`, ...parts].join('\n'),
    hint: 'Download those files again, or name the model that they belong to; the folders are those of the ACE-Step 1.5 checkpoints.',
  });
}
