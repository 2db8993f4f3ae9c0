import type {Provenance} from '../../adapter/provenance.js';
import type {Recipe} from '../../adapter/recipe.js';
import {componentHash, jsonObject} from '../../stage/model-json.js';
import {recordedParams} from '../../stage/resume-differences.js';
import type {WorkerContext} from '../context.js';
import {trainParams} from './options.js';
import type {Split} from './samples.js';

/** What a state of the run is called and where it is. */
export interface TrainingPoint {
  readonly global_step: number;
  readonly epoch: number;
  readonly loss: number | null;
}

/** The songs, and what can be said of how all that was made. */
export interface TrainedOn {
  readonly split: Split;
  readonly recipe: Recipe | undefined;
}

/** What is beside every adapter this stage writes. Parameters that name places of this machine are left out. */
export function provenanceOf(
  {job, ...rest}: WorkerContext,
  {split, recipe}: TrainedOn,
  at: TrainingPoint,
): Provenance {
  const model = jsonObject(job.inputs.model?.json, 'model.json');
  const defaults = jsonObject(model.inference, 'model.json: inference');
  const {inference} = trainParams({job, ...rest});
  return {
    base_model: String(model.name),
    base: String(model.base),
    base_hash: String(componentHash(model, 'dit')),
    inference: {
      shift: inference.shift ?? Number(defaults.shift),
      steps: inference.num_inference_steps ?? Number(defaults.steps),
    },
    global_step: at.global_step,
    epoch: at.epoch,
    loss: at.loss,
    samples: split.training.length,
    trigger: commonTrigger(split),
    params: recordedParams(job.params),
    fingerprint: job.fingerprint,
    ...(recipe === undefined ? {} : {recipe}),
  };
}

/** The tag that all samples share; empty when they differ. */
function commonTrigger({training}: Split): string {
  const triggers = new Set(training.map(({trigger}) => trigger));
  return triggers.size === 1 ? [...triggers][0]! : '';
}
