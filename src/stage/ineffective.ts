import {type ParamObject, valueAt} from './param.js';

/**
 * Parameters that play no part beside the others (`cfg_dropout` in vanilla mode): they count, and reach the work, as if
 * no one had written them, and the person who wrote them is told.
 */
export interface IneffectiveRule {
  /** Dotted paths; each covers everything below it. */
  readonly params: readonly string[];
  readonly when: (params: ParamObject) => boolean;
  /** Goes on from "has no effect: ". */
  readonly because: string;
}

/** Whether the value at a path is one of these. */
export function isAt(path: string, ...values: readonly unknown[]): IneffectiveRule['when'] {
  return (params) => values.includes(valueAt(params, path));
}

/** Whether nothing, or the 0 that stands for nothing, is at a path. */
export function isOff(path: string): IneffectiveRule['when'] {
  return isAt(path, undefined, null, 0);
}
