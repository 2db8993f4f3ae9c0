import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {basename, dirname} from 'node:path';
import {boardCommand} from '../../base/board-command.js';
import {noFault, syncFile, writeDurably} from '../../base/durable.js';
import {type ContentHash, contentHash} from '../../base/hash.js';
import {makeFolder} from '../../base/make-folder.js';
import {removeFile} from '../../base/remove.js';
import type {SealedFile} from '../../base/seal.js';
import {appendFile} from '../../base/write-file.js';
import {createEventFile, type EventFile, type Summary} from '../../format/tensorboard.js';
import {
  clipName,
  type Metric,
  type SampleMetric,
  type StepMetric,
  summariesOf,
} from '../../format/training-metrics.js';
import type {MemoryPlan} from '../../native/plan.js';
import type {StepReport, ValidationReport} from '../../native/trainer.js';
import {boardFolder} from '../../stage/train.js';
import type {WorkerContext} from '../context.js';
import {SAMPLE_RATE} from '../listen/clip-file.js';
import type {ConditionTexts} from '../listen/conditions.js';
import {keptDamaged} from './checkpoints.js';
import {trainParams} from './options.js';
import {emptyTally, type TimestepTallyState, timestepTally} from './timestep-tally.js';

/** The clip itself, for TensorBoard. */
export interface SampleSound {
  readonly wave: Uint8Array;
  readonly texts: ConditionTexts;
}

/**
 * Numbers of a run, kept twice: metrics.jsonl, which belongs to the result, and TensorBoard files for people, which do not.
 * Logging never fails a run: a TensorBoard folder that cannot be written is reported once and then left alone.
 */
export interface MetricsLog {
  /** Once, before anything else of a run. */
  memory(plan: MemoryPlan): Promise<void>;
  /** What the step's line is or would be, were it the last of the run. */
  step(report: StepReport, modules: readonly string[]): Promise<StepMetric>;
  epoch(report: StepReport): Promise<void>;
  validation(
    report: ValidationReport,
    at: {readonly global_step: number; readonly epoch: number},
  ): Promise<void>;
  /** Makes everything so far last: a saved state counts on it. */
  sync(): Promise<void>;
  sample(metric: SampleMetric, sound: SampleSound): Promise<void>;
  /** Everything so far. Throws `train/kept-damaged` when the file is not what was written. */
  all(): Promise<Metric[]>;
  /**
   * What the result still lacks when the run ends at this step: the step itself, where `log_every` passes over it. It is no part of
   * the file that a longer run goes on with: that one passes over it too.
   */
  ending(last: StepMetric | null): Promise<Metric[]>;
  /** What lines to come count on, beside the file. */
  tally(): TimestepTallyState;
  /** What the file is at this moment, by what was written. */
  seal(): Pick<SealedFile, 'size' | 'hash'>;
  close(): Promise<void>;
}

/**
 * Opens the log where a run takes up its work: what an interrupted attempt wrote after the state that is continued is dropped.
 * `kept` is what that state counts on; undefined at the beginning of a run.
 */
export async function openMetrics(
  context: WorkerContext,
  {
    path,
    kept,
    global_step,
    tally: counted = emptyTally,
  }: {
    readonly path: string;
    readonly kept: SealedFile | undefined;
    readonly global_step: number;
    readonly tally?: TimestepTallyState;
  },
): Promise<MetricsLog> {
  const file = await openLines(path, kept);
  const board = await openBoard(context, global_step);
  const {log_every, log_heavy_every} = trainParams(context).logging;
  const tally = timestepTally(counted);
  const record = async (metric: Metric) => {
    await file.append(`${JSON.stringify(metric)}\n`);
    await board.write(summariesOf(metric));
  };
  return {
    memory: ({trained_parameters, adapter_bytes, optimizer_bytes, ema_bytes}) =>
      record({kind: 'memory', global_step, trained_parameters, adapter_bytes, optimizer_bytes, ema_bytes}),
    step: async (report, modules) => {
      tally.count(report);
      const line = stepMetric(report, tally.bands());
      const heavy = log_heavy_every > 0 && report.global_step % log_heavy_every === 0;
      if (!heavy && report.global_step % log_every !== 0 && report.global_step !== 1) return line;
      tally.dropBands();
      await record(
        heavy
          ? {...line, module_norms: moduleNorms(report, modules), timesteps: tally.takeHistogram()}
          : line,
      );
      return line;
    },
    epoch: ({global_step: step, epoch, epoch_loss}) =>
      record({kind: 'epoch', global_step: step, epoch, loss: epoch_loss}),
    validation: (report, at) =>
      record({kind: 'validation', ...at, loss: report.loss, bands: bandsOf(report)}),
    sync: () => syncFile(path),
    sample: async (metric, sound) => {
      await board.write(clipSummaries(metric, sound));
      await record(metric);
    },
    all: () => readMetrics(path, file.seal()),
    ending: async (last) => {
      if (last === null || (await readMetrics(path, file.seal())).some((metric) => isOfStep(metric, last)))
        return [];
      await board.write(summariesOf(last));
      return [last];
    },
    tally: tally.state,
    seal: file.seal,
    close: board.close,
  };
}

