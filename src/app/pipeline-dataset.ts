import {asWritten} from '../base/json.js';
import {didYouMean} from '../base/near-miss.js';
import {failure, ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import {hashOfFile} from '../cache/file-hashes.js';
import {memoryDir} from '../cache/layout.js';
import {loadPipeline} from '../config/load.js';
import type {ConfiguredStage, Pipeline} from '../config/pipeline.js';
import type {Dataset} from '../dataset/sample.js';
import type {PlannedStage} from '../plan/plan.js';
import {stageInputs} from '../run/inputs.js';
import {readSongs} from '../run/light/dataset.js';
import {textOptions} from '../stage/conditioning.js';
import {songSources} from '../stage/dataset.js';
import {songsReadBy} from '../stage/joined.js';
import {isStageReference, type StageReference} from '../stage/param.js';
import {type PlannedPipeline, planPipeline} from './plan-pipeline.js';
import {noWishes} from './stage-choice.js';
import type {Terminal} from './terminal.js';

export interface DatasetRequest {
  readonly file: string;
  readonly overrides: readonly string[];
  /** Which dataset stage, when the pipeline has several. */
  readonly stage: string | undefined;
}

export interface PipelineDataset {
  readonly stage: StageId;
  readonly dataset: Dataset;
  /** The scan stage whose model the songs are encoded for; undefined when the pipeline has none. */
  readonly model: StageId | undefined;
  /** How pass 1 builds the texts and what it cuts them to, in tokens. */
  readonly texts: ReturnType<typeof textOptions>;
  readonly planned: PlannedPipeline;
}

/**
 * The songs of a pipeline as its dataset stage describes them: from the cache when they are there, else read now, just
 * as the stage would. Problems: those of the pipeline, `usage/no-dataset-stage`, `usage/unknown-stage`, `usage/needs-run`.
 */
export async function pipelineDataset(
  terminal: Terminal,
  request: DatasetRequest,
): Promise<Result<PipelineDataset>> {
  const loaded = await loadPipeline(request.file, {overrides: request.overrides, env: terminal.env});
  if (!loaded.ok) return loaded;
  const configured = chooseDatasetStage(loaded.value, request.stage);
  if (!configured.ok) return configured;
  const pass1 = readerOf(loaded.value, configured.value.id);
  const model = modelOf(loaded.value, configured.value, pass1);
  const only = [configured.value.id, ...(model === undefined ? [] : [model])];
  const planned = await planPipeline(terminal, {...request, wishes: {...noWishes, only}, looks_ahead: true});
  if (!planned.ok) return planned;
  const found = await datasetOf(configured.value.id, planned.value, request.file);
  if (!found.ok) return found;
  const {id, dataset} = found.value;
  return ok({
    stage: id,
    dataset,
    model,
    texts: textOptions(pass1?.params ?? {}),
    planned: planned.value,
  });
}

/** The one whose songs are encoded, with all that joins them or fills in what they lack; else the first. */
function chooseDatasetStage(pipeline: Pipeline, wanted: string | undefined): Result<ConfiguredStage> {
  const stages = pipeline.stages.filter(({uses}) => songSources.includes(uses));
  const encoded = pipeline.stages
    .filter(({uses}) => uses === 'preprocess.pass1')
    .flatMap(({params}) => songsReadBy(params))
    .flatMap((value) => (isStageReference(value) ? stages.filter(({id}) => id === value.$stage) : []))[0];
  const first = encoded ?? stages[0];
  if (first === undefined)
    return failure({
      code: 'usage/no-dataset-stage',
      message: `${pipeline.name} has no dataset stage`,
      hint: 'Samples come from a stage with `uses: dataset`.',
    });
  const chosen =
    wanted === undefined
      ? first
      : stages.find(({id, declared_as}) => id === wanted || declared_as === wanted);
  if (chosen !== undefined) return ok(chosen);
  const ids = stages.map(({id}) => id);
  return failure({
    code: 'usage/unknown-stage',
    message: `No dataset stage of ${pipeline.name} is called ${wanted}`,
    hint: didYouMean(wanted!, ids) ?? `Its dataset stages: ${ids.join(', ')}.`,
  });
}

/** The stage that encodes the dataset's texts, as they are or with what later stages add to its songs. */
function readerOf(pipeline: Pipeline, dataset: StageId): ConfiguredStage | undefined {
  const readers = pipeline.stages.filter(({params}) =>
    songsReadBy(params).some((value) => isStageReference(value) && value.$stage === dataset),
  );
  const between = readers
    .filter(({uses}) => songSources.includes(uses))
    .flatMap(({id}) => readerOf(pipeline, id) ?? []);
  return readers.find(({uses}) => uses === 'preprocess.pass1') ?? between[0];
}

function modelOf(
  pipeline: Pipeline,
  dataset: ConfiguredStage,
  pass1: ConfiguredStage | undefined,
): StageId | undefined {
  const named = [pass1?.params.model, dataset.params.model].find(isStageReference);
  return named?.$stage ?? pipeline.stages.find(({uses}) => uses === 'scan')?.id;
}

interface FoundDataset {
  readonly id: StageId;
  readonly dataset: Dataset;
}

/** As it is in the cache, or as it would be; where heavy work has yet to fill something in, as it is before that, and it is said so. */
async function datasetOf(
  id: StageId,
  planned: Pick<PlannedPipeline, 'plan' | 'observation'>,
  file: string,
): Promise<Result<FoundDataset>> {
  const {plan, observation} = planned;
  const stage = plan.stages.find((each) => each.id === id)!;
  const {verdict, outputs} = stage;
  if (verdict.kind === 'blocked') return failure(verdict.problem);
  if (outputs?.dataset !== undefined)
    return ok({id, dataset: asWritten<Dataset>(observation.world.cache.json(outputs.dataset.hash))});
  if (stage.type.name === 'dataset') {
    const dataset = await readNow(stage, {plan, observation, file});
    return dataset.ok ? ok({id, dataset: dataset.value}) : dataset;
  }
  const before = songsReadBy(stage.configured.params).find(isStageReference);
  const found = before === undefined ? undefined : await datasetOf(before.$stage, planned, file);
  if (found?.ok !== true) return found ?? failure(yetToRun(stage, file));
  const {dataset} = found.value;
  const findings = [...dataset.findings, {severity: 'warning', ...yetToRun(stage, file)} as const];
  return ok({id: found.value.id, dataset: {...dataset, findings}});
}

/** Code of what is said of songs as they are before a stage has filled something in. */
export const YET_TO_RUN = 'usage/needs-run';

function yetToRun({id, configured}: PlannedStage, file: string) {
  return {
    code: YET_TO_RUN,
    message: `${id} has yet to run: what it finds is not in what is shown here`,
    hint: `sidestep run ${file} --only ${id}`,
    position: configured.position,
  };
}

async function readNow(
  stage: PlannedStage,
  {plan, observation, file}: Pick<PlannedPipeline, 'plan' | 'observation'> & {file: string},
): Promise<Result<Dataset>> {
  const upstream = new Map(plan.stages.map((each) => [each.id, each]));
  const isThere = ({$stage}: StageReference) => upstream.get($stage)?.verdict.kind === 'cached';
  const {model, ...files} = stage.references;
  const missing = Object.values(files).find((reference) => !isThere(reference));
  if (missing !== undefined)
    return failure({
      code: 'usage/needs-run',
      message: `The songs of ${stage.id} come from the stage ${missing.$stage}, which has yet to run`,
      hint: `sidestep run ${file} --only ${stage.id}`,
      position: stage.configured.position,
    });
  const references = model !== undefined && isThere(model) ? stage.references : files;
  const reader = {...stage, references, reads: Object.values(references).map(({$stage}) => $stage)};
  const {cache, world, hashes} = observation;
  const dataset = await readSongs({
    params: stage.configured.params,
    inputs: (await stageInputs(reader, {upstream, cache, view: world.cache, emit: () => {}})).objects,
    signal: new AbortController().signal, // Ctrl-C ends the process: nothing here is half-written
    emit: () => {},
    hashFile: (path) => hashOfFile(hashes, path),
    memory_dir: memoryDir(cache.root),
  });
  return ok(dataset);
}
