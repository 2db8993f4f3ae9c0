import type {Provenance} from '../../adapter/provenance.js';
import type {Recipe} from '../../adapter/recipe.js';
import {SidestepError} from '../../base/problem.js';
import type {Seal} from '../../base/seal.js';
import type {Metric, StepMetric} from '../../format/training-metrics.js';
import type {StepReport, Trainer} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import type {Description} from '../partial-state.js';
import {type AdapterFolder, type KeptFolders, writeAdapter, writeCheckpoint} from './checkpoints.js';
import type {ClipMaker} from './clips.js';
import {bandsOf, type MetricsLog, rateFigures} from './metrics.js';
import {type TrainParams, trainParams} from './options.js';
import {
  decideEpoch,
  type EpochValidation,
  outOfPatience,
  type ProgressState,
  rotate,
} from './progress-state.js';
import {provenanceOf, type TrainingPoint} from './provenance.js';
import {type SavedAbout, type StartingPoint, savedAbout} from './resume.js';
import type {Split} from './samples.js';
import {bandsOfStep} from './timestep-tally.js';

export interface LoopParts {
  readonly context: WorkerContext;
  readonly trainer: Trainer;
  readonly kept: KeptFolders;
  readonly metrics: MetricsLog;
  readonly split: Split;
  readonly recipe: Recipe | undefined;
  readonly start: StartingPoint;
  /** Makes clips on the way; absent where no one asked for any. */
  readonly clips?: ClipMaker;
}

export interface Position extends TrainingPoint {
  readonly progress: ProgressState;
  readonly stopped_early: boolean;
  /** Null before the first, and where a state of an earlier version does not say. */
  readonly last_step: StepMetric | null;
}

/** At least this often a run saves what it needs to continue, whatever its checkpoints. */
const SAVE_EVERY_MS = 5 * 60_000;