interface Lines {
  readonly append: (line: string) => Promise<void>;
  readonly seal: MetricsLog['seal'];
}

/** The file, cut to what `kept` says of it. Throws where that is not how it was written. */
async function openLines(path: string, kept: SealedFile | undefined): Promise<Lines> {
  await makeFolder(dirname(path));
  const known = kept === undefined ? new Uint8Array() : (await readFile(path)).subarray(0, kept.size);
  if (kept !== undefined && contentHash(known) !== kept.hash) throw notAsWritten(path);
  // Aside and renamed: whenever this attempt is killed too, what was measured is there for the next.
  const aside = `${path}.new`;
  await removeFile(aside);
  await writeDurably(path, known, noFault, aside);
  const written = {size: known.length, digest: createHash('sha256').update(known)};
  return {
    append: async (line) => {
      const bytes = Buffer.from(line);
      await appendFile(path, bytes);
      written.size += bytes.length;
      written.digest.update(bytes);
    },
    seal: () => ({size: written.size, hash: written.digest.copy().digest('hex') as ContentHash}),
  };
}

/** The sound, and under the same name among the texts what was asked for. */
function clipSummaries(
  {seconds, global_step: step, ...clip}: SampleMetric,
  {wave, texts}: SampleSound,
): Summary[] {
  const tag = `samples/${clipName(clip)}`;
  const samples = Math.round(seconds * SAMPLE_RATE);
  const text = `${fenced(texts.prompt)}\n\n${fenced(texts.lyrics)}`;
  return [
    {kind: 'audio', tag, step, wave, sample_rate: SAMPLE_RATE, channels: 2, samples},
    {kind: 'text', tag: `samples/${clip.prompt}`, step, text},
  ];
}

/** As it is, for a reader of Markdown. */
function fenced(text: string): string {
  return `~~~\n${text.trimEnd()}\n~~~`;
}

function stepMetric(report: StepReport, bands: Readonly<Record<string, number>>): StepMetric {
  const {global_step, epoch, loss, learning_rate, grad_norm} = report;
  return {kind: 'step', global_step, epoch, loss, learning_rate, grad_norm, bands, ...rateFigures(report)};
}

/** What an optimizer or a target loss makes of the rate; nothing where none does. */
export function rateFigures({
  learning_rate,
  prodigy_d,
  target_loss_smoothed: smoothed,
  target_loss_scale,
}: StepReport): RateFigures {
  return {
    ...(prodigy_d > 0 && {prodigy_d, effective_learning_rate: prodigy_d * learning_rate}),
    ...(smoothed !== null && {target_loss_smoothed: smoothed, target_loss_scale}),
  };
}

type RateFigures = Pick<
  StepMetric,
  'prodigy_d' | 'effective_learning_rate' | 'target_loss_smoothed' | 'target_loss_scale'
>;

function moduleNorms(
  {module_norms}: StepReport,
  modules: readonly string[],
): Readonly<Record<string, number | null>> {
  return Object.fromEntries(modules.map((name, i) => [name, module_norms[i] ?? null]));
}

function isOfStep(metric: Metric, {global_step}: StepMetric): boolean {
  return metric.kind === 'step' && metric.global_step === global_step;
}

/** Loss by timestep: the fixed timesteps of the panel name their bands. */
export function bandsOf({timesteps, losses}: ValidationReport): Record<string, number | null> {
  return Object.fromEntries(timesteps.map((t, i) => [t.toString(), losses[i] ?? null]));
}

async function readMetrics(path: string, {hash}: Pick<SealedFile, 'hash'>): Promise<Metric[]> {
  const text = await readFile(path, 'utf8');
  if (contentHash(text) !== hash) throw notAsWritten(path);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Metric);
}

function notAsWritten(path: string): Error {
  return keptDamaged({path: basename(path), what: 'changed'});
}

interface Board {
  readonly write: (summaries: readonly Summary[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openBoard(context: WorkerContext, globalStep: number): Promise<Board> {
  const {logging} = trainParams(context);
  let file: EventFile | undefined;
  const giveUp = (error: unknown) => {
    file = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    context.log(`TensorBoard files cannot be written and are left out from here on: ${reason}`);
  };
  if (logging.tensorboard) {
    const folder = boardFolder(context.job.params) ?? context.job.tensorboard_dir;
    const origin = {started_at: Date.now() / 1000, host: hostname(), pid: process.pid};
    const resumed = globalStep > 0 ? {purge_step: globalStep + 1} : {};
    file = await createEventFile(folder, {origin, ...resumed}).catch((error: unknown) => {
      giveUp(error);
      return undefined;
    });
    context.emit({kind: 'board_opened', path: folder});
    context.emit({kind: 'log', level: 'debug', line: `TensorBoard: ${boardCommand(folder)}`});
  }
  return {
    write: async (summaries) => {
      if (summaries.length > 0) await file?.append(summaries, Date.now() / 1000).catch(giveUp);
    },
    close: async () => {
      await file?.close();
    },
  };
}
