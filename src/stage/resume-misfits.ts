import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import {keptEpochs} from './kept-states.js';
import type {ParamObject} from './param.js';
import {
  differenceText,
  type ResumeDifference,
  resumeDifferences,
  withoutPlaces,
} from './resume-differences.js';
import type {KnownInputs, Misfit} from './stage-type.js';

/** What `resume_from` is looked at for before anything runs: what trainings of ours, and what PEFT leaves beside weights. */
export const RESUME_FILES = ['sidestep.json', 'adapter_config.json'] as const;

/**
 * Pure: weights that do not fit the adapter that is to go on from them, and another training that would be refused once it is
 * there, hours later. What only the file of a state tells is left to the stage.
 */
export function resumeMisfits(params: ParamObject, {stages, files, names = {}}: KnownInputs): Misfit[] {
  const before = stages.resume_from;
  if (before === undefined) {
    const other = otherWeights(adapterIn(files.resume_from), params, 'The adapter that is there');
    if (other.length > 0) return other;
    const isState = (names.resume_from ?? []).some((name) => STATE.test(name));
    return isState ? otherSettings(settingsIn(files.resume_from), params, 'It was trained') : [];
  }
  if (before.uses !== 'train') return [];
  const other = otherWeights(before.params.adapter as Json, params, 'The adapter that this stage trains');
  if (other.length > 0 || (keptEpochs(before.params) ?? []).length === 0) return other;
  return otherSettings(withoutPlaces(before.params), params, 'It trains');
}

/** What makes a folder, or one of its checkpoints, a state to go on from; weights without it are a warm start of any settings. */
const STATE = /^(?:checkpoints\/[^/]+\/)?training_state\.safetensors$/;

function settingsIn(file: Json | undefined): JsonObject | undefined {
  return isJsonObject(file) && isJsonObject(file.params) ? file.params : undefined;
}

/** The adapter's parameters as far as a JSON file beside its weights says them. */
function adapterIn(file: Json | undefined): Json | undefined {
  if (!isJsonObject(file)) return undefined;
  if (isJsonObject(file.params)) return file.params.adapter;
  const {peft_type, use_dora, r, rank_pattern} = file;
  if (typeof peft_type !== 'string') return undefined;
  const type = use_dora === true ? 'dora' : peft_type.toLowerCase();
  return {type, ...(typeof r === 'number' && {rank: r}), ...(isJsonObject(rank_pattern) && {rank_pattern})};
}

function otherWeights(before: Json | undefined, {adapter}: ParamObject, whose: string): Misfit[] {
  const now = adapter as Json | undefined;
  if (!isJsonObject(before) || !isJsonObject(now)) return [];
  const wrong = ['type', ...(hasOneRank(before) && hasOneRank(now) ? ['rank'] : [])].find(
    (key) => before[key] !== undefined && now[key] !== undefined && before[key] !== now[key],
  );
  if (wrong === undefined) return [];
  return [
    {
      param: 'resume_from',
      problem: {
        code: 'train/adapter-differs',
        message: `${whose} has ${wrong} ${String(before[wrong])}, this run's ${String(now[wrong])}`,
        hint: 'Train the adapter that it holds, or begin without resume_from.',
      },
    },
  ];
}

function hasOneRank({rank_pattern, selection}: JsonObject): boolean {
  const none = !isJsonObject(rank_pattern) || Object.keys(rank_pattern).length === 0;
  return none && !isJsonObject(selection);
}

/** Of a training whose state this one would go on from. */
function otherSettings(before: JsonObject | undefined, now: ParamObject, how: string): Misfit[] {
  if (before === undefined || now.resume === 'fork') return [];
  const forks = resumeDifferences(before, withoutPlaces(now)).filter(isFork);
  if (forks.length === 0) return [];
  return [
    {
      param: 'resume_from',
      problem: {
        code: 'train/resume-differs',
        message: `${how} with other settings, so that to go on from its state would be neither run: ${forks.map(differenceText).join(', ')}`,
        hint: 'Set them as they are there, or write `resume: fork`: its weights, with these settings, from step 0.',
      },
    },
  ];
}

function isFork({means}: ResumeDifference): boolean {
  return means === 'fork';
}
