import {pathsAbove} from '../base/dotted-path.js';
import type {ContentHash} from '../base/hash.js';
import type {SourcePosition} from '../base/problem.js';
import {unreachable} from '../base/unreachable.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import type {Listing, PreviousStage} from '../record/last-run.js';
import {compareRecords, type RecordChange} from '../record/lock-compare.js';
import {valueAt} from '../stage/param.js';
import type {DagStage} from './dag.js';
import type {KnownParts} from './fingerprint-parts.js';
import type {FileChange, StaleReason} from './plan.js';

/** Pure: what changed since the last run, as far as it can be known; empty when nothing did. */
export function changesSince(
  previous: PreviousStage,
  stage: DagStage,
  known: KnownParts,
  listings: Readonly<Record<string, Listing>>,
): StaleReason[] {
  // Inputs that are not known yet are taken as unchanged here: `upstream_stale` speaks for them.
  const unknown = Object.fromEntries(
    known.unknown_inputs
      .filter(({param}) => previous.inputs[param] !== undefined)
      .map(({param}) => [param, previous.inputs[param]!]),
  );
  const {parts} = known;
  const changes = compareRecords(previous, {
    ...parts,
    params: {...parts.params},
    inputs: {...parts.inputs, ...unknown},
  });
  const named = new Set(changes.map((change) => change.key));
  const moved = comparePlaces(previous, known).filter((change) => !named.has(change.key));
  return [...changes, ...moved].map((change) => {
    const reason = reasonFor(change, stage);
    if (reason.kind !== 'file_changed') return reason;
    return {...reason, changes: compareListings(previous.listings?.[change.key], listings[change.key])};
  });
}

/** Places are compared only with what this machine remembers: a lock file knows none. */
function comparePlaces(previous: PreviousStage, {parts, unknown_inputs}: KnownParts): RecordChange[] {
  const {places} = previous;
  if (places === undefined) return [];
  const open = new Set(unknown_inputs.map(({param}) => param));
  const keys = [...new Set([...Object.keys(places), ...Object.keys(parts.places)])];
  return keys
    .filter((key) => !open.has(key) && places[key] !== parts.places[key])
    .map((key) => ({what: 'file', key, old: places[key], new: parts.places[key]}));
}

function compareListings(old: Listing | undefined, current: Listing | undefined): FileChange[] {
  if (old === undefined || current === undefined) return [];
  const paths = [...new Set([...Object.keys(old), ...Object.keys(current)])].sort();
  return paths
    .filter((path) => old[path] !== current[path])
    .map((path) => ({
      path,
      what: old[path] === undefined ? 'added' : current[path] === undefined ? 'removed' : 'changed',
    }));
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
        path: fileNamed(configured, change.key),
        ...hashes,
        changes: [],
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
  for (const path of [param, ...pathsAbove(param)]) {
    const position = configured.positions[path];
    if (position !== undefined) return position;
  }
  return configured.position;
}

function fileNamed(configured: ConfiguredStage, param: string): string {
  const value = valueAt(configured.params, param);
  return typeof value === 'string' ? value : '';
}
