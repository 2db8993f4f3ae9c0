import {copyFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import type {Adapter} from '../adapter/adapter.js';
import {type BaseWeights, openBase} from '../adapter/base-weights.js';
import {CARD_FILE, modelCard} from '../adapter/card.js';
import {
  comfyuiLayout,
  comfyuiPrefix,
  diffusersLayout,
  type LayoutFile,
  type LayoutOptions,
  lycorisLayout,
  peftLayout,
} from '../adapter/layout.js';
import {fileMetadata} from '../adapter/metadata.js';
import {fitToBase, knownWithoutBase, magnitudesOverBase} from '../adapter/on-base.js';
import {type Provenance, readProvenance} from '../adapter/provenance.js';
import {readAdapter, readWritten} from '../adapter/read.js';
import {comfyuiReader} from '../adapter/reader/comfyui.js';
import {lycorisReader} from '../adapter/reader/lycoris.js';
import {diffusersReader, peftReader} from '../adapter/reader/peft.js';
import type {Reader} from '../adapter/reader/reader.js';
import {bakeScale} from '../adapter/scale.js';
import {unchangedModules, verifyExport} from '../adapter/verify.js';
import {ownFiles, writeLayoutFile} from '../adapter/write.js';
import type {JsonObject} from '../base/json.js';
import {makeFolder} from '../base/make-folder.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {removeTree} from '../base/remove.js';
import {unreachable} from '../base/unreachable.js';
import {writeFile} from '../base/write-file.js';
import type {FloatDType} from '../format/float-bits.js';
import {loadAddon} from '../native/addon.js';
import {mergeAdapter} from '../native/merge.js';
import {type ExportLayout, ownLayout} from '../stage/adapter-kinds.js';
import {songNames} from '../stage/export.js';
import type {ExportFormat} from '../stage/export-layouts.js';
import {type ParametersOf, parametersOf} from '../stage/parameters.js';
import {adapterState} from './adapter-state.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {componentDir} from './model-input.js';

type ExportParams = ParametersOf<'export'>;

interface Export {
  readonly params: ExportParams;
  readonly formats: readonly ExportFormat[];
  readonly adapter: Adapter;
  readonly base: BaseWeights | undefined;
  readonly name: string;
  readonly dtype: FloatDType;
  readonly provenance: Provenance | undefined;
}

/** Writes the adapter in every layout asked for, reads each back as its consumer would, and compares. */
export const exportStage: WorkerEntry = async (context) => {
  const {model} = context.job.inputs;
  await using base = model === undefined ? undefined : await openBase(componentDir(model, 'dit'));
  const work = await prepare(context, base);
  let unchanged: readonly string[] | undefined;
  for (const [i, format] of work.formats.entries()) {
    if (context.signal.aborted) return 'stopped';
    context.emit({kind: 'phase_started', phase: `writing ${format}`});
    if (format === 'merged') await writeMerged(context, work);
    else unchanged = await writeLayout(context, work, format);
    if (work.params.card.enabled) await writeCard(context, work, format);
    context.emit({kind: 'stage_progress', done: i + 1, total: work.formats.length, unit: 'formats'});
  }
  unchanged ??= await unchangedModules(work.adapter, base);
  if (unchanged.length > 0)
    context.emit({kind: 'stage_warning', problem: changesNothing(unchanged, work.adapter.modules.length)});
  return 'done';
};

async function prepare({job}: WorkerContext, base: BaseWeights | undefined): Promise<Export> {
  const params = parametersOf('export', job.params);
  const root = job.inputs.adapter?.path ?? String(params.adapter);
  const folder = await adapterState(root, params);
  const read = await readAdapter(folder);
  const adapter = base === undefined ? knownWithoutBase(read) : await fitToBase(read, base);
  return {
    params,
    formats: params.formats ?? [ownLayout(adapter.kind)],
    adapter,
    base,
    name: params.name!, // unset it is the pipeline's
    dtype: params.dtype === 'auto' ? adapter.dtype : (params.dtype.toUpperCase() as FloatDType),
    provenance: await readProvenance(folder),
  };
}

/** Gives the modules that change nothing. */
async function writeLayout(
  context: WorkerContext,
  work: Export,
  format: ExportLayout,
): Promise<readonly string[]> {
  const folder = join(context.job.out_dir, 'files', format);
  const files = await layoutFiles(work, format);
  for (const file of files) await writeLayoutFile(folder, file);
  const tensors = files.find((file) => file.kind === 'safetensors');
  const {modules, largest_difference, unchanged} = await verifyExport({
    trained: work.adapter,
    file: await readWritten(join(folder, tensors!.name)),
    reader: readerOf(format, work.params),
    layout: format,
    dtype: work.dtype,
    base: work.base,
  });
  context.log(
    `${format}: ${modules} modules read back, weight change within ${largest_difference.toExponential(1)}`,
  );
  return unchanged;
}

/** What people read first, and the Hub too. */
async function writeCard({job}: WorkerContext, work: Export, format: ExportFormat): Promise<void> {
  const {params, adapter, name, provenance} = work;
  const dataset = job.inputs['card.songs']?.json;
  const text = modelCard({
    ...{adapter, name, format, provenance},
    about: params.metadata,
    settings: params.card,
    state: {checkpoint: params.checkpoint, weights: params.weights},
    songs: dataset === undefined ? undefined : songNames(dataset),
    version: Number(job.provenance.version),
  });
  await writeFile(join(job.out_dir, 'files', format, CARD_FILE), text);
}

async function layoutFiles(work: Export, format: ExportLayout): Promise<LayoutFile[]> {
  const {params, name, dtype, provenance, base} = work;
  const baked = params.scale === 'baked' || (params.scale === 'auto' && bakedByDefault(format));
  const adapter = baked ? bakeScale(work.adapter) : work.adapter;
  const metadata = fileMetadata({
    ...{adapter, name, provenance},
    about: params.metadata,
    settings: settingsOf(format, params),
  });
  const options: LayoutOptions = {name, dtype, metadata};
  switch (format) {
    case 'peft':
      return peftLayout(adapter, options);
    case 'lycoris':
      return lycorisLayout(adapter, options);
    case 'comfyui':
      return comfyuiLayout(adapter, {
        ...options,
        prefix: params.key_prefix ?? comfyuiPrefix(params.key_style),
        dora_scales: await magnitudesOverBase(adapter, base),
      });
    case 'diffusers':
      return diffusersLayout(adapter, options);
    default:
      return unreachable(format);
  }
}

/** As somebody would write them who wants this file again. */
function settingsOf(format: ExportLayout, params: ExportParams): JsonObject {
  const {checkpoint, weights, scale, dtype, key_style, key_prefix} = params;
  const keys = key_prefix === undefined ? {key_style} : {key_prefix};
  return {formats: [format], checkpoint, weights, scale, dtype, ...(format === 'comfyui' ? keys : {})};
}

/** The rule of the program that a layout is for. */
function readerOf(format: ExportLayout, params: ExportParams): Reader {
  switch (format) {
    case 'peft':
      return peftReader;
    case 'lycoris':
      return lycorisReader;
    case 'comfyui':
      return comfyuiReader(params.key_prefix);
    case 'diffusers':
      return diffusersReader;
    default:
      return unreachable(format);
  }
}

function changesNothing(unchanged: readonly string[], modules: number): Problem {
  return {
    code: 'export/changes-nothing',
    message:
      unchanged.length === modules
        ? 'The adapter changes nothing: every weight change in it is zero'
        : `${unchanged.length} of ${modules} modules change nothing: their weight change is zero, as in ${unchanged[0]}`,
    hint: 'Training moved none of their weights: see `optimizer.learning_rate` of the train stage, and whether a step was taken at all.',
  };
}

/** Files for programs that disagree about alpha carry none that matters. */
function bakedByDefault(format: ExportLayout): boolean {
  return format === 'comfyui' || format === 'diffusers';
}

/** The whole checkpoint with the adapter worked into its weights, for programs that read no adapters. */
async function writeMerged(context: WorkerContext, {adapter}: Export): Promise<void> {
  const {job, signal} = context;
  if (job.inputs.model === undefined) {
    throw new SidestepError({
      code: 'export/model-missing',
      message: 'The merged format needs the base model',
      hint: 'Name the scan stage of the base model under `model` of the export stage.',
    });
  }
  const target = join(job.out_dir, 'files/merged');
  await makeFolder(target);
  const base = componentDir(job.inputs.model, 'dit');
  const own = join(job.out_dir, 'adapter'); // in the one form that the engine reads, whatever program wrote it
  for (const file of ownFiles(adapter)) await writeLayoutFile(own, file);
  try {
    await mergeAdapter(
      loadAddon(job.addon!), // the runner gives it to every worker
      {adapter: own, base, output_dir: target},
      {signal},
    );
  } finally {
    await removeTree(own);
  }
  await copyBesideWeights(base, target);
  context.log(`merged: ${adapter.modules.length} modules worked into the checkpoint`);
}

/** Configuration, silence and code, so that the folder is a model of its own. The base's card speaks of the base. */
async function copyBesideWeights(base: string, target: string): Promise<void> {
  for (const entry of await readdir(base, {withFileTypes: true})) {
    const isWeights = /\.(safetensors|safetensors\.index\.json|bin)$/.test(entry.name);
    if (!entry.isDirectory() && !isWeights && entry.name.toLowerCase() !== CARD_FILE.toLowerCase())
      await copyFile(join(base, entry.name), join(target, entry.name));
  }
}
