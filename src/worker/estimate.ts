import {join} from 'node:path';
import type {Json, JsonObject} from '../base/json.js';
import {writeFile} from '../base/write-file.js';
import {loadAddon} from '../native/addon.js';
import {estimateModules} from '../native/trainer.js';
import {jsonObject} from '../stage/model-json.js';
import {paramsToJson} from '../stage/param.js';
import type {WorkerEntry} from './context.js';
import {memoryAtHand, refuseWhatCannotFit} from './forecast/refuse.js';
import {componentDir} from './model-input.js';
import {barChart} from './picture/bar-chart.js';
import {silenceFile} from './silence.js';
import {estimateRecipe} from './train/recipe.js';
import {repeated, resolveSamples} from './train/samples.js';

/** Measures modules by their full-weight gradients; leaves `estimate.json`, which `train` selects from, and a picture. */
export const estimate: WorkerEntry = async (context) => {
  const {job, emit, signal} = context;
  emit({kind: 'phase_started', phase: 'loading the model'});
  const {model: _model, tensors: _tensors, ...options} = paramsToJson(job.params);
  const setup = {
    model_folder: componentDir(job.inputs.model, 'dit'),
    samples: repeated(await resolveSamples(context, 'tensors')),
    silence_latent: await silenceFile(context),
    options,
    precision: job.precision,
    device: job.device,
    threads: job.threads,
  };
  const onEvent = ({done, total}: {done: number; total: number}) =>
    emit({kind: 'stage_progress', done, total, unit: 'batches'});
  const addon = loadAddon(job.addon!);
  const {limit_bytes} = await memoryAtHand(addon, job);
  await refuseWhatCannotFit(addon, job, {setup, limit_bytes});
  const measured = await estimateModules(addon, setup, {signal, onEvent: onEvent as never});
  const result = jsonObject(measured, 'estimate.json');
  const made_with = estimateRecipe(job);
  const said = {...result, ...(made_with === undefined ? {} : {made_with})};
  await writeFile(join(job.out_dir, 'estimate.json'), `${JSON.stringify(said, null, 2)}\n`);
  await writeFile(join(job.out_dir, 'estimate.svg'), picture(result, options));
  return 'done';
};

/** More bars than this say nothing more. */
const MOST_BARS = 64;

function picture(estimated: JsonObject, options: JsonObject): string {
  const modules = estimated.modules as readonly {module: string; score: number}[];
  const selected = new Set(estimated.selected as readonly Json[]);
  const title = options.method === 'fisher' ? 'Fisher information by module' : 'Gradient norm by module';
  const bars = modules.slice(0, MOST_BARS).map(({module, score}) => ({
    label: module,
    value: score,
    selected: selected.has(module),
  }));
  return barChart(title, bars);
}
