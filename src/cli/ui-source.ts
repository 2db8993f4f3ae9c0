import {lstatSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {pipelineDataset} from '../app/pipeline-dataset.js';
import {stateDirOf} from '../app/run-context.js';
import {sampleReader} from '../app/sample-reader.js';
import type {Terminal} from '../app/terminal.js';
import {packageVersion} from '../app/version.js';
import {markOf} from '../base/file-mark.js';
import {didYouMean} from '../base/near-miss.js';
import {type Problem, SidestepError} from '../base/problem.js';
import {failure, ok, type Result} from '../base/result.js';
import type {StageId} from '../base/stage-id.js';
import {isSystemError} from '../base/system-error.js';
import {objectsDir} from '../cache/layout.js';
import {readUserDocument} from '../format/user-text.js';
import {loadRun, type RecordedRun, readRecordedPipeline, unknownRun} from '../history/recorded-run.js';
import {reportClips} from '../history/report-clips.js';
import {reportRun} from '../history/report-data.js';
import {runningRuns} from '../history/running-runs.js';
import {listRuns, logPathIn} from '../record/run-record.js';
import type {ReportRun} from '../render/report/report-data.js';
import type {ShownSample} from '../render/sample-text.js';
import {runnerOf} from '../run/control/runner.js';
import {requestStop} from '../run/control/stop-request.js';
import {type LogPart, logPart} from '../ui/log-part.js';
import type {CheckedText, NamedClips, ProjectFacts, RunOnPage, StartRequest, UiSource} from '../ui/source.js';
import {readRuns} from './runs.js';
import {pipelinesOf, relativeTo} from './ui-pipelines.js';
import {startRun} from './ui-start.js';
import {checkPipeline} from './validate.js';

/** What the page of `sidestep ui` shows of the project that `file` is in, read by the code of the other commands. */
export function uiSource(terminal: Terminal, file: string): UiSource {
  return new ProjectSource(terminal, file);
}

class ProjectSource implements UiSource {
  private readonly root: string;
  private readonly runsDir: string;
  private starting = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly file: string,
  ) {
    const stateDir = stateDirOf(terminal, file);
    this.root = dirname(stateDir);
    this.runsDir = join(stateDir, 'runs');
  }

  async project(): Promise<ProjectFacts> {
    const {root} = this;
    return {
      name: basename(root),
      folder: root,
      version: await packageVersion(),
      pipelines: await this.pipelines(),
    };
  }

  async runs(): Promise<RunOnPage[]> {
    const told = await readRuns(this.terminal, this.runsDir, undefined);
    return told.map((run) => {
      const file = readRecordedPipeline(run.dir)?.file;
      return {...run, file: file === undefined ? null : relativeTo(this.root, file)};
    });
  }

  /** A link would lead out of the project, in place of the folder or of what is read in it. */
  recordOf(run: string): string | undefined {
    const dir = join(this.runsDir, run);
    const plain = kindAt(dir) === 'folder';
    const linked = ['events.jsonl', 'pipeline.json'].some((name) => kindAt(join(dir, name)) === 'link');
    return plain && !linked ? dir : undefined;
  }

  async run(run: string, addressOf: (path: string) => string): Promise<Result<ReportRun>> {
    const opened = await this.open(run);
    return opened.ok ? ok(await reportRun(opened.value, {kind: 'served', addressOf})) : opened;
  }

  async clips(run: string): Promise<NamedClips> {
    const opened = await this.open(run);
    if (!opened.ok) return {paths: [], folders: []};
    const paths: string[] = [];
    await reportClips(opened.value, {kind: 'served', addressOf: (path) => `${paths.push(path)}`});
    const caches = opened.value.recorded.map(({cache}) => objectsDir(cache.root));
    return {paths, folders: [join(opened.value.dir, 'samples'), ...new Set(caches)]};
  }

  /** Whatever a stage is called, its log is in this folder: names are made harmless where logs are written. */
  async log(run: string, stage: string, from: number): Promise<Result<LogPart>> {
    const dir = this.recordOf(run);
    if (dir === undefined || kindAt(join(dir, 'logs')) === 'link') return failure(unknownRun(run));
    const writer = runnerOf(dir, this.terminal.now()) === undefined ? 'ended' : 'goes_on';
    return ok(await logPart(logPathIn(dir, stage as StageId), from, writer));
  }

  async signature(): Promise<string> {
    const ids = await listRuns(this.runsDir);
    const running = await runningRuns(this.terminal, this.runsDir);
    const files = (await this.pipelines()).map((path) => markText(join(this.root, path)));
    return JSON.stringify([ids, running.map(({run}) => run), files]);
  }

  async songs(pipeline: string): Promise<Result<ShownSample[]>> {
    const file = await this.named(pipeline);
    if (!file.ok) return file;
    const found = await pipelineDataset(this.terminal, {file: file.value, overrides: [], stage: undefined});
    if (!found.ok) return found;
    const shown = await sampleReader(found.value);
    return ok(found.value.dataset.samples.map(shown));
  }

  async check(pipeline: string): Promise<CheckedText> {
    const named = await this.named(pipeline);
    if (!named.ok) return {file: pipeline, text: undefined, errors: named.problems, warnings: []};
    const {problems, warnings} = await checkPipeline(this.terminal, named.value, []);
    const text = await readUserDocument(named.value).catch((error: unknown) => {
      if (error instanceof SidestepError) return undefined; // it is among the problems
      throw error;
    });
    return {file: named.value, text, errors: problems, warnings};
  }

  /** One at a time: two trainings would share one card, and a second click is no second wish. */
  async start({pipeline, experiment}: StartRequest): Promise<Result<{readonly run: string}>> {
    const file = await this.named(pipeline);
    if (!file.ok) return file;
    if (this.starting) return failure(startsAlready());
    this.starting = true;
    try {
      const [running] = await runningRuns(this.terminal, this.runsDir);
      if (running !== undefined) return failure(runsAlready(running));
      const named = experiment === null ? [] : ['--name', experiment];
      return await startRun(this.terminal, [file.value, ...named]);
    } finally {
      this.starting = false;
    }
  }

  async stop(run: string, how: 'graceful' | 'force'): Promise<Result<true>> {
    const record = this.recordOf(run);
    const asked = record !== undefined && (await requestStop(record, how, this.terminal.now()));
    return asked ? ok(asked) : failure(runsNot(run));
  }

  private async open(run: string): Promise<Result<RecordedRun>> {
    if (this.recordOf(run) === undefined) return failure(unknownRun(run));
    return loadRun(this.terminal, this.runsDir, run);
  }

  /** The one that the command named, those that were run, and those that are where pipelines are. */
  private async pipelines(): Promise<string[]> {
    const ids = await listRuns(this.runsDir);
    const ran = ids
      .slice(-MOST_REMEMBERED)
      .flatMap((id) => readRecordedPipeline(join(this.runsDir, id))?.file ?? []);
    return pipelinesOf(this.root, [resolve(this.terminal.cwd, this.file), ...ran.reverse()]);
  }

  /** Absolute; only what the page was offered. */
  private async named(pipeline: string): Promise<Result<string>> {
    const known = await this.pipelines();
    if (known.includes(pipeline)) return ok(join(this.root, pipeline));
    const hint = didYouMean(pipeline, known) ?? 'sidestep init writes a pipeline to start from.';
    return failure({
      code: 'usage/unknown-pipeline',
      message: `This project has no pipeline ${pipeline}`,
      hint,
    });
  }
}

const MOST_REMEMBERED = 20;

function kindAt(path: string): 'folder' | 'link' | 'other' | 'absent' {
  const stat = lstatSync(path, {throwIfNoEntry: false});
  if (stat === undefined) return 'absent';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

/** Changes when the file does. */
function markText(path: string): string {
  try {
    return `${path} ${markOf(path).ctime_ns}`;
  } catch (error) {
    if (isSystemError(error)) return path;
    throw error;
  }
}

function startsAlready(): Problem {
  return {code: 'usage/already-running', message: 'A run is about to begin', hint: 'It shows in a moment.'};
}

function runsAlready({
  run,
  pid,
  host,
}: {
  readonly run: string;
  readonly pid: number;
  readonly host: string;
}): Problem {
  return {
    code: 'usage/already-running',
    message: `Run ${run} goes on in this project (process ${pid} on ${host})`,
    hint: 'Stop it first, or wait until it ends; what it has done is kept.',
  };
}

function runsNot(run: string): Problem {
  return {
    code: 'usage/not-running',
    message: `Run ${run} is not running: it has ended, or its process is gone`,
    hint: 'Continue it from where it stopped.',
  };
}
