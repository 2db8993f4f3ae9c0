import type {StageId} from '../base/stage-id.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {isStageReference, paramLeaves, type StageReference} from '../stage/param.js';
import {publishes} from '../stage/publishes.js';
import type {StageType} from '../stage/stage-type.js';
import {namesPaths} from './fingerprint-parts.js';
import type {PlannedStage} from './plan.js';

/** A stage as far as it matters who reads what. */
export interface Reading {
  readonly configured: ConfiguredStage;
  readonly type: StageType;
}

/**
 * Pure: the stages that read the bytes of an output: those that refer to it. Of a folder that is read by a stage which writes down
 * paths (`scan`, `dataset`), all that follow from that stage as well.
 */
export function readersOf(source: Reading, output: string, stages: readonly Reading[]): StageId[] {
  const readers = new Set<StageId>();
  const followers = new Set<StageId>();
  for (const {configured, type} of stages) {
    for (const [param, reference] of referencesOf(configured)) {
      if (reference.$stage !== source.configured.id || outputMeant(reference, source) !== output) continue;
      readers.add(configured.id);
      if (namesPaths(param, type)) followers.add(configured.id);
    }
  }
  for (let size = -1; size !== followers.size; ) {
    size = followers.size;
    for (const {configured} of stages)
      if (referencesOf(configured).some(([, {$stage}]) => followers.has($stage)))
        followers.add(configured.id);
  }
  return [...new Set([...readers, ...followers])];
}

function referencesOf({params}: ConfiguredStage): [string, StageReference][] {
  return paramLeaves(params).flatMap(({path, value}): [string, StageReference][] =>
    isStageReference(value) ? [[path, value]] : [],
  );
}

function outputMeant({output}: StageReference, {type, configured}: Reading): string | undefined {
  return output ?? type.outputs(configured.params)[0]?.name;
}

/** The outputs that a stage says are temporary; none where they are protected or copied out. */
export function temporaryOutputs(stage: Reading): string[] {
  const {temporary, protect, params} = stage.configured;
  if (temporary === undefined || protect !== undefined || publishes(stage.type, params)) return [];
  const names = stage.type.outputs(params).map(({name}) => name);
  return temporary === 'all' ? names : names.filter((name) => temporary.includes(name));
}

/**
 * Pure: why the removed outputs of a cached stage are needed after all; undefined when they are not. `mustRun` says of a stage that reads
 * some whether it has to run.
 */
export function needOf(
  stage: PlannedStage,
  stages: readonly PlannedStage[],
  mustRun: (reader: PlannedStage) => boolean,
): {readonly outputs: readonly string[]; readonly readers: readonly StageId[]} | undefined {
  const removed = stage.verdict.kind === 'cached' ? (stage.verdict.removed ?? []) : [];
  if (removed.length === 0) return undefined;
  if (publishes(stage.type, stage.configured.params)) return {outputs: removed, readers: []};
  const there = stages.filter(({verdict}) => verdict.kind !== 'skipped');
  const asked = removed.filter((output) => readersOf(stage, output, there).length === 0);
  if (asked.length > 0) return {outputs: asked, readers: []};
  const readers = new Set<StageId>();
  const outputs = removed.filter((output) => {
    const those = readersOf(stage, output, there).filter((id) =>
      mustRun(there.find((each) => each.id === id)!),
    );
    for (const id of those) readers.add(id);
    return those.length > 0;
  });
  return outputs.length === 0 ? undefined : {outputs, readers: [...readers]};
}

/** Pure: the outputs of a stage that are temporary and were read by all that reads them. `isDone` answers for every stage of the file. */
export function doneWith(
  stage: Reading,
  stages: readonly Reading[],
  how: (id: StageId) => 'done' | 'open' | 'skipped',
): string[] {
  if (how(stage.configured.id) !== 'done') return [];
  return temporaryOutputs(stage).filter((output) => {
    const readers = readersOf(stage, output, stages)
      .map(how)
      .filter((each) => each !== 'skipped');
    return readers.length > 0 && readers.every((each) => each === 'done');
  });
}
