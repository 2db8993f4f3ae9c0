import {isJsonObject, type JsonObject} from '../../base/json.js';
import {SidestepError} from '../../base/problem.js';
import {readUserJson} from '../../format/user-json.js';
import type {WorkerJob} from '../../protocol/message.js';
import {type ModuleSelection, readModuleSelection} from '../../stage/module-selection.js';
import {paramsToJson} from '../../stage/param.js';
import {type ParametersOf, parametersOf} from '../../stage/parameters.js';
import {withoutPlaces} from '../../stage/resume-differences.js';
import type {WorkerContext} from '../context.js';

/** What a train stage is told; the engine takes the same object. */
export type TrainParams = ParametersOf<'train'>;

/** Clips that are made on the way. */
export type SamplesParams = NonNullable<TrainParams['samples']>;

export function trainParams({job}: WorkerContext): TrainParams {
  return parametersOf('train', job.params);
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
