import type {ContentHash, Fingerprint} from '../../base/hash.js';
import type {Problem} from '../../base/problem.js';
import {RemoteFailure} from './failure.js';

/** So many files in a row that come to nothing, and the server is not asked any more. */
const GIVE_UP_AFTER = 3;

export function entryFile(namespace: string, fingerprint: Fingerprint): string {
  return `${namespace}/entries/${fingerprint.slice(0, 2)}/${fingerprint}.json`;
}

export function objectFile(namespace: string, hash: ContentHash): string {
  return `${namespace}/objects/${hash.slice(0, 2)}/${hash}`;
}

/** What one process knows of a server, for reading and writing alike. */
export interface Line {
  readonly troubles: Problem[];
  /** What was said, so that it is not said again. */
  readonly said: Set<string>;
  /** Nothing gets through: neither is tried any more. */
  down: boolean;
}

export function newLine(): Line {
  return {troubles: [], said: new Set(), down: false};
}

/** Whether one of the two is still tried: a server that is down costs a run seconds, not minutes. */
export interface SourceState {
  readonly line: Line;
  readonly of: 'reading' | 'writing';
  state: 'in_use' | 'given_up';
  failures: number;
}

export function isInUse({state, line}: SourceState): boolean {
  return state === 'in_use' && !line.down;
}

/** Notes a failure: said once, and the end of it where the next question would come to the same. Other errors are thrown. */
export function noteFailure(standing: SourceState, error: unknown): void {
  if (!(error instanceof RemoteFailure)) throw error;
  const {line, of} = standing;
  const {problem, concerns} = error;
  standing.failures += 1;
  const down = problem.code === 'cache/remote-unreachable';
  sayOnce(line, down ? problem.code : `${problem.code} ${of}`, problem);
  if (down) line.down = true;
  if (concerns === 'all' || standing.failures >= GIVE_UP_AFTER) standing.state = 'given_up';
}

export function sayOnce({troubles, said}: Line, key: string, problem: Problem): void {
  if (said.has(key)) return;
  said.add(key);
  troubles.push(problem);
}
