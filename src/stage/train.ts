import {misfitsOfPrompts, promptsOf} from './clip.js';
import {songSources} from './dataset.js';
import {formulaProblem} from './formula.js';
import {type IneffectiveRule, isAt, isOff} from './ineffective.js';
import {joinFaults} from './joined.js';
import {readsTrainingModel} from './model-json.js';
import {isParamObject, isStageReference, type ParamObject, valueAt} from './param.js';
import {sampleMisfits, tensorsFolder} from './preprocessed-for.js';
import {RESUME_FILES, resumeMisfits} from './resume-misfits.js';
import type {Derive, DerivedFault, KnownInputs, Misfit, StageType} from './stage-type.js';
import {targetMisfits} from './targets.js';
import {trainDoubts} from './train-doubts.js';
import {trainExtension} from './train-extension.js';
import {longSongs} from './train-length.js';

const isCropped: IneffectiveRule['when'] = (params) =>
  !isOff('crop.chunk_duration')(params) || !isOff('crop.max_latent_length')(params);
const isValidated: IneffectiveRule['when'] = (params) =>
  !isOff('validation.fraction')(params) || !isOff('validation.tensors')(params);
const isDiscrete: IneffectiveRule['when'] = (params) =>
  isAt('timestep.law', 'discrete')(params) ||
  (isAt('timestep.law', 'auto')(params) && isAt('mode', 'vanilla')(params));
/** What the engine makes of the schedule then (`schedule_for_optimizer`); a test asks it. */
const isHeldByProdigy: IneffectiveRule['when'] = (params) =>
  isAt('optimizer.type', 'prodigy')(params) && !isAt('schedule.type', 'custom')(params);

/** What the adapter's own config file repeats (`adapter.*`) always counts: it is written into the output. */
const ineffective: readonly IneffectiveRule[] = [
  {params: ['cfg_dropout'], when: isAt('mode', 'vanilla'), because: '`mode: vanilla` drops no conditions'},
  {
    params: ['timestep.timestep_mu', 'timestep.timestep_sigma'],
    when: isDiscrete,
    because: 'the discrete timesteps are drawn from no normal law',
  },
  {params: ['snr_gamma'], when: isAt('loss_weighting', 'none'), because: '`loss_weighting` is none'},
  {
    params: ['partial_accumulation'],
    when: isAt('gradient_accumulation_steps', 1),
    because: 'every micro-batch is an update of its own',
  },
  {
    params: ['schedule.type', 'schedule.floor_factor', 'schedule.n_restarts'],
    when: isHeldByProdigy,
    because: 'after the warm-up Prodigy keeps the rate it finds, unless the schedule is custom',
  },
  {
    params: ['schedule.warmup_start_factor'],
    when: isAt('schedule.warmup_steps', 0),
    because: 'there is no warm-up',
  },
  {
    params: ['crop.chunk_duration'],
    when: (params) => !isOff('crop.max_latent_length')(params),
    because: '`crop.max_latent_length` decides',
  },
  {
    params: ['crop.start', 'crop.decay_every_epochs'],
    when: (params) => !isCropped(params),
    because: 'whole songs are trained: neither `crop.chunk_duration` nor `crop.max_latent_length` is set',
  },
  {
    params: ['crop.decay_every_epochs'],
    when: isAt('crop.start', 'uniform'),
    because: 'only `crop.start: coverage` counts what was seen',
  },
  {
    params: ['validation.fraction'],
    when: (params) => valueAt(params, 'validation.tensors') !== undefined,
    because: '`validation.tensors` names the samples',
  },
  {
    params: ['validation.every_epochs', 'validation.timesteps', 'validation.draws', 'validation.seed'],
    when: (params) => !isValidated(params),
    because: 'nothing is validated: neither `validation.fraction` nor `validation.tensors` is set',
  },
  {
    params: ['target_loss.floor', 'target_loss.warmup_steps', 'target_loss.smoothing'],
    when: isOff('target_loss.loss'),
    because: '`target_loss.loss` is 0',
  },
  {
    params: ['checkpoint.keep_every'],
    when: isOff('checkpoint.keep_last'),
    because: '`checkpoint.keep_last` is 0: all are kept',
  },
  {
    params: ['early_stop.min_delta'],
    when: isOff('early_stop.patience'),
    because: '`early_stop.patience` is 0',
  },
];

function check(params: ParamObject, known: KnownInputs): Misfit[] {
  const adapter = isParamObject(params.adapter) ? params.adapter : {};
  return [
    ...sampleMisfits(['tensors', 'validation.tensors'], known),
    ...targetMisfits(adapter, known, 'adapter'),
    ...longSongs(params, known),
    ...resumeMisfits(params, known),
    ...clipMisfits(params, known),
  ];
}

