import {appendFile, readFile, rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {dirname, join} from 'node:path';
import {isFileError, noFault, syncFile, writeDurably} from '../../base/durable.js';
import {makeFolder} from '../../base/make-folder.js';
import {createEventFile, type EventFile, type Summary} from '../../format/tensorboard.js';
import type {StepReport, ValidationReport} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import {SAMPLE_RATE} from '../listen/clip-file.js';
import type {PieceTexts} from '../listen/conditions.js';
import {loopParams} from './options.js';
import {timestepHistogram} from './timestep-histogram.js';

/** One line of metrics.jsonl. No times: a resumed run leaves the same file as one that was not interrupted. */
export type Metric =
  | {
      readonly kind: 'step';
      readonly global_step: number;
      readonly epoch: number;
      readonly loss: number | null;
      readonly learning_rate: number;
      readonly grad_norm: number | null;
      readonly module_norms?: Readonly<Record<string, number | null>>;
    }
  | {
      readonly kind: 'epoch';
      readonly global_step: number;
      readonly epoch: number;
      readonly loss: number | null;
    }
  | SampleMetric
  | {
      readonly kind: 'validation';
      readonly global_step: number;
      readonly epoch: number;
      readonly loss: number | null;
      readonly bands: Readonly<Record<string, number | null>>;
    };

/** A clip that was made on the way. */
export interface SampleMetric {
  readonly kind: 'sample';
  readonly global_step: number;
  readonly epoch: number;
  /** Name of the prompt, as in the file's. */
  readonly prompt: string;
  readonly seed: number;
  readonly strength: number;
  /** Below the folder of this stage's clips in the run record. */
  readonly file: string;
  readonly seconds: number;
  /** Largest amplitude that the model made; above 1 the clip was made quieter. */
  readonly peak: number;
}

/** The clip itself, for TensorBoard. */
export interface SampleSound {
  readonly wave: Uint8Array;
  readonly texts: PieceTexts;
}

/**
 * Numbers of a run, kept twice: metrics.jsonl, which belongs to the result, and TensorBoard files for people, which do not.
 * Logging never fails a run: a TensorBoard folder that cannot be written is reported once and then left alone.
 */
export interface MetricsLog {
  step(report: StepReport, modules: readonly string[]): Promise<void>;
  epoch(report: StepReport): Promise<void>;
  validation(
    report: ValidationReport,
    at: {readonly global_step: number; readonly epoch: number},
  ): Promise<void>;
  /** Makes everything so far last: a saved state counts on it. */
  sync(): Promise<void>;
  sample(metric: SampleMetric, sound: SampleSound): Promise<void>;
  /** Everything so far. */
  all(): Promise<Metric[]>;
  close(): Promise<void>;
}

/**
 * Opens the log at a step: what an interrupted attempt wrote beyond it is dropped. At step 0 that is everything, since the
 * validation before the first step is done again.
 */
export async function openMetrics(
  context: WorkerContext,
  {path, global_step}: {readonly path: string; readonly global_step: number},
): Promise<MetricsLog> {
  await makeFolder(dirname(path));
  const written = global_step === 0 ? [] : await readMetrics(path);
  const known = written.filter((metric) => metric.global_step <= global_step);
  // Aside and renamed: whenever this attempt is killed too, what was measured is there for the next.
  const aside = `${path}.new`;
  await rm(aside, {force: true});
  await writeDurably(path, known.map((metric) => `${JSON.stringify(metric)}\n`).join(''), noFault, aside);
  const board = await openBoard(context, global_step);
  const {log_every, log_heavy_every} = loopParams(context).logging;
  const timesteps = timestepHistogram();
  const record = async (metric: Metric) => {
    await appendFile(path, `${JSON.stringify(metric)}\n`);
    await board.write(summariesOf(metric));
  };
  return {
    step: async (report, modules) => {
      const heavy = log_heavy_every > 0 && report.global_step % log_heavy_every === 0;
      timesteps.count(report.timesteps);
      if (heavy) await board.write([timesteps.take(report.global_step)]);
      if (!heavy && report.global_step % log_every !== 0 && report.global_step !== 1) return;
      await record(stepMetric(report, heavy ? modules : []));
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
    all: () => readMetrics(path),
    close: board.close,
  };
}

/** The sound, and under the same name among the texts what was asked for. */
function clipSummaries(
  {prompt, seed, strength, global_step: step, seconds}: SampleMetric,
  {wave, texts}: SampleSound,
): Summary[] {
  const tag = `samples/${prompt}/seed ${seed}, strength ${strength}`;
  const samples = Math.round(seconds * SAMPLE_RATE);
  const text = `${fenced(texts.prompt)}\n\n${fenced(texts.lyrics)}`;
  return [
    {kind: 'audio', tag, step, wave, sample_rate: SAMPLE_RATE, channels: 2, samples},
    {kind: 'text', tag: `samples/${prompt}`, step, text},
  ];
}

/** As it stands, for a reader of Markdown. */
function fenced(text: string): string {
  return `~~~\n${text.trimEnd()}\n~~~`;
}

function stepMetric(report: StepReport, modules: readonly string[]): Metric {
  const {global_step, epoch, loss, learning_rate, grad_norm, module_norms} = report;
  const norms = Object.fromEntries(modules.map((name, i) => [name, module_norms[i] ?? null]));
  const heavy = modules.length > 0 ? {module_norms: norms} : {};
  return {kind: 'step', global_step, epoch, loss, learning_rate, grad_norm, ...heavy};
}

/** Loss by timestep: the fixed timesteps of the panel name their bands. */
export function bandsOf({timesteps, losses}: ValidationReport): Record<string, number | null> {
  return Object.fromEntries(timesteps.map((t, i) => [t.toString(), losses[i] ?? null]));
}

async function readMetrics(path: string): Promise<Metric[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isFileError(error, 'ENOENT')) return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1); // a killed attempt may have left half a line
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Metric);
}

