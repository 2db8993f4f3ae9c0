import {hostname} from 'node:os';
import {dirname, relative} from 'node:path';
import type {Terminal} from '../app/terminal.js';
import type {Result} from '../base/result.js';
import {userFolder} from '../config/folders.js';
import type {Pipeline} from '../config/pipeline.js';
import {resolvePipeline} from '../config/resolve.js';
import {findPresets} from '../config/user/preset.js';
import type {Settings} from '../config/user/settings.js';
import type {TrainingWork} from '../event/effort.js';
import {curveLine} from '../render/curve.js';
import {countText, durationText} from '../render/quantity.js';
import {widthOf} from '../render/text-output.js';
import {wrapped} from '../render/wrap.js';
import {askRates} from '../run/forecast/rates.js';
import type {TrainingForecast} from '../run/forecast/training.js';
import {trainingSeconds} from '../run/forecast/training-time.js';
import {ratesQuestion, trainingWork} from '../run/forecast/training-work.js';
import type {Answers} from './answers.js';
import {groupText} from './detail-questions.js';
import {detailGroups} from './details.js';
import {changesOf} from './draft.js';
import type {Machine} from './machine.js';
import {type ChosenValue, pipelineText} from './pipeline.js';
import {memoryText, stepsText, timeText} from './prediction.js';
import type {Known} from './question.js';
import {pieceTexts, THIS_MACHINE} from './shared.js';
import {type SongsAtHand, usable} from './songs.js';
import {tensorsText} from './tensors.js';
import {trainingForecast} from './training-forecast.js';

/** The file as it would be written, and what it means. */
export interface Composition {
  readonly answers: Answers;
  /** What the file says apart from the preset. */
  readonly changes: readonly ChosenValue[];
  readonly text: string;
  readonly pipeline: Pipeline;
}

export interface Composing {
  readonly terminal: Terminal;
  /** Absolute path of the file. */
  readonly path: string;
  readonly settings: Settings;
  readonly machine: Machine;
  readonly known: Known;
}

/** Problems are those of a file that does not validate: a defect of the wizard, or a number that no stage takes. */
export async function compose(
  answers: Answers,
  {terminal, path, settings, known}: Composing,
): Promise<Result<Composition>> {
  const drafted = known.resolve(answers);
  if (!drafted.ok) return drafted; // told in the words of the flags, not by lines of a file that no one has seen
  const own = changesOf(answers, known.resolve);
  const changed = new Set(own.map(({id}) => id));
  const changes = [...known.proposals(answers).filter(({id}) => !changed.has(id)), ...own];
  const {profile: named} = settings.values;
  const host = hostname();
  const place = {folder: dirname(path), cwd: terminal.cwd, shared: known.shared, profile: named, host};
  const text = pipelineText(answers, changes, place);
  const presets = await findPresets({project_dir: dirname(path), user_dir: userFolder(terminal.env)});
  const profile = {asked: terminal.env.SIDESTEP_PROFILE, settings: named, host};
  const around = {settings, presets, env: terminal.env, pieces: pieceTexts(known.shared), profile};
  const resolved = resolvePipeline({file: path, text, overrides: [], ...around});
  return resolved.ok ? {ok: true, value: {answers, changes, text, pipeline: resolved.value}} : resolved;
}

/** What the training of a composition will take. */
export interface Prediction {
  readonly work: TrainingWork;
  /** From the first update to the last, as `plan` draws them; none without an engine. */
  readonly learning_rates: readonly number[];
  readonly forecast: TrainingForecast;
}

/** Undefined while the songs cannot be looked at: the dataset stage will say why. */
export async function predict(
  {answers, pipeline}: Composition,
  {machine, settings, known}: Composing,
): Promise<Prediction | undefined> {
  if (answers.source === 'tensors') return predictFromTensors({answers, pipeline}, {machine, known});
  const songs = await known.songs(answers.songs);
  if (!songs.ok) return undefined;
  const [training, forecast] = await Promise.all([
    trainingOf(pipeline, {songs: usable(songs.value), machine}),
    trainingForecast(pipeline, {machine, songs: songs.value, settings}),
  ]);
  return training && {...training, forecast};
}

/** How long they are is in each; `plan` reads them. */
async function predictFromTensors(
  {answers, pipeline}: Pick<Composition, 'answers' | 'pipeline'>,
  {machine, known}: Pick<Composing, 'machine' | 'known'>,
): Promise<Prediction | undefined> {
  const found = await known.tensors(answers.songs);
  const training = found.ok ? await trainingOf(pipeline, {songs: found.value.count, machine}) : undefined;
  if (training === undefined) return undefined;
  const problem = {code: 'init/tensors-unread', message: '`sidestep plan` reads the tensors and says it'};
  return {...training, forecast: {kind: 'unknown', problem}};
}

