import {
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  ListrTaskState,
  type ListrTaskWrapper,
  ProcessOutput,
} from 'listr2';
import type {StageId} from '../base/stage-id.js';
import type {RunEvent} from '../event/event.js';
import type {StageResult} from '../event/stage-result.js';
import {columnsOf, cut, filledEnd} from './columns.js';
import {headerLines} from './memory-text.js';
import {failureText, isFailure} from './outcome-text.js';
import type {Palette} from './palette.js';
import {evictionText, plainLines, stopText} from './plain.js';
import {problemText} from './problem-text.js';
import {advance, newProgress, type StageProgress} from './progress.js';
import type {Renderer} from './renderer.js';
import {progressLine, resultLine} from './stage-line.js';
import {type TextOutput, widthOf} from './text-output.js';
import {wrapped} from './wrap.js';

/** Titles and lines change at most this often; a faster terminal would show nothing more. */
const REPAINT_MS = 100;
/** A list longer than the screen cannot be redrawn in place: from here on lines are printed instead. */
const MOST_TASKS = 24;

type Task = ListrTaskWrapper<unknown, never, never>;

/** A stage on the screen: `paint` redraws it, `end` gives its task back to listr2. */
interface Row {
  progress: StageProgress;
  drawn_output: string;
  task: Task | undefined;
  /** Characters that the longest name takes. */
  readonly names: number;
  /** `left`: nobody is told its end any more. */
  readonly ended: Promise<StageResult | 'left'>;
  readonly end: (result: StageResult | 'left') => void;
}

/**
 * The terminal's view: listr2 with one task per stage that is not cached, each with one aggregated line (never one per
 * sample: redrawing 200 of them costs more than the work) and up to four lines of output. `terminal` is a TTY.
 */
export function liveList(terminal: NodeJS.WriteStream, output: TextOutput, colours: Palette): Renderer {
  const rows = new Map<StageId, Row>();
  const later: string[] = []; // what would tear the list apart is printed below it
  let list: Promise<unknown> | undefined;
  let lines: Renderer | undefined;

  const repaint = (): void => {
    for (const row of rows.values()) paint(row, widthOf(output), Date.now());
  };
  let timer: NodeJS.Timeout | undefined;

  const begin = (event: Extract<RunEvent, {kind: 'run_started'}>): void => {
    const shown = event.stages.filter((stage) => stage.verdict === 'stale');
    if (shown.length > MOST_TASKS) {
      lines = plainLines(output, colours);
      return;
    }
    for (const line of headerLines(event, colours)) output.write(`${wrapped(line, widthOf(output))}\n`);
    const names = nameColumn(shown.map(({stage}) => stage));
    for (const {stage} of shown) rows.set(stage, newRow(stage, names));
    if (rows.size === 0) return;
    list = startList(rows, terminal);
    timer = setInterval(repaint, REPAINT_MS);
  };

  const close = async (): Promise<void> => {
    clearInterval(timer);
    // A stage without an end (whoever looked on has left, or the runner itself failed) must not keep the list waiting.
    for (const row of rows.values()) row.end('left');
    await list;
    for (const text of later) output.write(`${wrapped(text, widthOf(output))}\n`);
  };

  return {
    show: (event, at) => {
      if (event.kind === 'run_started') begin(event);
      if (lines !== undefined) return lines.show(event, at);
      later.push(...asides(event, colours));
      if (!('stage' in event) || event.kind === 'warning') return;
      const row = rows.get(event.stage);
      if (row === undefined) return;
      row.progress = advance(row.progress, event, at);
      if (row.task !== undefined) row.task.task.state$ = ListrTaskState.STARTED; // it has something to tell: it spins
      if (event.kind === 'stage_finished') row.end(event.result);
    },
    close,
  };
}

/** What is told below the list, once it has come to rest. */
function asides(event: RunEvent, colours: Palette): string[] {
  switch (event.kind) {
    case 'stage_finished':
      return isFailure(event.result) ? [failureText(event.result, colours)] : [];
    case 'warning':
    case 'stage_warning':
      return [problemText(event.problem, colours, 'warning')];
    case 'sample_failed':
      return [`${colours.yellow('sample')} ${event.sample}: ${event.problem.message}`];
    case 'object_evicted':
      return [colours.yellow(evictionText(event))];
    case 'stop_requested':
      return [colours.dim(stopText(event.how))];
    default:
      return [];
  }
}

/** Longer names push their own line only. */
const WIDEST_NAME = 24;

function nameColumn(stages: readonly StageId[]): number {
  return Math.max(0, ...stages.map((stage) => columnsOf(stage)).filter((length) => length <= WIDEST_NAME));
}

/** A line that begins with its stage, so that what is said stands in one column. */
function aligned(line: string, {progress: {stage}, names}: Row): string {
  return filledEnd(stage, names) + line.slice(stage.length);
}

function newRow(stage: StageId, names: number): Row {
  let end: Row['end'] = () => {};
  const ended: Row['ended'] = new Promise((resolve) => {
    end = resolve;
  });
  return {progress: newProgress(stage), drawn_output: '', task: undefined, names, ended, end};
}

function paint(row: Row, width: number, now: number): void {
  const {task, progress} = row;
  if (task === undefined || progress.state === 'ended') return; // its task is listr2's again
  const room = width - 6; // icon, indentation, and one column that some terminals wrap at
  const waiting = progress.state === 'waiting' && progress.phase === undefined;
  const line = waiting ? `${progress.stage}  waiting` : progressLine(progress, now);
  const title = cut(aligned(line, row), room);
  const output = progress.lines.map((line) => cut(line, room)).join('\n');
  if (task.title !== title) task.title = title;
  if (row.drawn_output !== output) task.output = output;
  row.drawn_output = output;
}

function startList(rows: ReadonlyMap<StageId, Row>, terminal: NodeJS.WriteStream): Promise<unknown> {
  const tasks = [...rows].map(([stage, row]) => ({
    title: aligned(`${stage}  waiting`, row),
    task: async (_context: unknown, task: unknown): Promise<void> => {
      row.task = task as Task;
      if (row.progress.state === 'waiting') row.task.task.state$ = ListrTaskState.WAITING; // no spinner yet
      const result = await row.ended;
      if (result === 'left') return row.task.skip(row.task.title);
      row.task.title = aligned(resultLine(result), row);
      row.task.output = '';
      if (isFailure(result) || result.kind === 'blocked') throw new Error(result.kind);
      if (result.kind !== 'succeeded' && result.kind !== 'cached')
        row.task.skip(aligned(resultLine(result), row));
    },
    rendererOptions: {outputBar: 1}, // one output at a time: it holds all lines that are to be seen
  }));
  const streams = new ProcessOutput(terminal, terminal, {dump: [], leaveEmptyLine: false});
  return new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false, // signals belong to the command
    renderer: 'default',
    forceTTY: true, // whether a terminal is there was decided before
    rendererOptions: {
      collapseErrors: false,
      showErrorMessage: false,
      icon: {[ListrDefaultRendererLogLevels.WAITING]: '·'},
      logger: new ListrLogger({useIcons: true, toStderr: [], processOutput: streams}),
    },
  }).run();
}
