import type {Problem} from './problem.js';

/** A value, or every problem that was in its way (never only the first). */
export type Result<T> = Ok<T> | Failure;
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}
export interface Failure {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

export function ok<T>(value: T): Ok<T> {
  return {ok: true, value};
}

export function failure(...problems: readonly Problem[]): Failure {
  return {ok: false, problems};
}
