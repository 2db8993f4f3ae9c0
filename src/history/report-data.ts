import {basename} from 'node:path';
import {asWritten, isJsonObject, type Json, type JsonObject} from '../base/json.js';
import type {ConfiguredStage} from '../config/pipeline.js';
import {measurementsText} from '../dataset/measurements-text.js';
import type {Dataset} from '../dataset/sample.js';
import type {SampleMetric} from '../format/training-metrics.js';
import type {
  GradientPoint,
  ReportEstimate,
  ReportParam,
  ReportRun,
  ReportSong,
  ReportStage,
  ReportTraining,
  StepPoint,
  TokenCount,
  TrainedMemory,
} from '../render/report/report-data.js';
import {lyricsText, textOptions} from '../stage/conditioning.js';
import {songSources} from '../stage/dataset.js';
import {songsReadBy} from '../stage/joined.js';
import {memorisedText} from '../stage/likeness.js';
import {isStageReference, type ParamLeaf, type ParamValue, paramLeaves} from '../stage/param.js';
import {stageTypes} from '../stage/registry.js';
import {trainingVerdict, verdictText} from '../stage/training-verdict.js';
import {outputJson, type RecordedRun, type RecordedStage} from './recorded-run.js';
import {type ClipPlace, reportClips} from './report-clips.js';
import {environmentRows} from './report-environment.js';
import {trainingFacts, trainingMetrics} from './training-facts.js';

/** Everything a report shows of one run, read from its record and the cache. */
export async function reportRun(run: RecordedRun, clips: ClipPlace): Promise<ReportRun> {
  const {recorded, events} = run;
  const ofType = (uses: string) => recorded.filter(({configured}) => configured.uses === uses);
  const estimates = await Promise.all(ofType('estimate').map(reportEstimate));
  return {
    run: run.run,
    pipeline: run.pipeline ?? 'unknown pipeline',
    file: run.file,
    outcome: run.outcome,
    started_at: run.started_at,
    duration_ms: run.duration_ms ?? (events.length > 0 ? events.at(-1)!.at - events[0]!.at : null),
    stages: recorded.map((stage) => reportStage(stage, run)),
    trainings: await reportTrainings(run, ofType('train')),
    estimates: estimates.flatMap((estimate) => estimate ?? []),
    songs: await reportSongs(songStages(recorded), ofType('preprocess.pass1')),
    prompts: await reportClips(run, clips),
    results: resultsOf(run),
    environment: await environmentRows(run),
  };
}

function reportStage(
  {configured, result, fingerprint, outputs}: RecordedStage,
  run: RecordedRun,
): ReportStage {
  const started = run.events.find((event) => event.kind === 'stage_started' && event.stage === configured.id);
  const samples = result?.kind === 'succeeded' ? result.samples : undefined;
  return {
    stage: configured.id,
    uses: configured.uses,
    description: configured.description ?? null,
    note:
      stageTypes
        .get(configured.uses)
        ?.note?.(configured.params, result?.kind === 'cached' ? 'cached' : 'to_do') ?? null,
    result: result?.kind ?? 'unknown',
    started_ms: started === undefined ? null : started.at - (run.started_at ?? started.at),
    duration_ms: result !== undefined && 'duration_ms' in result ? result.duration_ms : null,
    saved_ms: result?.kind === 'cached' ? result.saved_ms : null,
    samples: samples ?? null,
    problem: result?.kind === 'failed' ? result.problem.message : null,
    fingerprint: fingerprint ?? null,
    outputs: Object.entries(outputs).map(([name, {hash, size}]) => ({name, hash, size})),
    params: reportParams(configured),
  };
}

/** Every parameter, lists in one line. */
function reportParams({params, positions}: ConfiguredStage): ReportParam[] {
  const lists = new Map<string, ParamLeaf[]>();
  for (const leaf of paramLeaves(params)) {
    const path = leaf.path.replace(/\.\d+$/, '');
    lists.set(path, [...(lists.get(path) ?? []), leaf]);
  }
  return [...lists].map(([path, leaves]) => ({
    path,
    value: leaves.map(({value}) => valueText(value)).join(', '),
    said_at: saidAt(leaves[0]!.path, positions),
  }));
}

/** Where a value was said: at its own place, or that of the list or map it came with. */
function saidAt(path: string, positions: ConfiguredStage['positions']): string | null {
  const words = path.split('.');
  const places = words.map((_, index) => positions[words.slice(0, words.length - index).join('.')]);
  const place = places.find((position) => position !== undefined);
  if (place === undefined) return null;
  return place.file === '--set' ? place.file : `${basename(place.file)}:${place.line}`;
}

function resultsOf({events}: RecordedRun): ReportRun['results'] {
  return events.findLast((event) => event.kind === 'run_finished')?.outputs ?? [];
}

