import type {InputObject} from '../protocol/message.js';
import {jsonObject, type ModelComponent} from '../stage/model-json.js';

/** The folder of one component of the scanned model that a stage was given. */
export function componentDir(input: InputObject | undefined, component: ModelComponent): string {
  const model = jsonObject(input?.json, 'model.json');
  const components = jsonObject(model.components, 'model.json: components');
  return String(jsonObject(components[component], `model.json: components.${component}`).dir);
}
