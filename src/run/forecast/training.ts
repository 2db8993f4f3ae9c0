import type {Json} from '../../base/json.js';
import type {Problem} from '../../base/problem.js';
import type {ConfiguredStage} from '../../config/pipeline.js';
import type {StageMemory} from '../../event/memory-forecast.js';
import {
  type InputObject,
  type MemoryQuestion,
  type Pace,
  PROTOCOL_VERSION,
  type SampleBounds,
  type WorkerMessage,
} from '../../protocol/message.js';
import {SILENT_REFERENCE_FRAMES, textOptions} from '../../stage/conditioning.js';
import {LATENT_HZ} from '../../stage/latent-rate.js';
import {type ParamObject, valueAt} from '../../stage/param.js';
import type {EngineObservation} from '../numerics.js';
import {resolveNumerics} from '../numerics.js';
import type {WorkerLauncher} from '../worker-launcher.js';
import {memoryLimits} from './limit.js';
import {ranksOf, UNHASHED} from './question.js';

/** A training whose songs no one has encoded: its stage, the model's folders, and how long the songs are. */
export interface UnmadeTraining {
  readonly stage: ConfiguredStage;
  readonly components: Json;
  /** What the estimate has chosen that its adapter goes by; undefined where it goes by none. */
  readonly selection?: Json | undefined;
  readonly longest: SampleBounds;
  /** As `longest`, of the song that stands for all. */
  readonly typical: SampleBounds;
}

/** What a training's step costs, and what this machine does in a second. */
export interface MeasuredPace {
  readonly pace: Pace;
  /** Latent frames of the typical micro-step. */
  readonly frames: number;
}

/** Of a song this long, as the first pass with these parameters lets it be; texts as long as that lets them be. Pure. */
export function songBounds(
  pass1: ParamObject,
  {samples, seconds}: Pick<SampleBounds, 'samples' | 'seconds'>,
): SampleBounds {
  const {limits} = textOptions(pass1);
  const limit = Number(pass1.max_duration);
  return {
    samples,
    seconds: limit > 0 ? Math.min(seconds, limit) : seconds, // 0: as long as the longest is
    text_tokens: limits.text,
    lyric_tokens: limits.lyrics,
    reference_frames: SILENT_REFERENCE_FRAMES,
  };
}

export type TrainingForecast =
  | ({readonly kind: 'known'; readonly memory: StageMemory} & MeasuredPace)
  | {readonly kind: 'unknown'; readonly problem: Problem};

export interface ForecastContext {
  readonly engine: EngineObservation;
  readonly addon: string;
  readonly launcher: WorkerLauncher;
  /** The user's bound on every device; undefined: what the device has. */
  readonly limit_bytes: number | undefined;
}

/** What a training will take in memory and time, asked of short-lived workers before anything is made for it. */
export async function forecastTraining(
  training: UnmadeTraining,
  {engine, addon, launcher, limit_bytes}: ForecastContext,
): Promise<TrainingForecast> {
  const asking = questionsOf(training, {engine, addon, limit_bytes});
  if (asking.kind === 'problem') return {kind: 'unknown', problem: asking.problem};
  const {asked, question} = asking;
  const [forecast, measured] = await Promise.all([
    lastWord(launcher, {...asked, kind: 'forecast', questions: [question(training.longest)]}),
    lastWord(launcher, {...asked, kind: 'pace', question: question(training.typical)}),
  ]);
  if (forecast?.kind === 'forecasts' && measured?.kind === 'paced')
    return {kind: 'known', memory: forecast.answers[0]!, pace: measured.pace, frames: framesOf(training)};
  return {kind: 'unknown', problem: problemIn([forecast, measured])};
}

/** The pace of a training that no one has run here, measured now on its device; undefined where that cannot be. */
export async function measuredPace(
  training: Omit<UnmadeTraining, 'longest'>,
  {launcher, ...runContext}: ForecastContext,
): Promise<MeasuredPace | undefined> {
  const asking = questionsOf(training, runContext);
  if (asking.kind === 'problem') return undefined;
  const {asked, question} = asking;
  const measured = await lastWord(launcher, {...asked, kind: 'pace', question: question(training.typical)});
  return measured?.kind === 'paced' ? {pace: measured.pace, frames: framesOf(training)} : undefined;
}

function questionsOf(
  {stage, components, selection}: Omit<UnmadeTraining, 'longest' | 'typical'>,
  {engine, addon, limit_bytes}: Omit<ForecastContext, 'launcher'>,
) {
  const numerics = resolveNumerics(engine, stage.resources);
  if (numerics.kind === 'problem') return numerics;
  const question = (bounds: SampleBounds): MemoryQuestion => ({
    uses: stage.uses,
    params: stage.params,
    inputs: {
      model: located('scan', {components}),
      ...(selection !== undefined && {[SELECTION]: located('estimate', selection)}),
    },
    objects_dir: '',
    device: numerics.device,
    precision: numerics.identity.precision,
    limit_bytes: memoryLimits(engine, limit_bytes)(numerics.device),
    ...ranksOf(stage),
    bounds,
  });
  return {kind: 'questions', asked: {protocol: PROTOCOL_VERSION, addon} as const, question} as const;
}

/** The parameter of a train stage that takes an estimate. */
export const SELECTION = 'adapter.selection.estimate';

function framesOf({stage, typical}: Omit<UnmadeTraining, 'longest'>): number {
  const window = Number(valueAt(stage.params, 'crop.chunk_duration') ?? Number.POSITIVE_INFINITY);
  return Math.min(typical.seconds, window) * LATENT_HZ * Number(stage.params.batch_size);
}

/** What a stage of this type would leave, were it there already. */
function located(uses: string, json: Json): InputObject {
  return {
    stage: uses as InputObject['stage'],
    uses,
    output: uses,
    kind: 'json',
    hash: UNHASHED,
    path: '',
    json,
  };
}

async function lastWord(
  launcher: WorkerLauncher,
  first: Parameters<WorkerLauncher['start']>[0],
): Promise<WorkerMessage | undefined> {
  let last: WorkerMessage | undefined;
  const worker = launcher.start(first, {
    message: (message) => {
      last = message;
    },
    output: () => {},
  });
  await worker.ended;
  return last;
}

function problemIn(words: readonly (WorkerMessage | undefined)[]): Problem {
  const failed = words.find((word) => word?.kind === 'failed');
  if (failed?.kind === 'failed') return failed.problem;
  return {
    code: 'run/engine-crashed',
    message: 'The process that works it out ended without an answer',
    hint: '`sidestep doctor` shows what was found.',
  };
}