function summariesOf(metric: Metric): Summary[] {
  const scalar = (tag: string, value: number | null): Summary[] =>
    value === null ? [] : [{kind: 'scalar', tag, step: metric.global_step, value}];
  switch (metric.kind) {
    case 'step':
      return [
        ...scalar('train/loss', metric.loss),
        ...scalar('train/learning_rate', metric.learning_rate),
        ...scalar('train/grad_norm', metric.grad_norm),
        ...Object.entries(metric.module_norms ?? {}).flatMap(([name, norm]) =>
          scalar(`grad_norm/${name}`, norm),
        ),
      ];
    case 'sample':
      return [];
    case 'epoch':
      return scalar('train/epoch_loss', metric.loss);
    case 'validation':
      return [
        ...scalar('validation/loss', metric.loss),
        ...Object.entries(metric.bands).flatMap(([t, loss]) => scalar(`validation/t_${t}`, loss)),
      ];
  }
}

interface Board {
  readonly write: (summaries: readonly Summary[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openBoard(context: WorkerContext, globalStep: number): Promise<Board> {
  const {logging, output_dir} = loopParams(context);
  let file: EventFile | undefined;
  const giveUp = (error: unknown) => {
    file = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    context.log(`TensorBoard files cannot be written and are left out from here on: ${reason}`);
  };
  if (logging.tensorboard) {
    const beside = output_dir === undefined ? context.job.board_dir : join(output_dir, 'runs'); // as upstream
    const folder = logging.log_dir ?? beside;
    const origin = {started_at: Date.now() / 1000, host: hostname(), pid: process.pid};
    const resumed = globalStep > 0 ? {purge_step: globalStep + 1} : {};
    file = await createEventFile(folder, {origin, ...resumed}).catch((error: unknown) => {
      giveUp(error);
      return undefined;
    });
    context.emit({kind: 'board_opened', path: folder});
    context.emit({kind: 'log', level: 'debug', line: `TensorBoard: tensorboard --logdir ${folder}`});
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
