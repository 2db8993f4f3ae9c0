import {join} from 'node:path';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import {isStageReference, type ParamObject, paramLeaves, type StageReference} from '../stage/param.js';
import {Fixtures} from './fixtures.js';
import {smaller} from './smaller.js';

/** What was changed so that a pipeline runs anywhere in seconds, in words. */
export interface Shrunk {
  readonly pipeline: Pipeline;
  /** Instances of a matrix that are left out, and what cannot be tried in small. */
  readonly left_out: readonly string[];
}

/** More instances of one stage differ in numbers, not in what they do. */
const INSTANCES = 2;

/**
 * Pure: the same stages with the same settings, over a tiny model of the same layout (variant, layers, kinds of modules) and a few
 * seconds of synthesised music, on the CPU, with two steps of training. Whatever the pipeline takes from this machine is
 * replaced by a fixture, and whatever it writes goes into `folder`: nothing of the user's is read or touched, and the
 * numbers are the same wherever it runs.
 */
export function shrink(pipeline: Pipeline, folder: string): Shrunk {
  const {kept, left_out} = fewInstances(pipeline.stages);
  const making = new Fixtures();
  for (const stage of kept) making.replace(stage);
  const stages = kept.map((stage) => smaller(making.inPlace(stage), {folder, making, left_out}));
  return {
    pipeline: {...pipeline, file: join(folder, 'pipeline.yaml'), stages: [...making.stages, ...stages]},
    left_out,
  };
}

function fewInstances(stages: readonly ConfiguredStage[]): {
  readonly kept: readonly ConfiguredStage[];
  readonly left_out: string[];
} {
  const seen = new Map<string, number>();
  const kept: ConfiguredStage[] = [];
  const left_out: string[] = [];
  const gone = new Set<string>();
  for (const stage of stages) {
    const before = seen.get(stage.declared_as) ?? 0;
    const reads = referencesOf(stage.params).map(({$stage}) => $stage as string);
    const needed = [...reads, ...stage.needs.map((need) => need.stage as string)];
    if (before >= INSTANCES || needed.some((id) => gone.has(id))) {
      gone.add(stage.id);
      continue;
    }
    seen.set(stage.declared_as, before + 1);
    kept.push(stage);
  }
  if (gone.size > 0) left_out.push(`${gone.size} more instances of matrix stages`);
  return {kept, left_out};
}

function referencesOf(params: ParamObject): StageReference[] {
  return paramLeaves(params).flatMap(({value}) => (isStageReference(value) ? [value] : []));
}
