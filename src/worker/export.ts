import {copyFile, readdir, stat, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {Adapter} from '../adapter/adapter.js';
import {
  comfyuiLayout,
  comfyuiPrefix,
  diffusersLayout,
  type LayoutFile,
  type LayoutOptions,
  lycorisLayout,
  peftLayout,
} from '../adapter/layout.js';
import {type AboutAdapter, fileMetadata} from '../adapter/metadata.js';
import {type Provenance, readProvenance} from '../adapter/provenance.js';
import {readAdapter} from '../adapter/read.js';
import {bakeScale} from '../adapter/scale.js';
import {verifyExport} from '../adapter/verify.js';
import {makeFolder} from '../base/make-folder.js';
import {SidestepError} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import type {FloatDType} from '../format/float-bits.js';
import {writeSafetensors} from '../format/safetensors-write.js';
import {loadAddon} from '../native/addon.js';
import {mergeAdapter} from '../native/merge.js';
import type {WorkerContext, WorkerEntry} from './context.js';
import {componentDir} from './model-input.js';

type Format = 'peft' | 'lycoris' | 'comfyui' | 'diffusers' | 'merged';

interface ExportParams {
  readonly adapter: string;
  readonly formats: readonly Format[];
  readonly checkpoint: string;
  readonly weights: 'ema' | 'raw';
  readonly scale: 'auto' | 'baked' | 'trained';
  readonly key_style: 'native' | 'generic';
  readonly key_prefix?: string;
  readonly dtype: 'auto' | 'f32' | 'bf16' | 'f16';
  readonly name: string;
  readonly metadata: AboutAdapter;
}

interface Export {
  readonly params: ExportParams;
  readonly folder: string;
  readonly adapter: Adapter;
  readonly name: string;
  readonly dtype: FloatDType;
  readonly provenance: Provenance | undefined;
}

/** Writes the adapter in every layout asked for, reads each back as its consumer would, and compares. */
export const exportStage: WorkerEntry = async (context) => {
  const work = await prepare(context);
  for (const [i, format] of work.params.formats.entries()) {
    if (context.signal.aborted) return 'stopped';
    context.emit({kind: 'phase_started', phase: `writing ${format}`});
    if (format === 'merged') await writeMerged(context, work);
    else await writeLayout(context, work, format);
    context.emit({kind: 'stage_progress', done: i + 1, total: work.params.formats.length, unit: 'formats'});
  }
  return 'done';
};

async function prepare({job}: WorkerContext): Promise<Export> {
  const params = job.params as unknown as ExportParams; // validated by the stage's schema
  const root = job.inputs.adapter?.path ?? params.adapter;
  const folder = await chosenFolder(root, params);
  const adapter = await readAdapter(folder);
  return {
    params,
    folder,
    adapter,
    name: params.name,
    dtype: params.dtype === 'auto' ? adapter.dtype : (params.dtype.toUpperCase() as FloatDType),
    provenance: await readProvenance(folder),
  };
}

/** The final state, the best one or a checkpoint; in it the moving average, or the raw weights kept beside it. */
async function chosenFolder(root: string, {checkpoint, weights}: ExportParams): Promise<string> {
  const state =
    checkpoint === 'last' ? root : join(root, checkpoint === 'best' ? 'best' : `checkpoints/${checkpoint}`);
  if (!(await exists(state))) {
    throw new SidestepError({
      code: 'export/checkpoint-missing',
      message: `The adapter has no state ${checkpoint}: ${state} does not exist`,
      hint: 'Checkpoints are named epoch_N or step_N; `best` is kept when training has keep_best.',
    });
  }
  const raw = join(state, 'raw');
  return weights === 'raw' && (await exists(raw)) ? raw : state;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeLayout(
  context: WorkerContext,
  work: Export,
  format: Exclude<Format, 'merged'>,
): Promise<void> {
  const folder = join(context.job.out_dir, 'files', format);
  const files = layoutFiles(work, format);
  for (const file of files) await writeLayoutFile(folder, file);
  const tensors = files.find((file) => file.kind === 'safetensors');
  const path = format === 'peft' ? folder : join(folder, tensors!.name);
  const verified = verifyExport(work.adapter, await readAdapter(path), {layout: format, dtype: work.dtype});
  context.log(
    `${format}: ${verified.modules} modules read back, weight change within ${verified.largest_difference.toExponential(1)}`,
  );
}

function layoutFiles(work: Export, format: Exclude<Format, 'merged'>): LayoutFile[] {
  const {params, name, dtype, provenance} = work;
  const baked = params.scale === 'baked' || (params.scale === 'auto' && bakedByDefault(format));
  const adapter = baked ? bakeScale(work.adapter) : work.adapter;
  const metadata = fileMetadata({adapter, about: params.metadata, name, provenance});
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
      });
    case 'diffusers':
      return diffusersLayout(adapter, options);
    default:
      return unreachable(format);
  }
}

/** Files for programs that disagree about alpha carry none that matters. */
function bakedByDefault(format: Format): boolean {
  return format === 'comfyui' || format === 'diffusers';
}

async function writeLayoutFile(folder: string, file: LayoutFile): Promise<void> {
  const path = join(folder, file.name);
  await makeFolder(dirname(path));
  if (file.kind === 'json') {
    await writeFile(path, `${JSON.stringify(file.value, null, 2)}\n`);
    return;
  }
  const tensors = Object.entries(file.tensors).map(([name, tensor]) => ({name, ...tensor}));
  await writeSafetensors(path, {tensors, metadata: file.metadata});
}

/** The whole checkpoint with the adapter worked into its weights, for programs that read no adapters. */
async function writeMerged(context: WorkerContext, {folder, adapter}: Export): Promise<void> {
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
  await mergeAdapter(
    loadAddon(job.addon!), // the runner gives it to every worker
    {adapter: folder, base, output_dir: target},
    {signal},
  );
  await copyBesideWeights(base, target);
  context.log(`merged: ${adapter.modules.length} modules worked into the checkpoint`);
}

/** Configuration, silence and code, so that the folder is a model of its own. */
async function copyBesideWeights(base: string, target: string): Promise<void> {
  for (const entry of await readdir(base, {withFileTypes: true})) {
    const isWeights = /\.(safetensors|safetensors\.index\.json|bin)$/.test(entry.name);
    if (!entry.isDirectory() && !isWeights) await copyFile(join(base, entry.name), join(target, entry.name));
  }
}
