import {canonicalJson, isJsonObject, type Json} from '../base/json.js';
import {listed} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import {partialsOf, type SavedPartial} from '../cache/partial.js';
import {countingParams} from '../plan/fingerprint-parts.js';
import type {PlannedStage} from '../plan/plan.js';

/**
 * Work that an interrupted attempt at a stage saved and that this run will not go on from, because the stage was told otherwise
 * since: hours may lie in it, and a value put back would continue it.
 */
export function leftWork(stages: readonly PlannedStage[], cache: Cache, pipeline_file: string): Problem[] {
  return stages.flatMap((stage) => {
    const {verdict, type, id} = stage;
    if (type.extends === undefined || verdict.kind !== 'stale' || verdict.start.kind !== 'beginning')
      return [];
    const left = partialsOf(cache, {pipeline_file, stage: id}).find(
      (work) =>
        work.written_by === undefined && work.fingerprint !== stage.fingerprint && isUnfinished(cache, work),
    );
    const problem = left && problemOf(stage, left);
    return problem === undefined ? [] : [problem];
  });
}

function isUnfinished(cache: Cache, {fingerprint}: SavedPartial): boolean {
  return lookUp(cache, fingerprint).kind !== 'present';
}

function problemOf(stage: PlannedStage, {about}: SavedPartial): Problem | undefined {
  const {configured, type, id} = stage;
  if (!isJsonObject(about.params)) return undefined;
  const [was, is] = [about.params, countingParams(configured, type)];
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (param) => canonicalJson(was[param] ?? null) !== canonicalJson(is[param] ?? null),
  );
  const [first] = changed;
  const standing = `step ${String(about.global_step)} of ${String(about.total_steps)}`;
  if (first === undefined)
    return {
      code: 'train/work-left',
      message: `${id}: ${standing} is left of an interrupted run on other songs or another model; this one begins again`,
      position: configured.position,
      hint: 'Nothing is lost by running: it stays until `sidestep cache gc`. Put the songs or the model back to continue it.',
    };
  const old = listed(
    changed.map((param) => `${param} ${text(was[param])}`),
    4,
  );
  return {
    code: 'train/work-left',
    message: `${id}: ${standing} with ${old} is left of an interrupted run; this one has ${listed(
      changed.map((param) => `${param} ${text(is[param])}`),
      4,
    )} and begins again`,
    position: configured.positions[first] ?? configured.position,
    hint: `To continue it: ${changed.map((param) => `--set ${configured.declared_as}.${param}=${text(was[param])}`).join(' ')}. It stays until \`sidestep cache gc\`.`,
  };
}

function text(value: Json | undefined): string {
  if (value === undefined) return 'unset';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
