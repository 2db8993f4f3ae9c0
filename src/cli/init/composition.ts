import {dirname, relative} from 'node:path';
import type {Result} from '../../base/result.js';
import {userFolder} from '../../config/folders.js';
import type {Pipeline} from '../../config/pipeline.js';
import {findPresets} from '../../config/preset.js';
import {resolvePipeline} from '../../config/resolve.js';
import type {Settings} from '../../config/settings.js';
import {durationText} from '../../render/quantity.js';
import type {TrainingOutlook} from '../../run/forecast/training.js';
import type {World} from '../world.js';
import type {Answers} from './answers.js';
import type {Machine} from './machine.js';
import {outlookFor} from './outlook.js';
import {pipelineText} from './pipeline.js';
import {
  memoryText,
  stepsText,
  type TrainingWork,
  timeText,
  trainingSeconds,
  trainingWork,
} from './prediction.js';
import type {Known} from './questions.js';
import type {FoundSongs} from './songs.js';

/** The file as it would be written, and what it means. */
export interface Composition {
  readonly answers: Answers;
  readonly text: string;
  readonly pipeline: Pipeline;
}

export interface Composing {
  readonly world: World;
  /** Absolute path of the file. */
  readonly path: string;
  readonly settings: Settings;
  readonly machine: Machine;
  readonly known: Known;
}

/** Problems are those of a file that does not validate: a defect of the wizard, or a number that no stage takes. */
export async function compose(
  answers: Answers,
  {world, path, settings}: Composing,
): Promise<Result<Composition>> {
  const text = pipelineText(answers, {folder: dirname(path), cwd: world.cwd});
  const presets = await findPresets({project_dir: dirname(path), user_dir: userFolder(world.env)});
  const resolved = resolvePipeline({file: path, text, settings, presets, overrides: [], env: world.env});
  return resolved.ok ? {ok: true, value: {answers, text, pipeline: resolved.value}} : resolved;
}

/** What the training of a composition will take. */
export interface Prediction {
  readonly work: TrainingWork;
  readonly outlook: TrainingOutlook;
}

/** Undefined while the songs cannot be looked at: the dataset stage will say why. */
export async function predict(
  {answers, pipeline}: Composition,
  {machine, settings, known}: Composing,
): Promise<Prediction | undefined> {
  const songs = await known.songs(answers.songs);
  const work = songs.ok ? trainingWork(pipeline, songs.value.count) : undefined;
  if (!songs.ok || work === undefined) return undefined;
  return {work, outlook: await outlookFor(pipeline, {machine, songs: songs.value, settings})};
}

/** What will be done and what it will take, a line each. */
export async function summaryOf(
  {answers}: Composition,
  prediction: Prediction | undefined,
  {known, path, world}: Composing,
): Promise<string> {
  const songs = await known.songs(answers.songs);
  const rows: [string, string][] = [
    ['model', answers.base === 'auto' ? answers.model : `${answers.model}, a fine-tune of ${answers.base}`],
    ['songs', songs.ok ? `${answers.songs}: ${lengthText(songs.value)}` : answers.songs],
    ['adapter', `${answers.adapter}, preset ${answers.preset}${changedText(answers)}`],
    ...(prediction === undefined ? [] : predictionRows(prediction)),
    ['file', relative(world.cwd, path)],
  ];
  return rows
    .map(([name, value]) => `${name.padEnd(9)} ${value.replaceAll('\n', `\n${' '.repeat(10)}`)}`)
    .join('\n');
}

function predictionRows({work, outlook}: Prediction): [string, string][] {
  return [
    ['training', stepsText(work)],
    ['memory', memoryText(outlook)],
    ['time', timeText(work, outlook)],
  ];
}

/** The same for `--json`; what the engine could not say is null. */
export function predictionDocument({work, outlook}: Prediction) {
  const memory = outlook.kind === 'known' && outlook.memory.kind === 'known' ? outlook.memory : undefined;
  return {
    epochs: work.epochs,
    steps: work.steps,
    device: memory?.device ?? null,
    memory_bytes: memory?.total_bytes ?? null,
    memory_limit_bytes: memory?.limit_bytes ?? null,
    training_seconds: outlook.kind === 'known' ? trainingSeconds(work, outlook) : null,
  };
}

function lengthText({count, seconds}: FoundSongs): string {
  const whole = seconds.reduce((sum, each) => sum + each, 0);
  return `${count === 1 ? '1 song' : `${count} songs`}, ${durationText(whole * 1000)}`;
}

function changedText({rank, learning_rate, epochs}: Answers): string {
  const changed = [
    ...(rank === '' ? [] : [`rank ${rank}`]),
    ...(learning_rate === '' ? [] : [`learning rate ${learning_rate}`]),
    ...(epochs === '' ? [] : [`${epochs} epochs`]),
  ];
  return changed.length === 0 ? '' : `, with ${changed.join(', ')}`;
}