async function trainingOf(
  {stages}: Pipeline,
  {songs, machine: {addon, launcher}}: {readonly songs: number; readonly machine: Machine},
): Promise<Omit<Prediction, 'forecast'> | undefined> {
  const params = stages.find(({uses}) => uses === 'train')?.params;
  if (params === undefined) return undefined;
  const rates =
    songs === 0 || addon === undefined
      ? undefined
      : await askRates([ratesQuestion(params, songs)], {addon, launcher});
  return {work: trainingWork(params, songs), learning_rates: rates?.[0] ?? []};
}

/** What will be done and what it will take, a line each. */
export async function summaryOf(
  {answers, changes}: Composition,
  prediction: Prediction | undefined,
  {known, path, terminal}: Composing,
): Promise<string> {
  const rows: [string, string][] = [
    ['model', answers.base === 'auto' ? answers.model : `${answers.model}, a fine-tune of ${answers.base}`],
    [answers.source, await sourceText(answers, known)],
    ['adapter', `${answers.adapter}, preset ${answers.preset}`],
    ['stages from', answers.include === 'no' ? '' : answers.include],
    ['profiles', answers.profiles === 'no' ? '' : profilesText(answers, known)],
    ['measured first', answers.measure === 'no' ? '' : answers.measure],
    ...detailGroups.map((group): [string, string] => [
      group.title.toLowerCase(),
      groupText(group, answers, known, changes),
    ]),
    ...rest(changes).map(({id, value}): [string, string] => ['also', `${id} ${JSON.stringify(value)}`]),
    ...(prediction === undefined ? [] : predictionRows(prediction)),
    ['file', relative(terminal.cwd, path)],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  const width = Math.max(...shown.map(([name]) => name.length)) + 2;
  const room =
    terminal.stdout.kind === 'terminal'
      ? widthOf(terminal.stdout) - MARGIN - width
      : Number.POSITIVE_INFINITY;
  return shown
    .map(
      ([name, value]) =>
        name.padEnd(width) + wrapped(value, Math.max(30, room)).replaceAll('\n', `\n${' '.repeat(width)}`),
    )
    .join('\n');
}

function profilesText({profiles: from}: Answers, {shared}: Known): string {
  const names = Object.keys(shared.profiles.find((each) => each.from === from)?.profiles ?? {});
  return from === THIS_MACHINE ? names.join(', ') : `${names.join(', ')} (as in ${from})`;
}

/** What is at the left of a note on a terminal. */
const MARGIN = 4;

/** Given as options, and no question asks for them. */
function rest(changes: readonly ChosenValue[]): readonly ChosenValue[] {
  const asked = new Set(detailGroups.flatMap(({details}) => details));
  return changes.filter(({id}) => !asked.has(id));
}

function predictionRows({work, learning_rates, forecast}: Prediction): [string, string][] {
  return [
    ['training', stepsText(work)],
    ['learning rate', curveLine(learning_rates)],
    ['memory', memoryText(forecast)],
    ['time', timeText(work, forecast)],
  ];
}

/** The same for `--json`; what the engine could not say is null. */
export function predictionDocument({work, forecast}: Prediction) {
  const memory = forecast.kind === 'known' && forecast.memory.kind === 'known' ? forecast.memory : undefined;
  return {
    epochs: work.epochs,
    steps: work.steps,
    device: memory?.device ?? null,
    memory_bytes: memory?.total_bytes ?? null,
    memory_limit_bytes: memory?.limit_bytes ?? null,
    training_seconds: forecast.kind === 'known' ? trainingSeconds(work, forecast) : null,
  };
}

async function sourceText({source, songs}: Answers, known: Known): Promise<string> {
  if (source === 'tensors') {
    const found = await known.tensors(songs);
    return found.ok ? `${songs}: ${tensorsText(found.value)}` : songs;
  }
  const found = await known.songs(songs);
  return found.ok ? `${songs}: ${lengthText(found.value)}` : songs;
}

function lengthText({count, unusable, seconds}: SongsAtHand): string {
  const whole = seconds.reduce((sum, each) => sum + each, 0);
  const unread = unusable === 0 ? '' : `, ${unusable} cannot be used`;
  return `${countText(count, 'song')}, ${durationText(whole * 1000)}${unread}`;
}
