import {asWritten} from '../base/json.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import {loadTokenizer, type Tokenizer} from '../dataset/tokenizer.js';
import type {Model} from '../model/model.js';
import {modelNamed} from '../model/model-name.js';
import {listModels} from '../model/scan-model.js';
import type {PlannedStage} from '../plan/plan.js';
import {stageInputs} from '../run/inputs.js';
import type {PipelineDataset} from './pipeline-dataset.js';
import type {PlannedPipeline} from './plan-pipeline.js';

/**
 * The tokenizer of the model that the songs are encoded for. A scan that has not run yet is not waited for: its folder is
 * looked at without hashing gigabytes. Problem: why there is none, for a note beside what can be shown without it.
 */
export async function pipelineTokenizer(found: PipelineDataset): Promise<Result<Tokenizer>> {
  if (found.model === undefined) return failure(noModel());
  try {
    const dir = await tokenizerDir(found.model, found.planned);
    return dir.ok ? ok(await loadTokenizer(dir.value)) : dir;
  } catch (error) {
    if (error instanceof SidestepError) return failure(error.problem);
    throw error;
  }
}

async function tokenizerDir(model: StageId, planned: PlannedPipeline): Promise<Result<string>> {
  const scan = planned.plan.stages.find(({id}) => id === model);
  if (scan === undefined) return failure(noModel());
  if (scan.verdict.kind === 'cached') return ok(await scannedDir(scan, planned));
  const {checkpoint_dir, model: name} = scan.configured.params;
  if (typeof checkpoint_dir !== 'string') return failure(notRun(model));
  const models = await listModels(checkpoint_dir);
  const chosen = modelNamed(
    String(name),
    models.map(({found}) => found.name),
  );
  const scanned = models.find(({found}) => found.name === chosen);
  return scanned === undefined ? failure(notRun(model)) : ok(scanned.components.tokenizer.dir);
}

/** A model that a fixture made is in the cache as objects: reading it as an input puts its folder together. */
async function scannedDir(scan: PlannedStage, {plan, observation}: PlannedPipeline): Promise<string> {
  const upstream = new Map(plan.stages.map((stage) => [stage.id, stage]));
  const reader = {...scan, references: {model: {$stage: scan.id}}, reads: [scan.id]};
  const {cache, world} = observation;
  const {objects} = await stageInputs(reader, {upstream, cache, view: world.cache, emit: () => {}});
  return asWritten<Model>(objects.model!.json!).components.tokenizer.dir;
}

function noModel(): Problem {
  return {
    code: 'tokenizer/no-model',
    message: 'The tokens are not known: the pipeline has no scan stage whose model they could be made with',
  };
}

function notRun(model: StageId): Problem {
  return {
    code: 'tokenizer/no-model',
    message: `The tokens are not known before the stage ${model} has run`,
    hint: `sidestep run --only ${model}`,
  };
}
