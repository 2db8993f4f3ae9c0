import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {isFolder} from '../base/if-there.js';
import type {JsonObject} from '../base/json.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {realPath} from '../base/real-path.js';
import {aceStepSizes} from './ace-step-sizes.js';
import {type ComponentFiles, plainFiles, reasonOf, weightFiles} from './component-files.js';
import {ditTensors, textEncoderTensors} from './expected-tensors.js';
import {hubFolder, withoutHub} from './hub-cache.js';
import type {ComponentName, FoundModel} from './model.js';
import {baseFromConfig, baseInName, isDitConfig, readConfig, sizeOf, timestepOf} from './model-config.js';
import {readSilenceLatent} from './silence-latent.js';
import {vaeTensors} from './vae-tensors.js';

/** A model of a checkpoint folder with the files of all its components. */
export interface ScannedModel {
  readonly found: FoundModel;
  readonly config: JsonObject;
  readonly components: Readonly<Record<ComponentName, ComponentFiles>>;
}

export interface ScannedCheckpoint {
  readonly models: readonly ScannedModel[];
  /** Folders whose config.json cannot be read, so that no one knows whether they are models, by name. */
  readonly unreadable: ReadonlyMap<string, Problem>;
}

/** Folders upstream publishes, by the short names users write. */
export const officialFolders: Readonly<Record<string, string>> = {
  turbo: 'acestep-v15-turbo',
  base: 'acestep-v15-base',
  sft: 'acestep-v15-sft',
  'xl-turbo': 'acestep-v15-xl-turbo',
  'xl-base': 'acestep-v15-xl-base',
  'xl-sft': 'acestep-v15-xl-sft',
};

/** Deep enough for fine-tunes sorted into folders, shallow enough not to walk a whole disk. */
const maxDepth = 3;

/**
 * Every ACE-Step model below a checkpoint folder, by name, recognised by its config.json and not by its folder's name,
 * each with what it lacks. VAE, text encoder and tokenizer are shared by all.
 */
export async function scanCheckpoint(checkpointDir: string): Promise<ScannedCheckpoint> {
  const {folders, unreadable} = await foldersWithConfig(checkpointDir);
  const models = folders.filter(({config}) => isDitConfig(config));
  const vae = await findVae(checkpointDir, folders);
  const scanned: ScannedModel[] = [];
  for (const {name, dir, config} of models) {
    const text = await findTextEncoder(checkpointDir, {folders, width: config.text_hidden_dim});
    scanned.push(await scanModel({name, dir, config}, [vae, ...text]));
  }
  scanned.sort((a, b) => (a.found.name < b.found.name ? -1 : 1));
  return {models: scanned, unreadable};
}

interface Folder {
  /** Below the checkpoint folder, with `/`. */
  readonly name: string;
  readonly dir: string;
  readonly config: JsonObject;
}

async function foldersWithConfig(
  root: string,
): Promise<{folders: Folder[]; unreadable: Map<string, Problem>}> {
  const found: Folder[] = [];
  const unreadable = new Map<string, Problem>();
  const walk = async (name: string, parents: readonly string[], depth: number): Promise<void> => {
    const dir = join(root, name);
    const real = await realPath(dir);
    if (parents.includes(real)) return; // a link back up: nothing new there
    const config = name === '' ? undefined : await readConfig(dir).catch(problemOf);
    if (config instanceof SidestepError) unreadable.set(name, config.problem);
    else if (config !== undefined) found.push({name, dir, config});
    if (depth >= maxDepth) return;
    const hub = await hubFolder(dir);
    if (hub?.revision === undefined && hub !== undefined) return; // nothing was downloaded whole
    const below = hub === undefined ? await foldersIn(dir) : [`snapshots/${hub.revision}`];
    // What Hugging Face's cache puts around a repository counts as one folder.
    for (const folder of below)
      await walk(name === '' ? folder : `${name}/${folder}`, [...parents, real], hub ? depth : depth + 1);
  };
  await walk('', [], 0);
  return {folders: named(found), unreadable};
}

function problemOf(error: unknown): SidestepError {
  if (error instanceof SidestepError) return error;
  throw error;
}

