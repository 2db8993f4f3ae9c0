import {isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {Adapter} from './adapter.js';
import {groupByModule} from './factors.js';
import {DIFFUSERS_PREFIX, diffusersName, moduleOfDiffusersName} from './module-name.js';
import type {AdapterFile} from './read.js';
import {loraModule, splitPeftName} from './read-peft.js';

/**
 * A diffusers file under diffusers' rule: settings come from the `lora_adapter_metadata` JSON, and without it alpha is
 * taken to equal the rank.
 */
export function readDiffusers(file: AdapterFile): Adapter {
  const {modules, others, dtype} = groupByModule(file.tensors, (name) => {
    const split = splitPeftName(name.slice(DIFFUSERS_PREFIX.length));
    return split && [moduleOfDiffusersName(split[0]), split[1]];
  });
  const config = settings(file.metadata.lora_adapter_metadata);
  return {
    kind: config.use_dora === true ? 'dora' : 'lora',
    modules: modules.map(([name, parts]) => {
      const module = loraModule({name: diffusersName(name), parts, where: file.path}, config); // as patterns name it
      return {...module, name};
    }),
    config,
    dtype,
    metadata: file.metadata,
    others,
  };
}

function settings(text: string | undefined): JsonObject {
  const value: Json = text === undefined ? {} : (JSON.parse(text) as Json);
  if (!isJsonObject(value)) return {};
  const own = Object.entries(value).filter(([key]) => key.startsWith(DIFFUSERS_PREFIX));
  return Object.fromEntries(own.map(([key, setting]) => [key.slice(DIFFUSERS_PREFIX.length), setting]));
}
