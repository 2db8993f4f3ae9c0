import {createHash} from 'node:crypto';
import {readFile, rm} from 'node:fs/promises';
import {hostname} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {noFault, syncFile, writeDurably} from '../../base/durable.js';
import {type ContentHash, contentHash} from '../../base/hash.js';
import {makeFolder} from '../../base/make-folder.js';
import type {SealedFile} from '../../base/seal.js';
import {appendFile} from '../../base/write-file.js';
import {createEventFile, type EventFile, type Summary} from '../../format/tensorboard.js';
import type {StepReport, ValidationReport} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import {SAMPLE_RATE} from '../listen/clip-file.js';
import type {PieceTexts} from '../listen/conditions.js';
import {keptDamaged} from './checkpoints.js';
import {loopParams} from './options.js';
import {timestepHistogram} from './timestep-histogram.js';

/** One line of metrics.jsonl. No times: a resumed run leaves the same file as one that was not interrupted. */
export type Metric =
  | StepMetric
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

export interface StepMetric {
  readonly kind: 'step';
  readonly global_step: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly learning_rate: number;
  readonly grad_norm: number | null;
  readonly module_norms?: Readonly<Record<string, number | null>>;
}

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
  /** Everything so far. Throws `train/kept-damaged` when the file is not what was written. */
  all(): Promise<Metric[]>;
  /**
   * What the result still lacks when the run ends at this step: the step itself, where `log_every` passes over it. It is no part of
   * the file that a longer run goes on with: that one passes over it too.
   */
  ending(last: StepMetric | null): Promise<Metric[]>;
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
  }: {readonly path: string; readonly kept: SealedFile | undefined; readonly global_step: number},
): Promise<MetricsLog> {
  await makeFolder(dirname(path));
  const known = kept === undefined ? new Uint8Array() : (await readFile(path)).subarray(0, kept.size);
  if (kept !== undefined && contentHash(known) !== kept.hash) throw notAsWritten(path);
  // Aside and renamed: whenever this attempt is killed too, what was measured is there for the next.
  const aside = `${path}.new`;
  await rm(aside, {force: true});
  await writeDurably(path, known, noFault, aside);
  const written = {size: known.length, digest: createHash('sha256').update(known)};
  const seal = () => ({size: written.size, hash: written.digest.copy().digest('hex') as ContentHash});
  const board = await openBoard(context, global_step);
  const {log_every, log_heavy_every} = loopParams(context).logging;
  const timesteps = timestepHistogram();
  const record = async (metric: Metric) => {
    const line = Buffer.from(`${JSON.stringify(metric)}\n`);
    await appendFile(path, line);
    written.size += line.length;
    written.digest.update(line);
    await board.write(summariesOf(metric));
  };
  return {
    step: async (report, modules) => {
      const heavy = log_heavy_every > 0 && report.global_step % log_heavy_every === 0;
      timesteps.count(report.timesteps);
      if (heavy) await board.write([timesteps.take(report.global_step)]);
      if (!heavy && report.global_step % log_every !== 0 && report.global_step !== 1) return;
      const norms = heavy ? {module_norms: moduleNorms(report, modules)} : {};
      await record({...stepMetric(report), ...norms});
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
    all: () => readMetrics(path, seal()),
    ending: async (last) => {
      if (last === null || (await readMetrics(path, seal())).some((metric) => isOfStep(metric, last)))
        return [];
      await board.write(summariesOf(last));
      return [last];
    },
    seal,
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

export function stepMetric({global_step, epoch, loss, learning_rate, grad_norm}: StepReport): StepMetric {
  return {kind: 'step', global_step, epoch, loss, learning_rate, grad_norm};
}

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
