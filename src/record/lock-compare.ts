import {canonicalJson, type Json, own} from '../base/json.js';
import type {LockFile, StageRecord} from './lock-file.js';

/** One way in which what would be run differs from what the lock file says was run. */
export type LockDifference =
  | {readonly kind: 'stage_added'; readonly stage: string}
  | {readonly kind: 'stage_removed'; readonly stage: string}
  | {
      readonly kind: 'changed';
      readonly stage: string;
      readonly what: 'uses' | 'version' | 'param' | 'input' | 'file' | 'numerics' | 'output';
      /** Parameter path or output name; empty where there is but one. */
      readonly key: string;
      readonly old: Json | undefined;
      readonly new: Json | undefined;
    }
  /** Its fingerprint cannot be known before something upstream has run. */
  | {readonly kind: 'unknown'; readonly stage: string};

/** What would be recorded for each stage now; undefined where it cannot be known. */
export type CurrentRecord = Omit<StageRecord, 'outputs' | 'fingerprint'> &
  Partial<Pick<StageRecord, 'outputs'>>;
export type CurrentRecords = ReadonlyMap<string, CurrentRecord | undefined>;

/** Pure: every difference, in the order of the pipeline. Empty means that `--frozen` may go on. */
export function compareLock(lock: LockFile, current: CurrentRecords): LockDifference[] {
  const differences: LockDifference[] = [];
  for (const [stage, record] of current) {
    const old = own(lock.stages, stage);
    if (old === undefined) differences.push({kind: 'stage_added', stage});
    else if (record === undefined) differences.push({kind: 'unknown', stage});
    else
      differences.push(
        ...compareRecords(old, record).map((change) => ({kind: 'changed' as const, stage, ...change})),
      );
  }
  for (const stage of Object.keys(lock.stages))
    if (!current.has(stage)) differences.push({kind: 'stage_removed', stage});
  return differences;
}

export interface RecordChange {
  readonly what: Extract<LockDifference, {kind: 'changed'}>['what'];
  readonly key: string;
  readonly old: Json | undefined;
  readonly new: Json | undefined;
}

/** Pure: what changed between two records of one stage. Outputs are compared only when the new ones are known. */
export function compareRecords(old: CurrentRecord, current: CurrentRecord): RecordChange[] {
  const changes = [
    ...compareMaps('uses', {'': old.uses}, {'': current.uses}),
    ...compareMaps('version', {'': old.version}, {'': current.version}),
    ...compareMaps('param', old.params, current.params),
    ...compareMaps('input', old.inputs, current.inputs),
    ...compareMaps('file', old.files, current.files),
    ...compareMaps('numerics', {'': old.numerics}, {'': current.numerics}),
  ];
  if (old.outputs === undefined || current.outputs === undefined) return changes;
  return [...changes, ...compareMaps('output', old.outputs, current.outputs)];
}

function compareMaps(
  what: RecordChange['what'],
  old: Readonly<Record<string, Json>>,
  current: Readonly<Record<string, Json>>,
): RecordChange[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...keys]
    .filter((key) => !sameJson(own(old, key), own(current, key)))
    .map((key) => ({what, key, old: own(old, key), new: own(current, key)}));
}

function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));
}