function valueText(value: ParamValue): string {
  if (isStageReference(value))
    return `\${stages.${value.$stage}${value.output === undefined ? '' : `.${value.output}`}}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function reportTrainings(
  run: RecordedRun,
  stages: readonly RecordedStage[],
): Promise<ReportTraining[]> {
  const facts = await trainingFacts(run);
  return Promise.all(
    facts.map(async (fact, index) => {
      const metrics = await trainingMetrics(stages[index]!, run);
      return {...fact, ...pointsOf(metrics), verdict: verdictOf(metrics, fact.kept_best)};
    }),
  );
}

function verdictOf(metrics: readonly JsonObject[], kept: ReportTraining['kept_best']): string {
  const panel = metrics.flatMap(({kind, epoch, loss}) =>
    kind === 'validation' ? [{epoch: Number(epoch), loss: loss as number | null}] : [],
  );
  const clips = metrics.filter(({kind}) => kind === 'sample').map(asWritten<SampleMetric>);
  const words = [verdictText(trainingVerdict(panel), {best: kept?.epoch ?? null}), memorisedText(clips)];
  return words.filter((text) => text !== '').join('; ');
}

function pointsOf(
  metrics: readonly JsonObject[],
): Pick<ReportTraining, 'memory' | 'points' | 'validation' | 'gradients'> {
  const steps = metrics.filter(({kind}) => kind === 'step');
  const memory = metrics.find(({kind}) => kind === 'memory');
  return {
    memory: memory === undefined ? null : asWritten<TrainedMemory>(memory),
    points: steps.map(asWritten<StepPoint>),
    validation: metrics
      .filter(({kind}) => kind === 'validation')
      .map(({global_step, loss, bands}) => ({
        global_step: Number(global_step),
        loss: loss as number | null,
        bands: (isJsonObject(bands) ? bands : {}) as Readonly<Record<string, number | null>>,
      })),
    gradients: steps.flatMap(({global_step, module_norms}) =>
      isJsonObject(module_norms)
        ? [{global_step: Number(global_step), layers: byLayer(module_norms as Record<string, number | null>)}]
        : [],
    ),
  };
}

/** Norm over a layer's modules: the root of the sum of their squares; null as soon as one was not finite. */
export function byLayer(norms: Readonly<Record<string, number | null>>): GradientPoint['layers'] {
  const layers = new Map<string, number | null>();
  for (const [module, norm] of Object.entries(norms)) {
    const layer = /layers\.(\d+)\./.exec(module);
    const name = layer === null ? module : `layer ${layer[1]}`;
    const before = layers.get(name);
    layers.set(name, norm === null || before === null ? null : Math.hypot(before ?? 0, norm));
  }
  return Object.fromEntries(layers);
}

async function reportEstimate(stage: RecordedStage): Promise<ReportEstimate | undefined> {
  const value = await outputJson(stage, 'estimate');
  if (!isJsonObject(value) || !Array.isArray(value.modules)) return undefined;
  const selected = new Set(Array.isArray(value.selected) ? value.selected : []);
  const modules = (value.modules as readonly Json[]).filter(isJsonObject).map(({module, score}) => ({
    module: String(module),
    score: Number(score),
    selected: selected.has(module!),
  }));
  return {stage: stage.configured.id, modules: modules.sort((a, b) => b.score - a.score)};
}

/** Those whose songs no later stage completes. */
function songStages(stages: readonly RecordedStage[]): RecordedStage[] {
  const completed = stages
    .filter(({configured}) => songSources.includes(configured.uses))
    .flatMap(({configured}) => songsReadBy(configured.params))
    .filter(isStageReference)
    .map(({$stage}) => $stage);
  return stages.filter(({configured: {uses, id}}) => songSources.includes(uses) && !completed.includes(id));
}

async function reportSongs(
  datasets: readonly RecordedStage[],
  pass1: readonly RecordedStage[],
): Promise<ReportSong[]> {
  const tokens = new Map<string, JsonObject>();
  for (const stage of pass1) {
    const collection = await outputJson(stage, Object.keys(stage.outputs)[0] ?? '');
    const samples = isJsonObject(collection) && Array.isArray(collection.samples) ? collection.samples : [];
    for (const sample of (samples as readonly Json[]).filter(isJsonObject))
      if (isJsonObject(sample.parts)) tokens.set(String(sample.sample), sample.parts);
  }
  const {conditioning} = textOptions(pass1[0]?.configured.params ?? {});
  const read = await Promise.all(datasets.map((stage) => outputJson(stage, 'dataset')));
  return read.flatMap((dataset) =>
    (dataset === undefined ? [] : asWritten<Dataset>(dataset).samples).map((sample) => ({
      name: sample.name,
      seconds: sample.audio_seconds,
      prompt: sample.prompt.text,
      lyrics: lyricsText(sample, conditioning),
      prompt_tokens: tokenCount(tokens.get(sample.name)?.text),
      lyric_tokens: tokenCount(tokens.get(sample.name)?.lyrics),
      measured: sample.measurements === undefined ? null : measurementsText(sample.measurements),
    })),
  );
}

function tokenCount(part: Json | undefined): TokenCount | null {
  const about = isJsonObject(part) && isJsonObject(part.about) ? part.about : undefined;
  if (typeof about?.tokens !== 'number') return null;
  return {tokens: about.tokens, lost: Number(about.tokens_lost ?? 0)};
}
