import type {Provenance} from '../../adapter/provenance.js';
import {SidestepError} from '../../base/problem.js';
import type {StepReport, Trainer} from '../../native/trainer.js';
import type {WorkerContext} from '../context.js';
import {type AdapterFolder, type KeptFolders, writeAdapter, writeCheckpoint} from './checkpoints.js';
import {bandsOf, type Metric, type MetricsLog} from './metrics.js';
import {type LoopParams, loopParams} from './options.js';
import {decideEpoch, type ProgressState, rotate} from './progress-state.js';
import {provenanceOf, type Standing} from './provenance.js';
import {type SavedAbout, type StartingPoint, savedAbout} from './resume.js';
import type {Split} from './samples.js';

export interface LoopParts {
  readonly context: WorkerContext;
  readonly trainer: Trainer;
  readonly kept: KeptFolders;
  readonly metrics: MetricsLog;
  readonly split: Split;
  readonly start: StartingPoint;
}

export interface Position extends Standing {
  readonly progress: ProgressState;
  readonly stopped_early: 'yes' | 'no';
}

/** At least this often a run saves what it needs to continue, whatever its checkpoints. */
const SAVE_EVERY_MS = 5 * 60_000;

/** Steps, and at the end of each epoch validates, decides, saves. The numbers are the engine's; the policy is here. */
export class TrainingLoop {
  readonly #parts: LoopParts;
  readonly #params: LoopParams;
  #position: Position;
  #savedAt = performance.now();
  #savedStep: number;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#params = loopParams(parts.context);
    const {global_step, progress} = parts.start;
    this.#position = {global_step, epoch: 0, loss: null, progress, stopped_early: 'no'};
    this.#savedStep = global_step;
  }

  get position(): Position {
    return this.#position;
  }

  get trainer(): Trainer {
    return this.#parts.trainer;
  }

  metrics(): Promise<Metric[]> {
    return this.#parts.metrics.all();
  }

  adapterFolder(provenance: Provenance): AdapterFolder {
    const metadata = {
      'sidestep.fingerprint': provenance.fingerprint,
      'sidestep.base_model': provenance.base_model,
    };
    const average = this.#params.ema_decay > 0 ? 'ema' : 'none';
    return {trainer: this.#parts.trainer, metadata, provenance, average};
  }

  async run(): Promise<'finished' | 'stopped'> {
    const {context, start, trainer} = this.#parts;
    if (start.global_step === 0 && this.#validates()) await this.#validate(0);
    context.emit({kind: 'phase_started', phase: 'training'});
    let finished = start.global_step >= trainer.shape.total_steps;
    while (!finished) {
      if (context.signal.aborted) {
        await this.#saveState('a request to stop');
        return 'stopped';
      }
      finished = (await this.#step()) === 'last';
    }
    if (this.#position.global_step === 0 && start.global_step === 0) throw noSteps();
    if (this.#savedStep !== this.#position.global_step) await this.#saveState('the end of the run');
    return 'finished';
  }

  async #step(): Promise<'more' | 'last'> {
    const {trainer, metrics} = this.#parts;
    const begin = performance.now();
    const report = await trainer.step();
    this.#tell(report, performance.now() - begin);
    await metrics.step(report, trainer.modules);
    const {global_step, epoch} = report;
    this.#position = {...this.#position, global_step, epoch, loss: report.loss ?? this.#position.loss};
    const decision = report.epoch_finished ? await this.#endEpoch(report) : 'go_on';
    const {every_steps} = this.#params.checkpoint;
    if (every_steps > 0 && global_step % every_steps === 0) await this.#checkpoint(`step_${global_step}`);
    await this.#saveIfDue();
    if (decision === 'stop_early') this.#position = {...this.#position, stopped_early: 'yes'};
    return report.finished || decision === 'stop_early' ? 'last' : 'more';
  }

  async #endEpoch(report: StepReport): Promise<'go_on' | 'stop_early'> {
    const {context, metrics, kept} = this.#parts;
    const {epoch, epoch_loss} = report;
    await metrics.epoch(report);
    this.#position = {...this.#position, loss: epoch_loss ?? this.#position.loss};
    context.emit({
      kind: 'epoch_finished',
      epoch,
      epochs: this.#params.epochs,
      mean_loss: epoch_loss,
      duration_ms: 0,
    });
    const due = this.#validates() && epoch % this.#params.validation.every_epochs === 0;
    const validation = due ? await this.#validate(epoch) : null;
    const {state, best, next} = decideEpoch(
      this.#position.progress,
      {epoch, loss: epoch_loss, validation},
      this.#params,
    );
    this.#position = {...this.#position, progress: state};
    if (best === 'new_best')
      await kept.replace(kept.best, (folder) => writeAdapter(folder, this.adapterFolder(this.#provenance())));
    const {every_epochs} = this.#params.checkpoint;
    if (every_epochs > 0 && epoch % every_epochs === 0) await this.#checkpoint(`epoch_${epoch}`);
    return next;
  }

  #validates(): boolean {
    return this.#parts.split.validation.length > 0;
  }

  async #validate(epoch: number): Promise<number | null> {
    const {context, trainer, metrics} = this.#parts;
    const {global_step} = this.#position;
    const report = await trainer.validate();
    await metrics.validation(report, {global_step, epoch});
    context.emit({kind: 'validation_finished', global_step, loss: report.loss, bands: bandsOf(report)});
    return report.loss;
  }

  async #checkpoint(name: string): Promise<void> {
    const {kept, context} = this.#parts;
    const {global_step, epoch, progress} = this.#position;
    const path = kept.checkpoint(name);
    await kept.replace(path, (folder) => writeCheckpoint(folder, this.adapterFolder(this.#provenance())));
    const {state, dropped} = rotate(progress, name, this.#params.checkpoint.keep_last);
    this.#position = {...this.#position, progress: state};
    await this.#saveState(`checkpoint ${name}`);
    await kept.drop(dropped); // only once no saved state counts on them
    context.emit({kind: 'checkpoint_saved', global_step, epoch, path, reason: name});
  }

  async #saveIfDue(): Promise<void> {
    const {every_minutes} = this.#params.checkpoint;
    const due = every_minutes > 0 ? Math.min(every_minutes * 60_000, SAVE_EVERY_MS) : SAVE_EVERY_MS;
    if (performance.now() - this.#savedAt >= due) await this.#saveState('elapsed time');
  }

  /** What a later attempt, or a longer run, continues from. */
  async #saveState(reason: string): Promise<void> {
    const {context, trainer} = this.#parts;
    const {global_step, epoch, progress} = this.#position;
    const about: SavedAbout = {
      global_step,
      epoch,
      total_steps: trainer.shape.total_steps,
      progress,
      finished: global_step >= trainer.shape.total_steps,
    };
    await context.partial.save((folder) => trainer.save(folder, {}), savedAbout(about));
    this.#savedAt = performance.now();
    this.#savedStep = global_step;
    context.log(`saved step ${global_step} at ${reason}`);
  }

  #provenance(): Provenance {
    return provenanceOf(this.#parts.context, this.#parts.split, this.#position);
  }

  #tell(report: StepReport, duration: number): void {
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
