import {isJsonObject, type JsonObject} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';
import {readUserJson} from '../../format/user-json.js';
import type {WorkerJob} from '../../protocol/message.js';
import {type ModuleSelection, readModuleSelection} from '../../stage/module-selection.js';
import {type ParamValue, paramsToJson} from '../../stage/param.js';
import {withoutPlaces} from '../../stage/resume-differences.js';
import type {WorkerContext} from '../context.js';

/** What training itself (not the engine) acts on; names as in schema/stage.train.schema.json. */
export interface LoopParams {
  readonly seed: number;
  readonly epochs: number;
  readonly ema_decay: number;
  readonly resume: 'exact' | 'fork' | 'fresh';
  readonly resume_from?: string;
  readonly validation: {readonly fraction: number; readonly every_epochs: number; readonly tensors?: unknown};
  readonly checkpoint: {
    readonly every_epochs: number;
    readonly every_steps: number;
    readonly every_minutes: number;
    readonly keep_last: number;
    readonly keep_every: number;
    readonly keep_best: number;
    readonly best_after_epoch: number;
    readonly best_window: number;
    readonly best_min_delta: number;
  };
  readonly early_stop: {readonly patience: number; readonly min_delta: number};
  readonly logging: {
    readonly log_every: number;
    readonly log_heavy_every: number;
    readonly tensorboard: boolean;
    readonly log_dir?: string;
  };
  readonly samples?: SamplesParams;
  readonly inference: {readonly shift?: number; readonly num_inference_steps?: number};
  readonly output_dir?: string;
}

/** Clips that are made on the way. */
export interface SamplesParams {
  readonly every_epochs: number;
  readonly every_steps: number;
  readonly before_first_step: boolean;
  readonly prompts?: ParamValue;
  readonly seeds: readonly number[];
  readonly strengths: readonly number[];
  readonly duration: number;
}

export function loopParams({job}: WorkerContext): LoopParams {
  return job.params as unknown as LoopParams; // validated by the stage's schema
}

/** What a stage was told, without the place it runs in. */
export type JobInputs = Pick<WorkerJob, 'params' | 'inputs'>;

/**
 * The stage's parameters as the engine takes them: references gone, the modules or ranks of an estimate put in place of
 * `adapter.selection`. They are saved with every checkpoint, so what names places of this machine stays out.
 * Throws `train/estimate-invalid`.
 */
export async function engineOptions(context: {readonly job: JobInputs}): Promise<JsonObject> {
  const params = withoutPlaces(context.job.params);
  const {selection, ...plain} = paramsToJson(context.job.params).adapter as JsonObject;
  const adapter = isJsonObject(selection) ? await selectionOf(context, selection, plain) : plain;
  return {...params, adapter};
}

async function selectionOf(
  context: {readonly job: JobInputs},
  selection: JsonObject,
  adapter: JsonObject,
): Promise<JsonObject> {
  const estimate = await readEstimate(context, selection);
  const modules = {...adapter, modules: estimate.selected};
  if (selection.use !== 'ranks') return modules;
  const {rank_pattern, alpha_pattern} = estimate;
  if (rank_pattern === undefined || Object.keys(rank_pattern).length === 0)
    throw invalid('it holds no ranks', 'Ranks need `method: fisher` in the estimate stage.');
  return {...modules, rank_pattern, alpha_pattern: alpha_pattern ?? {}};
}

async function readEstimate(
  {job}: {readonly job: JobInputs},
  selection: JsonObject,
): Promise<ModuleSelection> {
  const input = job.inputs['adapter.selection.estimate'];
  const value = input?.json ?? (await readUserJson(input?.path ?? String(selection.estimate)));
  const read = readModuleSelection(value);
  if (read === undefined)
    throw invalid(
      'it selects no modules',
      "Expected the JSON file that an estimate stage writes, Side-Step's list of modules with sensitivities, or its fisher_map.json.",
    );
  return read;
}

function invalid(what: string, hint: string): SidestepError {
  return new SidestepError({
    code: 'train/estimate-invalid',
    message: `The estimate named by adapter.selection cannot be used: ${what}`,
    hint,
  });
}
