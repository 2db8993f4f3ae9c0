import type {Problem} from '../base/problem.js';

/** Something noticed while the texts of one song were read; a song with an `error` is not trained. */
export interface Remark extends Problem {
  readonly severity: 'error' | 'warning';
}

export function warning(code: string, message: string, hint: string): Remark {
  return {severity: 'warning', code, message, hint};
}

export function error(problem: Problem): Remark {
  return {...problem, severity: 'error'};
}
