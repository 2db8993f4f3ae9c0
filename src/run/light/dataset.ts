import {existsSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {join} from 'node:path';
import {asWritten} from '../../base/json.js';
import {type Problem, SidestepError} from '../../base/problem.js';
import {writeFile} from '../../base/write-file.js';
import {type Listeners, openListeners} from '../../dataset/audio/listeners.js';
import {listen} from '../../dataset/audio/sound-report.js';
import type {DatasetOptions} from '../../dataset/dataset-options.js';
import {type DatasetEffects, readDataset} from '../../dataset/read-dataset.js';
import type {Dataset, Finding} from '../../dataset/sample.js';
import {loadTokenizer} from '../../dataset/tokenizer.js';
import {grouped} from '../../event/alike.js';
import type {Model} from '../../model/model.js';
import {parametersOf} from '../../stage/parameters.js';
import {type LightContext, pathOf} from '../light-stage.js';
import {listeningThread} from '../listening-thread.js';
import {openRememberedSounds, type RememberedSounds} from './remembered-sounds.js';

/**
 * The `dataset` stage: finds and checks all songs, reports every finding, and leaves `dataset.json`. Songs that cannot be
 * used fail the stage after all have been looked at, unless `on_error` is `skip`.
 * Throws `dataset/unusable-songs`, `dataset/unusable-json`, `dataset/no-samples`.
 */
export async function lightDataset(context: LightContext): Promise<void> {
  const dataset = await readSongs(context);
  const errors = dataset.findings.filter(({severity}) => severity === 'error');
  report(dataset.findings, context);
  if (errors.length > 0 && context.params.on_error !== 'skip') throw unusable(errors);
  if (dataset.samples.length === 0) throw unusable(errors);
  await writeFile(join(context.out_dir, 'dataset.json'), `${JSON.stringify(dataset, null, 1)}\n`);
}

/** What reading the songs needs; `sidestep show sample` asks for no more than this. */
export type SongContext = Omit<LightContext, 'stage' | 'out_dir' | 'env' | 'log' | 'force'>;

/** All songs that the parameters mean, with every finding. Throws `dataset/unusable-json`, `dataset/no-samples`. */
export async function readSongs(context: SongContext): Promise<Dataset> {
  const memory = await openRememberedSounds(context.memory_dir);
  const listeners = openSongListeners(context.signal);
  try {
    return await readAll(context, {
      ...effectsOf(context, {memory, ears: listeners}),
      ...(await tokenizerOf(context)),
    });
  } finally {
    await listeners.close();
    await memory.save();
  }
}

async function readAll(context: SongContext, effects: DatasetEffects): Promise<Dataset> {
  const result = await readDataset(optionsOf(context), effects);
  if (result.ok) return result.value;
  if (result.problems.length > 1)
    // a single one is the error itself
    for (const problem of result.problems) context.emit({kind: 'stage_warning', problem});
  throw unusableJson(result.problems);
}

/** The tokenizer of the model that the songs are for, when the stage was told of one. */
async function tokenizerOf({inputs}: SongContext): Promise<Pick<DatasetEffects, 'tokenizer'>> {
  const model = inputs.model?.json;
  if (model === undefined) return {};
  return {tokenizer: await loadTokenizer(asWritten<Model>(model).components.tokenizer.dir)};
}

/** The parameters were validated against the schema; paths of other stages' outputs replace references to them. */
function optionsOf(context: SongContext): DatasetOptions {
  const {
    audio_dir: _folder,
    dataset_json: _file,
    model: _model,
    ...rest
  } = parametersOf('dataset', context.params);
  const audio_dir = pathOf(context, 'audio_dir');
  const dataset_json = pathOf(context, 'dataset_json');
  return {
    ...rest,
    ...(audio_dir === undefined ? {} : {audio_dir}),
    ...(dataset_json === undefined ? {} : {dataset_json}),
  };
}

/** A thread for each core: decoding is nearly all of the work. */
export const SONGS_AT_ONCE = availableParallelism();

/** Listens in threads; run from sources, where there is no compiled thread to start, in this one. */
export function openSongListeners(signal: AbortSignal): Listeners {
  const entry = listeningThread;
  if (!existsSync(entry)) return {listen: (path) => listen(path, signal), close: async () => {}};
  const threads = openListeners({entry, threads: SONGS_AT_ONCE});
  const stop = () => void threads.close(); // what is being heard rejects
  signal.addEventListener('abort', stop, {once: true});
  return {
    listen: threads.listen,
    close: async () => {
      signal.removeEventListener('abort', stop);
      await threads.close();
    },
  };
}

function effectsOf(
  context: SongContext,
  {memory, ears}: {readonly memory: RememberedSounds; readonly ears: Listeners},
): DatasetEffects {
  return {
    songs_at_once: SONGS_AT_ONCE,
    hashFile: async (path) => {
      context.signal.throwIfAborted();
      return context.hashFile(path);
    },
    listen: async (path, hash) => {
      const known = memory.get(hash);
      if (known !== undefined) return known;
      const report = await ears.listen(path);
      memory.set(hash, report);
      return report;
    },
    progress: (done, total) => context.emit({kind: 'stage_progress', done, total, unit: 'samples'}),
  };
}

/** Errors as they are; warnings of one kind together: `dataset.json` holds them all. */
function report(findings: readonly Finding[], {emit}: LightContext): void {
  for (const {severity, sample, ...problem} of findings) {
    if (severity !== 'error') continue;
    if (sample === undefined) emit({kind: 'stage_warning', problem});
    else emit({kind: 'sample_failed', sample, problem});
  }
  const warnings = findings.filter(({severity}) => severity === 'warning');
  for (const problem of grouped(warnings.map(({severity: _severity, sample: _sample, ...rest}) => rest)))
    emit({kind: 'stage_warning', problem});
}

function unusable(errors: readonly Finding[]): SidestepError {
  const shown = errors.slice(0, 10).map(({message}) => `  ${message}`);
  const more = errors.length > 10 ? [`  and ${errors.length - 10} more`] : [];
  return new SidestepError({
    code: 'dataset/unusable-songs',
    message: [`${errors.length} of the songs cannot be used:`, ...shown, ...more].join('\n'),
    hint: 'Repair or remove them, or set `on_error: skip` to go on without them.',
  });
}

/** One error for the whole file: every problem with its line and column. */
function unusableJson(problems: readonly Problem[]): SidestepError {
  const [first] = problems;
  if (problems.length === 1) return new SidestepError(first!);
  const lines = problems
    .slice(0, 20)
    .map(({message, position}) => `  ${position?.line ?? '?'}:${position?.column ?? '?'} ${message}`);
  const position = first!.position;
  return new SidestepError({
    code: 'dataset/unusable-json',
    message: [`${position?.file ?? 'The dataset JSON'} has ${problems.length} problems:`, ...lines].join(
      '\n',
    ),
    ...(position === undefined ? {} : {position}),
  });
}
