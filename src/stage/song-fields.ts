import {asWritten, type JsonObject} from '../base/json.js';
import {jsonObject} from './model-json.js';
import {type PromptParts, promptText} from './prompt-text.js';

/** A song with what a stage found out about it, where that comes from, and the prompt that says it. */
export function withFields(
  song: JsonObject,
  found: JsonObject,
  origin: 'caption_stage' | 'analyze_stage',
): JsonObject {
  const origins = jsonObject(song.origins, 'dataset.json: samples.origins');
  const {source} = jsonObject(song.prompt, 'dataset.json: samples.prompt') as {source: 'caption' | 'genre'};
  const own = Object.fromEntries(Object.keys(found).map((field) => [field, origin]));
  const told = {...song, ...found, origins: {...origins, ...own}};
  const printed = asWritten<PromptParts>({...told, duration: String(song.duration)});
  return {...told, prompt: {source, text: promptText(printed, source)}};
}
