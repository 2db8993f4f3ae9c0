import {type ParamObject, valueAt} from './param.js';
import type {StageType} from './stage-type.js';

/** Whether a stage has a place to copy its outputs to. */
export function publishes(type: StageType | undefined, params: ParamObject): boolean {
  return (type?.publishes ?? []).some(({param}) => {
    const path = valueAt(params, param);
    return typeof path === 'string' && path !== '';
  });
}