/** Of the clips on the way, which are neutral to the adapter but cannot be made of nothing. */
function clipMisfits({samples}: ParamObject, {json}: KnownInputs): Misfit[] {
  if (!isParamObject(samples)) return [];
  const has_dataset = isStageReference(samples.dataset);
  if (samples.prompts === undefined && !has_dataset) return [noPrompts];
  return misfitsOfPrompts(promptsOf(samples.prompts), {
    at: 'samples.prompts',
    model: json.model,
    dataset: json['samples.dataset'],
    has_dataset,
    duration: samples.duration,
  });
}

/** What is wrong with the parameters alone. */
function derive(params: ParamObject): ReturnType<Derive> {
  const joined = ['tensors', 'validation.tensors'].flatMap((param) => joinFaults(params, param));
  return {params, faults: [...joined, ...formulaFaults(params)]};
}

function formulaFaults(params: ParamObject): DerivedFault[] {
  const formula = valueAt(params, 'schedule.formula');
  const problem = typeof formula === 'string' ? formulaProblem(formula) : undefined;
  if (problem === undefined) return [];
  const {code, message, hint = ''} = problem;
  return [{param: 'schedule.formula', code, message, hint}];
}

const noPrompts: Misfit = {
  param: 'samples',
  problem: {
    code: 'train/no-prompts',
    message:
      'Nothing says what the clips on the way are to be: there are no `prompts`, and no dataset stage to take a song from',
    hint: 'Write prompts: [{caption: "slow blues, male voice"}].',
  },
};

/** Where TensorBoard files go: `runs` beside the adapter, as upstream has them. Undefined: nowhere that the user named. */
export function boardFolder(params: ParamObject): string | undefined {
  const {output_dir} = params;
  const log_dir = valueAt(params, 'logging.log_dir');
  if (typeof log_dir === 'string') return log_dir;
  return typeof output_dir === 'string' ? `${output_dir}/runs` : undefined;
}

function clipsNote({samples}: ParamObject): string | undefined {
  return isParamObject(samples)
    ? 'no clips on the way: a finished training is not done again; a `generate` stage makes music of it and its checkpoints'
    : undefined;
}

function startNote({resume_from, resume}: ParamObject): string | undefined {
  if (resume_from === undefined) return undefined;
  const from = isStageReference(resume_from) ? `what ${resume_from.$stage} left` : String(resume_from);
  return resume === 'fork' ? `begins with the weights of ${from}` : `goes on from ${from}`;
}

/** Endings of files that hold weights. */
const WEIGHTS = ['.safetensors', '.pt', '.bin'];

/** Trains an adapter. The folder it leaves holds the adapter, flat, and its checkpoints below `checkpoints/`. */
export const train: StageType = {
  name: 'train',
  version: 5, // its adapter is read without what says how it went
  schema: 'stage.train.schema.json',
  summary: 'Train an adapter',
  runs: 'worker',
  numerics: 'engine',
  plans_memory: true,
  neutral: ['precision', 'gradient_checkpointing', 'samples', 'logging', 'max_nonfinite_steps', 'output_dir'],
  check,
  derive: derive,
  note: (params, work) => (work === 'cached' ? clipsNote(params) : startNote(params)),
  ineffective,
  doubts: trainDoubts,
  files: [
    tensorsFolder('tensors'),
    {...tensorsFolder('validation.tensors'), optional: true},
    {param: 'adapter.selection.estimate', kind: 'file', identity: 'content', optional: true, json: '.'},
    {
      param: 'resume_from',
      kind: 'file_or_folder',
      identity: 'content',
      optional: true,
      json: RESUME_FILES,
      holds: WEIGHTS,
    },
  ],
  inputs: [
    {param: 'model', from: ['scan'], reads: readsTrainingModel},
    {param: 'tensors', from: ['preprocess.pass2', 'command']},
    {param: 'validation.tensors', from: ['preprocess.pass2', 'command']},
    {param: 'adapter.selection.estimate', from: ['estimate', 'command']},
    {param: 'resume_from', from: ['train', 'command']},
    {param: 'samples.dataset', from: songSources},
  ],
  outputs: () => [
    {name: 'adapter', kind: 'tree', file: 'adapter', aside: ['metrics.jsonl', 'loss.svg']},
    {name: 'summary', kind: 'json', file: 'summary.json'},
  ],
  extends: trainExtension,
  places: ['output_dir', 'logging.log_dir'],
  publishes: [{output: 'adapter', param: 'output_dir'}],
  board: {
    output: 'adapter',
    file: 'metrics.jsonl',
    folder: (params) => (valueAt(params, 'logging.tensorboard') === true ? boardFolder(params) : undefined),
  },
};