async function foldersIn(dir: string): Promise<string[]> {
  const folders: string[] = [];
  for (const {name} of await readdir(dir, {withFileTypes: true}))
    if (!name.startsWith('.') && (await isFolder(join(dir, name)))) folders.push(name);
  return folders;
}

/** Without what Hugging Face's cache adds, unless two would then have one name. */
function named(folders: readonly Folder[]): Folder[] {
  const short = folders.map(({name}) => withoutHub(name));
  return folders.map((folder, i) => {
    const name = short[i]!;
    return name !== '' && short.filter((other) => other === name).length === 1 ? {...folder, name} : folder;
  });
}

async function scanModel(
  {name, dir, config}: Folder,
  shared: readonly ComponentFiles[],
): Promise<ScannedModel> {
  const dit = await transformerFiles(dir);
  const silence = await silenceFiles(dir, config);
  const parts = [dit, silence, ...shared];
  const {mu, sigma} = timestepOf(config);
  const found: FoundModel = {
    name,
    dir,
    label: Object.values(officialFolders).includes(name) ? 'official' : 'custom',
    base: baseFromConfig(config) ?? baseInName(name),
    size: sizeOf(config),
    parameters: dit.parameters,
    timestep_mu: mu,
    timestep_sigma: sigma,
    missing: parts.flatMap(({missing}) => missing),
  };
  const components = Object.fromEntries(parts.map((part) => [part.component, part]));
  return {found, config, components: components as ScannedModel['components']};
}

/** The silence latent must be there and have the latent's channels. */
async function silenceFiles(dir: string, config: JsonObject): Promise<ComponentFiles> {
  const files = await plainFiles('silence_latent', {dir, required: ['silence_latent.pt']});
  if (files.missing.length > 0) return files;
  const path = join(dir, 'silence_latent.pt');
  const wanted = aceStepSizes(config).latent_channels;
  const reason = await readSilenceLatent(path).then(
    ({channels}) =>
      channels === wanted ? undefined : `it has ${channels} channels; config.json says ${wanted}`,
    (error: unknown) => reasonOf(error),
  );
  return reason === undefined
    ? files
    : {...files, files: [], missing: [{component: 'silence_latent', path, reason}]};
}

/** `vae`, else whichever folder holds an Oobleck autoencoder. */
/** The transformer in a model's own folder, with the condition encoder that is in the same files. */
export function transformerFiles(dir: string): Promise<ComponentFiles> {
  return weightFiles('dit', {dir, stem: 'model', tensorsOf: ditTensors});
}

async function findVae(root: string, folders: readonly Folder[]): Promise<ComponentFiles> {
  const candidates = folders.filter(({config}) => config._class_name === 'AutoencoderOobleck');
  const chosen = candidates.find(({name}) => name === 'vae') ?? candidates[0];
  return weightFiles('vae', {
    dir: chosen?.dir ?? join(root, 'vae'),
    stem: 'diffusion_pytorch_model',
    tensorsOf: vaeTensors,
  });
}

/** `Qwen3-Embedding-0.6B`, else the Qwen3 model whose width is what the DiT expects of text states. */
async function findTextEncoder(
  root: string,
  {folders, width}: {folders: readonly Folder[]; width: unknown},
): Promise<[ComponentFiles, ComponentFiles]> {
  const usual = 'Qwen3-Embedding-0.6B';
  const candidates = folders.filter(
    ({config}) => config.model_type === 'qwen3' && config.hidden_size === width,
  );
  const chosen = folders.find(({name}) => name === usual) ?? candidates[0];
  const dir = chosen?.dir ?? join(root, usual);
  const tokenizer = {dir, required: ['tokenizer.json'], optional: ['tokenizer_config.json']};
  return [
    await weightFiles('text_encoder', {dir, stem: 'model', tensorsOf: textEncoderTensors}),
    await plainFiles('tokenizer', tokenizer),
  ];
}

/** Is this folder itself a model, where the folder above it is wanted? */
export async function isModelFolder(dir: string): Promise<boolean> {
  const config = await readConfig(dir);
  return config !== undefined && isDitConfig(config);
}
