import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import {LATENT_HZ} from '../../stage/latent-rate.js';

/** One change of a stage's parameters that lowers its memory. Pure. */
export interface MemorySaving {
  /** As it would be in the stage. */
  readonly text: string;
  readonly apply: (options: JsonObject) => JsonObject;
}

/** Seconds of a crop that is long enough to hold a song's form and short enough for small cards. */
const SHORT_CROP_S = 60;
/** What could be changed, the least painful first: the same update in more time, then small losses, then shorter songs. */
export function changesFor(uses: string, options: JsonObject): MemorySaving[] {
  const changes = [...smallerBatch(uses, options)];
  if (uses !== 'train') return changes;
  const smaller = [...smallerState(options), ...smallerBase(options)];
  return [...checkpointing(options), ...changes, ...smaller, ...offloading(options), ...shorterCrop(options)];
}

/** Half the rank, a quarter and so on, alpha with it. */
export function rankChanges({adapter}: JsonObject): MemorySaving[] {
  if (!isJsonObject(adapter) || typeof adapter.rank !== 'number') return [];
  const changes: MemorySaving[] = [];
  for (let divisor = 2; adapter.rank / divisor >= 4; divisor *= 2) {
    const rank = Math.floor(adapter.rank / divisor);
    const alpha = typeof adapter.alpha === 'number' ? {alpha: adapter.alpha / divisor} : {};
    changes.push(merging(`adapter: {rank: ${rank}}`, {adapter: {...adapter, rank, ...alpha}}));
  }
  return changes;
}

/** An own share, or none, may keep more than fits. */
function checkpointing({gradient_checkpointing: at}: JsonObject): MemorySaving[] {
  if (!isJsonObject(at) || (at.enabled === true && (at.ratio === undefined || at.ratio === 1))) return [];
  const {ratio: _, ...rest} = at;
  return [merging('gradient_checkpointing: auto', {gradient_checkpointing: {...rest, enabled: true}})];
}

/** Of no use on the CPU, where the plan shows no less and the change is left out. */
function offloading({gradient_checkpointing: at}: JsonObject): MemorySaving[] {
  if (!isJsonObject(at) || at.offload === true) return [];
  const text = 'gradient_checkpointing: {offload: true}';
  return [{text, apply: (options) => ({...options, gradient_checkpointing: offloaded(options)})}];
}

function offloaded({gradient_checkpointing: at}: JsonObject): JsonObject {
  return {...(isJsonObject(at) ? at : {}), offload: true};
}

function smallerBatch(uses: string, {batch_size, gradient_accumulation_steps}: JsonObject): MemorySaving[] {
  const batch = Number(batch_size);
  if (!(batch > 1)) return [];
  if (uses !== 'train') return [merging('batch_size: 1', {batch_size: 1})];
  const steps = Number(gradient_accumulation_steps) * batch;
  const text = `batch_size: 1 with gradient_accumulation_steps: ${steps}, which makes the same updates`;
  return [merging(text, {batch_size: 1, gradient_accumulation_steps: steps})];
}

function smallerState({optimizer}: JsonObject): MemorySaving[] {
  if (!isJsonObject(optimizer) || optimizer.type !== 'adamw') return [];
  return [merging('optimizer: {type: adamw8bit}', {optimizer: {...optimizer, type: 'adamw8bit'}})];
}

function smallerBase({base_precision}: JsonObject): MemorySaving[] {
  const coded = base_precision !== undefined && base_precision !== 'auto';
  return coded ? [] : [merging('base_precision: 8bit', {base_precision: '8bit'})];
}

function shorterCrop({crop}: JsonObject): MemorySaving[] {
  const {max_latent_length, ...rest} = isJsonObject(crop) ? crop : {};
  const now = Number(max_latent_length ?? 0) / LATENT_HZ || Number(rest.chunk_duration ?? 0);
  if (now > 0 && now <= SHORT_CROP_S) return [];
  const cut = {...rest, chunk_duration: SHORT_CROP_S};
  return [merging(`crop: {chunk_duration: ${SHORT_CROP_S}}`, {crop: cut})];
}

function merging(text: string, changed: Readonly<Record<string, Json>>): MemorySaving {
  return {text, apply: (options) => ({...options, ...changed})};
}
