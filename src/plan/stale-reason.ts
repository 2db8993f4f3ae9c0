import type {ContentHash} from '../base/hash.js';
import type {SourcePosition} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {compareRecords, type RecordChange} from '../record/lock-compare.js';
import type {StageRecord} from '../record/lock-file.js';
import {valueAt} from '../stage/param.js';
import type {DagStage} from './dag.js';
import type {KnownParts} from './fingerprint-parts.js';
import type {StaleReason} from './plan.js';

/** Pure: what changed since the lock file was written, as far as it can be known; empty when nothing did. */
export function changesSince(previous: StageRecord, stage: DagStage, known: KnownParts): StaleReason[] {
  // Inputs that are not known yet are taken as unchanged here: `upstream_stale` speaks for them.
  const unknown = Object.fromEntries(
    known.unknown_inputs
      .filter(({param}) => previous.inputs[param] !== undefined)
      .map(({param}) => [param, previous.inputs[param]!]),
  );
  const current = {
    ...known.parts,
    params: {...known.parts.params},
    inputs: {...known.parts.inputs, ...unknown},
  };
  const record = {...current, fingerprint: previous.fingerprint};
  return compareRecords(previous, record).map((change) => reasonFor(change, stage));
}

function reasonFor(change: RecordChange, stage: DagStage): StaleReason {
  const {configured} = stage;
  const position = positionOf(configured, change.key);
  const hashes = {old: change.old as ContentHash | undefined, new: change.new as ContentHash | undefined};
  switch (change.what) {
    case 'param':
      return {kind: 'param_changed', param: change.key, old: change.old, new: change.new, position};
    case 'input':
      return {
        kind: 'input_changed',
        param: change.key,
        from: stage.references[change.key]?.$stage,
        ...hashes,
      };
    case 'file':
      return {
        kind: 'file_changed',
        param: change.key,
        path: String(valueAt(configured.params, change.key) ?? ''),
        ...hashes,
        position,
      };
    case 'version':
      return {kind: 'version_changed', old: change.old as number, new: change.new as number};
    case 'uses':
      return {
        kind: 'type_changed',
        old: change.old as string,
        new: change.new as string,
        position: configured.position,
      };
    case 'numerics':
      return {kind: 'numerics_changed', old: change.old ?? null, new: change.new ?? null};
    case 'output':
      throw new Error('outputs are not compared before they exist');
    default:
      return unreachable(change.what);
  }
}

/** Where a parameter is written, else what holds it, else the stage. */
function positionOf(configured: ConfiguredStage, param: string): SourcePosition {
  for (let path = param; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const position = configured.positions[path];
    if (position !== undefined) return position;
  }
  return configured.position;
}
