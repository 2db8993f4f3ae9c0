import {existsSync, readFileSync, statSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {DEFAULT_PIPELINE} from '../app/pipeline-options.js';
import {projectOf, stateDirOf} from '../app/run-context.js';
import type {Terminal} from '../app/terminal.js';
import {isFileError} from '../base/durable.js';
import type {Fingerprint} from '../base/hash.js';
import type {Json} from '../base/json.js';
import {didYouMean} from '../base/near-miss.js';
import type {Problem} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {Cache} from '../cache/cache.js';
import {lookUp} from '../cache/entries.js';
import type {OutputObject} from '../cache/entry.js';
import {objectPath, treeDir} from '../cache/layout.js';
import {openCache} from '../cache/open.js';
import {userFolder} from '../config/folders.js';
import type {ConfiguredStage, Experiment, Pipeline} from '../config/pipeline.js';
import {loadSettings, type Settings} from '../config/user/settings.js';
import type {StageResult} from '../event/stage-result.js';
import {listRuns, type RecordedEvent, readEvents} from '../record/run-record.js';
import {type PastRun, pastRun} from '../render/runs-text.js';
import {runnerOf} from '../run/control/runner.js';

/** A run from its record, with what its stages left as far as the cache still has it. */
export interface RecordedRun extends PastRun {
  readonly file: string;
  readonly experiment: Experiment | undefined;
  readonly events: readonly RecordedEvent[];
  readonly recorded: readonly RecordedStage[];
}

export interface RecordedStage {
  readonly configured: ConfiguredStage;
  /** Undefined when the run ended before it came to this stage. */
  readonly result: StageResult | undefined;
  readonly fingerprint: Fingerprint | undefined;
  readonly cache: Cache;
  /** Empty when the stage did not succeed or its outputs were dropped from the cache since. */
  readonly outputs: Readonly<Record<string, OutputObject>>;
  /** Backend, precision and numerics version of an engine's stage; null for the others. */
  readonly numerics: Json;
}

/**
 * How people name runs: an id or its beginning, an experiment (its newest run), `last`, `last~1` (as `sidestep runs` lists
 * them), a record's folder, or a pipeline file (its last run). With `pipeline`, only runs of that file count.
 */
export async function openRun(
  terminal: Terminal,
  name: string,
  pipeline: string | undefined,
): Promise<Result<RecordedRun>> {
  const path = resolve(terminal.cwd, name);
  if (/\.ya?ml$/.test(name) && existsSync(path)) return openRunOf(terminal, 'last', path);
  if (existsSync(join(path, 'events.jsonl'))) return loadRun(terminal, dirname(path), basename(path));
  return openRunOf(terminal, name, pipeline === undefined ? undefined : resolve(terminal.cwd, pipeline));
}

async function openRunOf(
  terminal: Terminal,
  name: string,
  pipeline: string | undefined,
): Promise<Result<RecordedRun>> {
  const dir = runsDirOf(terminal, pipeline ?? DEFAULT_PIPELINE);
  const all = await listRuns(dir);
  const ids = pipeline === undefined ? all : all.filter((id) => fileOf(dir, id) === pipeline);
  const experiment = ids.findLast((id) => readRecordedPipeline(join(dir, id))?.experiment?.name === name);
  const id = experiment === undefined ? runNamed(name, ids) : ok(experiment);
  return id.ok ? loadRun(terminal, dir, id.value) : id;
}

function fileOf(dir: string, id: string): string | undefined {
  return readRecordedPipeline(join(dir, id))?.file;
}

/** Where the runs of a pipeline's project are recorded. */
export function runsDirOf(terminal: Terminal, pipeline: string): string {
  return join(stateDirOf(terminal, pipeline), 'runs');
}

/** Pure. Problems: `usage/no-runs`, `usage/unknown-run`, `usage/ambiguous-run`. */
export function runNamed(name: string, ids: readonly string[]): Result<string> {
  if (ids.length === 0)
    return failure({
      code: 'usage/no-runs',
      message: 'No run is recorded here',
      hint: 'Name the pipeline whose runs you mean, such as pipelines/smoke.yaml, or run one: sidestep run',
    });
  const back = /^last(?:~(\d+))?$/.exec(name);
  const chosen =
    back === null ? ids.filter((id) => id.startsWith(name)) : [ids.at(-1 - Number(back[1] ?? 0))];
  const [first, second] = chosen.filter((id) => id !== undefined);
  if (first !== undefined && (second === undefined || first === name)) return ok(first);
  if (first !== undefined)
    return failure({
      code: 'usage/ambiguous-run',
      message: `Several runs begin with ${name}`,
      hint: `${first}, ${second}`,
    });
  return failure(unknownRun(name, ids));
}

export function unknownRun(name: string, ids: readonly string[] = []): Problem {
  return {
    code: 'usage/unknown-run',
    message: `No recorded run is called ${name}`,
    hint: didYouMean(name, ids) ?? '`sidestep runs` lists them; `last` is the newest.',
  };
}

/** What the events of a run say, and whether it is still going on. */
export async function readPast(
  {now}: Pick<Terminal, 'now'>,
  runsDir: string,
  id: string,
): Promise<PastRun & Pick<RecordedRun, 'events'>> {
  const dir = join(runsDir, id);
  const goes_on = runnerOf(dir, now()) !== undefined; // before the events: see there
  const events = await readEvents(runsDir, id);
  return {...pastRun({run: id, dir, goes_on}, events), events};
}

/** Problems: `usage/unknown-run`, and those of the settings. */
export async function loadRun(terminal: Terminal, runsDir: string, id: string): Promise<Result<RecordedRun>> {
  const settings = await loadSettings(userFolder(terminal.env));
  if (!settings.ok) return settings;
  const dir = join(runsDir, id);
  const past = await readPast(terminal, runsDir, id);
  const {events} = past;
  const pipeline = readRecordedPipeline(dir);
  if (pipeline === undefined)
    return failure({
      code: 'usage/unknown-run',
      message: `${dir} holds no readable pipeline.json: it is no record of a run`,
    });
  const results = resultsOf(events);
  const cache = cacheOf(terminal, pipeline, settings.value);
  const recorded = pipeline.stages.map((configured) =>
    recordedStage(configured, results.get(configured.id), cache),
  );
  return ok({
    ...past,
    file: pipeline.file,
    experiment: pipeline.experiment,
    recorded,
  });
}

function cacheOf(terminal: Terminal, pipeline: Pipeline, settings: Settings): Cache {
  return openCache(projectOf(terminal, pipeline.file, settings).cache_dir);
}

export function readRecordedPipeline(dir: string): Pipeline | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'pipeline.json'), 'utf8')) as Pipeline;
  } catch (error) {
    if (error instanceof SyntaxError || isFileError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function resultsOf(events: readonly RecordedEvent[]): Map<string, StageResult> {
  const results = new Map<string, StageResult>();
  for (const event of events) {
    if (event.kind === 'stage_finished') results.set(event.stage, event.result);
    if (event.kind === 'run_finished') for (const result of event.results) results.set(result.stage, result);
  }
  return results;
}

function recordedStage(
  configured: ConfiguredStage,
  result: StageResult | undefined,
  cache: Cache,
): RecordedStage {
  const fingerprint =
    result?.kind === 'succeeded' || result?.kind === 'cached' ? result.fingerprint : undefined;
  const state = fingerprint === undefined ? undefined : lookUp(cache, fingerprint);
  const entry = state?.kind === 'present' || state?.kind === 'removed' ? state.entry : undefined;
  return {
    configured,
    result,
    fingerprint,
    cache,
    outputs: entry?.outputs ?? {},
    numerics: entry?.parts.numerics ?? null,
  };
}

/** Where a JSON output, a file, or a file within a tree (`adapter/metrics.jsonl`) is; undefined when it is gone. */
export function outputFile({outputs, cache}: RecordedStage, path: string): string | undefined {
  const [name, ...within] = path.split('/');
  const output = outputs[name!];
  if (output === undefined) return undefined;
  const file = output.kind === 'tree' ? output.files.find((each) => each.path === within.join('/')) : output;
  const place = file === undefined ? undefined : objectPath(cache.root, file.hash);
  return place !== undefined && existsSync(place) ? place : undefined;
}

export async function outputJson(stage: RecordedStage, path: string): Promise<Json | undefined> {
  const file = outputFile(stage, path);
  return file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as Json);
}

/** The lines of a JSON-lines output. */
export async function outputLines(stage: RecordedStage, path: string): Promise<Json[]> {
  const file = outputFile(stage, path);
  if (file === undefined) return [];
  const text = await readFile(file, 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Json]));
}

/** The folder a person can use: where the stage published its output, else the tree in the cache when it was made. */
export function outputFolder(stage: RecordedStage, name: string): string | undefined {
  const published = publishedFolder(stage);
  if (published !== undefined) return published;
  const {outputs, cache} = stage;
  const output = outputs[name];
  const tree = output?.kind === 'tree' ? treeDir(cache.root, output.hash) : undefined;
  return tree !== undefined && statSync(tree, {throwIfNoEntry: false})?.isDirectory() ? tree : undefined;
}

/** Where a stage copied its result to, as long as that is there. */
export function publishedFolder({configured}: RecordedStage): string | undefined {
  const {output_dir} = configured.params;
  return typeof output_dir === 'string' && existsSync(output_dir) ? output_dir : undefined;
}
