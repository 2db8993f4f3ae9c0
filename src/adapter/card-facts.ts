import {type Json, type JsonObject, own} from '../base/json.js';
import {adapterFacts} from '../stage/adapter-kinds.js';
import {conditioningWords} from '../stage/conditioning.js';
import type {Adapter} from './adapter.js';
import type {CardParts} from './card-parts.js';
import {oneLine, tableOf} from './card-text.js';
import {hubModel} from './hub.js';
import {kindWorks} from './kinds.js';

/** "How it was trained", a row for each thing that is known; of adapters of other programs that is their shape alone. */
export function cardTrainingFacts(parts: CardParts): string[] {
  const rows = [shapeRow(parts.adapter), ...runRows(parts), ...settingRows(parts), ...endRows(parts)];
  return ['## How it was trained', tableOf(rows.filter((row) => row[1] !== ''))];
}

type Row = readonly [string, string];

function shapeRow(adapter: Adapter): Row {
  const {kind, modules, config} = adapter;
  const size =
    kindWorks[kind].size?.(adapter) ??
    `${rankWords(modules.map(({rank}) => rank))}${alphaWords(modules.map(({alpha}) => alpha))}`;
  const decomposed = kind !== 'dora' && config.weight_decompose === true ? ', weights decomposed' : '';
  return ['adapter', `${adapterFacts[kind].name}, ${size}${decomposed}, ${modules.length} modules`];
}

/** LyCORIS calls factors that are left whole rank 0. */
function rankWords(ranks: readonly number[]): string {
  const words = spanOf(ranks);
  return words === '0' ? 'full matrices' : `rank ${words}`;
}

function alphaWords(alphas: readonly number[]): string {
  const words = spanOf(alphas);
  return words === '0' ? '' : `, alpha ${words}`;
}

/** `64`, or `4 to 16` where modules differ. */
function spanOf(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
}

function runRows({provenance, state}: CardParts): Row[] {
  if (provenance === undefined) return [];
  const {base_model, base, samples, global_step, epoch, params} = provenance;
  const hub = hubModel(base_model);
  const name = oneLine(base_model);
  const batch = Number(params.batch_size ?? 1) * Number(params.gradient_accumulation_steps ?? 1);
  return [
    ['base model', hub === undefined ? `${name} (${base})` : `[${name}](https://huggingface.co/${hub})`],
    ['songs', String(samples)],
    ['length', `${global_step} updates over ${epoch} epochs, ${batch} songs an update`],
    ['state', stateWords(state, params)],
  ];
}

function stateWords({checkpoint, weights}: CardParts['state'], {ema_decay}: JsonObject): string {
  const which = checkpoint === 'last' ? 'the last' : checkpoint;
  const averaged = weights === 'ema' && Number(ema_decay ?? 0) > 0;
  return averaged ? `${which}, moving average with decay ${String(ema_decay)}` : which;
}

function settingRows({provenance, settings}: CardParts): Row[] {
  const params = provenance?.params;
  const conditions: Row = [
    'conditions',
    settings.conditioning === undefined ? '' : conditioningWords(settings.conditioning),
  ];
  if (params === undefined) return [conditions];
  return [
    ['optimizer', optimizerWords(params)],
    ['schedule', scheduleWords(params)],
    ['timesteps', timestepWords(params)],
    ['condition dropout', params.mode === 'vanilla' ? '' : textOf(params.cfg_dropout)],
    conditions,
    ['seed', textOf(params.seed)],
  ];
}

function timestepWords({mode}: JsonObject): string {
  if (mode === 'fixed') return 'continuous, as the base model was trained';
  return mode === 'vanilla' ? 'the eight of the turbo schedule' : '';
}

function optimizerWords(params: JsonObject): string {
  const {type, learning_rate} = objectAt(params, 'optimizer');
  return [textOf(type), learning_rate === undefined ? '' : `learning rate ${textOf(learning_rate)}`]
    .filter((word) => word !== '')
    .join(', ');
}

function scheduleWords(params: JsonObject): string {
  const {type, warmup_steps} = objectAt(params, 'schedule');
  const warmup = Number(warmup_steps ?? 0) > 0 ? `, warm-up of at most ${textOf(warmup_steps)} updates` : '';
  return type === undefined ? '' : `${textOf(type)}${warmup}`;
}

function endRows({provenance, version}: CardParts): Row[] {
  const loss = provenance?.loss;
  return [
    ['loss', typeof loss === 'number' ? `${Number(loss.toPrecision(4))}, mean of the last epoch` : ''],
    ['written by', `sidestep, export format ${version}`],
  ];
}

function objectAt(params: JsonObject, key: string): JsonObject {
  const value = own(params, key);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function textOf(value: Json | undefined): string {
  return value === undefined || value === null ? '' : oneLine(String(value));
}