/** Steps, and at the end of each epoch validates, decides, saves. The numbers are the engine's; the policy is here. */
export class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #params: TrainParams;
  #position: Position;
  #savedAt = performance.now();
  /** When the newest checkpoint of this attempt was written, or the attempt began. */
  #checkpointAt = performance.now();
  /** After a resume: where this attempt took the epoch up. */
  #epochBegan = performance.now();
  /** Of the newest saved state of this run. */
  #savedStep: number | undefined;
  /** Whether the clips of this step are still to be made, also after an interruption. */
  #clips_due: boolean;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#params = trainParams(parts.context);
    const {global_step, epoch, loss, progress, last_step} = parts.start;
    const stopped_early = outOfPatience(progress, this.#params.early_stop);
    this.#position = {global_step, epoch, loss, progress, stopped_early, last_step};
    this.#savedStep = this.#isOfThisWork() ? global_step : undefined;
    const beginning = this.#begins() && this.#params.samples?.before_first_step === true;
    this.#clips_due = beginning || parts.start.clips_due;
  }

  get position(): Position {
    return this.#position;
  }

  get trainer(): Trainer {
    return this.#parts.trainer;
  }

  /** All that was kept on the way, and what else the result has. */
  async metrics(): Promise<{readonly kept: readonly Metric[]; readonly ending: readonly Metric[]}> {
    const {metrics} = this.#parts;
    return {kept: await metrics.all(), ending: await metrics.ending(this.#position.last_step)};
  }

  adapterFolder(provenance: Provenance): AdapterFolder {
    const metadata = {
      'sidestep.fingerprint': provenance.fingerprint,
      'sidestep.base_model': provenance.base_model,
    };
    const averaged = this.#params.ema_decay > 0;
    return {trainer: this.#parts.trainer, metadata, provenance, averaged};
  }

  async run(): Promise<'finished' | 'stopped'> {
    const {context, start, trainer} = this.#parts;
    if (start.metrics === undefined) await this.#parts.metrics.memory(trainer.memory);
    if (this.#begins() && this.#validates()) await this.#validate(0);
    context.emit({kind: 'phase_started', phase: 'training'});
    await this.#makeClips();
    this.#epochBegan = performance.now();
    let finished = start.global_step >= trainer.shape.total_steps || this.#position.stopped_early;
    while (!finished) {
      if (context.signal.aborted) {
        await this.#saveState('a request to stop');
        return 'stopped';
      }
      finished = (await this.#step()) === 'last';
    }
    if (this.#clips_due) return 'stopped'; // its state is saved; only a request to stop leaves clips undone
    if (!this.#isOfThisWork() && this.#position.global_step === start.global_step) throw noSteps();
    if (this.#savedStep !== this.#position.global_step) await this.#saveState('the end of the run');
    return 'finished';
  }

  #isOfThisWork(): boolean {
    const {origin} = this.#parts.start;
    return origin === 'own_state' || origin === 'other_state';
  }

  /** Nothing of this run is there: not even what precedes the first step. */
  #begins(): boolean {
    const {global_step, metrics} = this.#parts.start;
    return global_step === 0 && metrics === undefined;
  }

  async #step(): Promise<'more' | 'last'> {
    const {trainer, metrics} = this.#parts;
    const begin = performance.now();
    const report = await trainer.step();
    this.#emitStep(report, performance.now() - begin);
    const last_step = await metrics.step(report, trainer.modules);
    const {global_step, epoch} = report;
    const loss = report.loss ?? this.#position.loss;
    this.#position = {...this.#position, global_step, epoch, loss, last_step};
    if (report.epoch_finished) await this.#endEpoch(report);
    this.#clips_due = this.#areClipsDue(report);
    await this.#checkpoint(this.#checkpointsDue(report));
    await this.#makeClips();
    await this.#saveIfDue();
    return report.finished || this.#position.stopped_early ? 'last' : 'more';
  }

  async #endEpoch(report: StepReport): Promise<void> {
    const {context, metrics, kept} = this.#parts;
    const {epoch, epoch_loss} = report;
    await metrics.epoch(report);
    this.#position = {...this.#position, loss: epoch_loss ?? this.#position.loss};
    context.emit({
      kind: 'epoch_finished',
      epoch,
      epochs: this.#params.epochs,
      mean_loss: epoch_loss,
      duration_ms: Math.round(performance.now() - this.#epochBegan),
    });
    this.#epochBegan = performance.now();
    const end = {epoch, loss: epoch_loss, validation: await this.#validateEpoch(epoch)};
    const {state, is_best, stops_early} = decideEpoch(this.#position.progress, end, this.#params);
    this.#position = {
      ...this.#position,
      progress: state,
      stopped_early: stops_early,
    };
    if (is_best)
      await kept.replace(kept.best(epoch), (folder) =>
        writeAdapter(folder, this.adapterFolder(this.#provenance())),
      );
  }

  #checkpointsDue({epoch, epoch_finished, global_step}: StepReport): string[] {
    const {every_epochs, every_steps, every_minutes} = this.#params.checkpoint;
    const ofEpoch = epoch_finished && every_epochs > 0 && epoch % every_epochs === 0;
    const ofSteps = every_steps > 0 && global_step % every_steps === 0;
    const ofClock = every_minutes > 0 && performance.now() - this.#checkpointAt >= every_minutes * 60_000;
    return [...(ofEpoch ? [`epoch_${epoch}`] : []), ...(ofSteps || ofClock ? [`step_${global_step}`] : [])];
  }

  #areClipsDue({epoch, epoch_finished, global_step}: StepReport): boolean {
    const {every_epochs = 0, every_steps = 0} = this.#params.samples ?? {};
    const ofEpoch = epoch_finished && every_epochs > 0 && epoch % every_epochs === 0;
    return ofEpoch || (every_steps > 0 && global_step % every_steps === 0);
  }

  /** Clips take long: what was trained is saved before, and with it that they are due. */
  async #makeClips(): Promise<void> {
    const {clips, trainer, metrics, context} = this.#parts;
    if (clips === undefined) this.#clips_due = false;
    if (clips === undefined || !this.#clips_due) return;
    const {global_step, epoch} = this.#position;
    if (this.#savedStep !== global_step) await this.#saveState('the clips of this step');
    await clips.make({global_step, epoch}, {trainer, metrics, made: () => this.describeState()});
    if (!context.signal.aborted) this.#clips_due = false;
  }

  #validates(): boolean {
    return this.#parts.split.validation.length > 0;
  }

  async #validateEpoch(epoch: number): Promise<EpochValidation> {
    const {every_epochs} = this.#params.validation;
    if (!this.#validates()) return {kind: 'none'};
    if (epoch % every_epochs !== 0) return {kind: 'not_due'};
    return {kind: 'measured', loss: await this.#validate(epoch), epochs: every_epochs};
  }

  async #validate(epoch: number): Promise<number | null> {
    const {context, trainer, metrics} = this.#parts;
    const {global_step} = this.#position;
    const report = await trainer.validate();
    await metrics.validation(report, {global_step, epoch});
    context.emit({kind: 'validation_finished', global_step, loss: report.loss, bands: bandsOf(report)});
    return report.loss;
  }

  /** Writes the checkpoints of this step, then saves once: a killed run must not come back between two of them. */
  async #checkpoint(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const {kept, context} = this.#parts;
    const {global_step, epoch} = this.#position;
    const outdated: string[] = [];
    for (const name of names) {
      const adapter = this.adapterFolder(this.#provenance());
      await kept.replace(kept.checkpoint(name), (folder) => writeCheckpoint(folder, adapter));
      const {state, dropped} = rotate(this.#position.progress, name, this.#params.checkpoint);
      this.#position = {...this.#position, progress: state};
      outdated.push(...dropped);
    }
    this.#checkpointAt = performance.now();
    await this.#saveState(`checkpoint ${names.join(', ')}`);
    await kept.drop(outdated); // only once no saved state counts on them
    for (const name of names)
      context.emit({
        kind: 'checkpoint_saved',
        global_step,
        epoch,
        path: kept.checkpoint(name),
        reason: name,
      });
  }

  async #saveIfDue(): Promise<void> {
    if (performance.now() - this.#savedAt >= SAVE_EVERY_MS) await this.#saveState('elapsed time');
  }

  /** What a later attempt, or a longer run, continues from. */
  async #saveState(reason: string): Promise<void> {
    const {context, trainer, metrics, kept} = this.#parts;
    const {global_step} = this.#position;
    await metrics.sync();
    await context.partial.save((folder) => trainer.save(folder, {}), await this.#description());
    await kept.dropOtherBests(this.#position.progress.best);
    this.#savedAt = performance.now();
    this.#savedStep = global_step;
    context.emit({kind: 'state_saved', global_step, reason});
    context.emit({kind: 'log', level: 'debug', line: `saved step ${global_step} at ${reason}`});
  }

  /** Of a state that is saved already: what is beside it is more by now, or has become this run's own. */
  async describeState(): Promise<void> {
    const {context, metrics} = this.#parts;
    await metrics.sync();
    await context.partial.describe(await this.#description());
  }

  /** What the result takes from the folders that outlive an attempt, as it was written. */
  keptSeal(): Seal {
    const {kept, metrics} = this.#parts;
    return kept.seal(this.#position.progress, metrics.seal());
  }

  async #description(): Promise<Description> {
    const {context, trainer, clips, start, metrics} = this.#parts;
    const {global_step, epoch, loss, progress, last_step} = this.#position;
    const {fingerprint, counting, contents, numerics} = context.job;
    const {total_steps, steps_per_epoch} = trainer.shape;
    const about: SavedAbout = {
      fingerprint,
      params: counting,
      contents,
      numerics,
      global_step,
      epoch,
      loss,
      total_steps,
      steps_per_epoch,
      lengths: await trainer.lengths(),
      progress,
      last_step,
      tally: metrics.tally(),
      clips_due: this.#clips_due,
      clip_files: clips?.files() ?? start.clip_files,
    };
    return {about: savedAbout(about), beside: this.keptSeal()};
  }

  #provenance(): Provenance {
    return provenanceOf(this.#parts.context, this.#parts, this.#position);
  }

  #emitStep(report: StepReport, duration: number): void {
    const {context, trainer} = this.#parts;
    const {global_step, epoch, loss, learning_rate, grad_norm, diagnosis} = report;
    const total_steps = trainer.shape.total_steps;
    const duration_ms = Math.round(duration);
    const gradient_norm = grad_norm;
    context.emit({
      kind: 'step_finished',
      global_step,
      total_steps,
      epoch,
      loss,
      learning_rate,
      gradient_norm,
      duration_ms,
      bands: bandsOfStep(report),
      ...rateFigures(report),
    });
    if (diagnosis !== '')
      context.emit({
        kind: 'stage_warning',
        problem: {
          code: 'train/nonfinite-loss',
          message: `Step ${global_step}: ${diagnosis}`,
          hint: 'The micro-batch was left out. If it happens often, lower the learning rate.',
        },
      });
  }
}

function noSteps(): SidestepError {
  return new SidestepError({
    code: 'train/zero-steps',
    message: 'The run ended without a single training step',
    hint: 'Check epochs, max_steps and that the dataset has samples.',
  });
}
