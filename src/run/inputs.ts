import {SidestepError} from '../base/problem.js';
import type {StageId} from '../base/stage-id.js';
import type {Cache} from '../cache/cache.js';
import {lookUp, type OutputObject} from '../cache/entry.js';
import {materialiseTree} from '../cache/tree.js';
import type {PlannedStage} from '../plan/plan.js';
import type {CacheView} from '../plan/world.js';
import type {InputObject} from '../protocol/message.js';
import {outputPath} from './cache-view.js';

export type Upstream = ReadonlyMap<StageId, PlannedStage>;

/**
 * What a stage's references lead to, ready to be read. Throws `run/input-missing` when an object vanished since planning.
 */
export async function inputObjects(
  stage: PlannedStage,
  upstream: Upstream,
  cache: Cache,
  view: CacheView,
): Promise<Record<string, InputObject>> {
  await materialiseTrees(stage, upstream, cache);
  const inputs: Record<string, InputObject> = {};
  for (const [param, reference] of Object.entries(stage.references)) {
    const source = upstream.get(reference.$stage)!;
    const name = reference.output ?? source.type.outputs(source.configured.params)[0]!.name;
    const output = outputsOf(source, cache)[name]!;
    inputs[param] = {
      stage: source.id,
      output: name,
      kind: output.kind,
      hash: output.hash,
      path: outputPath(cache, output),
      json: output.kind === 'json' ? view.json(output.hash) : undefined,
    };
  }
  return inputs;
}

/** Also of stages further up: a scanned model names paths in the tree that a stage before it left. */
async function materialiseTrees(stage: PlannedStage, upstream: Upstream, cache: Cache): Promise<void> {
  const seen = new Set<StageId>();
  const visit = async (id: StageId): Promise<void> => {
    if (seen.has(id)) return;
    seen.add(id);
    const source = upstream.get(id)!;
    for (const output of Object.values(outputsOf(source, cache))) {
      if (output.kind === 'tree') await materialiseTree(cache, output);
    }
    for (const further of source.reads) await visit(further);
  };
  for (const id of stage.reads) await visit(id);
}

function outputsOf(source: PlannedStage, cache: Cache): Readonly<Record<string, OutputObject>> {
  const state = source.fingerprint === undefined ? undefined : lookUp(cache, source.fingerprint);
  if (state?.kind === 'present') return state.entry.outputs;
  throw new SidestepError({
    code: 'run/input-missing',
    message: `The outputs of ${source.id} vanished from the cache during the run`,
    hint: 'Run again: the stage will be redone.',
  });
}
